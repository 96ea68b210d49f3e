package taipei.pay

import java.nio.file.Files
import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.VaultException

class RefusalTest {
    /** Name, exit code, message and hint of each code, from the core's table. */
    private fun table(): Map<String, List<String>> {
        val source = Files.readString(Path.of(System.getProperty("paytaipei.root"), "core/app/src/error.rs"))
        val row = Regex("""\w+ "(\w+)" (\d+): "(.+?)" / "(.+?)"\s*=> "(.+?)" / "(.+?)";""")
        return row.findAll(source).associate { it.groupValues[1] to it.groupValues.drop(2) }
    }

    @Test
    fun `every code crosses with its words in both languages`() {
        val table = table()
        assertTrue(table.size > 40, "the table is not read: $table")
        val crossed = refusals().associate {
            it.code to listOf(it.message.zh, it.message.en, it.hint.zh, it.hint.en)
        }
        assertEquals(table.mapValues { it.value.drop(1) }, crossed)
        for (refusal in refusals()) {
            assertEquals(refusal.message.zh, refusal.message.pick(Lang.ZH_HANT))
            assertEquals(refusal.hint.en, refusal.hint.pick(Lang.EN))
        }
    }

    private val kinds = mapOf(
        "3" to PayTaipeiException.Input::class.java, "4" to PayTaipeiException.Number::class.java,
        "5" to PayTaipeiException.Connection::class.java, "6" to PayTaipeiException.Platform::class.java,
        "7" to PayTaipeiException.Rule::class.java, "8" to PayTaipeiException.Storage::class.java,
        "70" to PayTaipeiException.Internal::class.java,
    )

    private val table by lazy { table() }

    private suspend fun refused(code: String, action: suspend () -> Any?) {
        val error = refusal(action)
        assertEquals(code, error.code)
        assertInstanceOf(kinds[table.getValue(code)[0]], error)
        assertTrue(error.message!!.contains(code))
    }

    @Test
    fun `what cannot be used is refused by its own name and kind`() = story { world ->
        world.verified().use { phone ->
            val bills = phone.bills
            refused("broken_file") { bills.addPicture("no picture".toByteArray()) }
            refused("broken_file") { bills.addPicture(ByteArray(0)) }
            val white = java.io.ByteArrayOutputStream().also {
                val image = java.awt.image.BufferedImage(320, 240, java.awt.image.BufferedImage.TYPE_BYTE_GRAY)
                javax.imageio.ImageIO.write(image, "png", it)
            }.toByteArray()
            refused("no_code") { bills.addPicture(white) }
            refused("not_a_bill") { bills.addText("https://example.com/") }
            refused("suspicious_code") { bills.addText("https://pay.taipei.example.com/v2/pay?biller=1&amount=5") }
            refused("biller_unknown") { bills.inquire("no-such", "1234567") }
            refused("bill_number_malformed") { bills.inquire("kinmen-water", "12") }
            refused("msisdn_malformed") { phone.identity.start("12345") }
            refused("bill_unknown") { bills.bill("no-such") }
            refused("payment_unknown") { phone.payments.payment("no-such") }
            refused("payment_unknown") { phone.payments.consent("") }
            refused("provider_unknown") { phone.payments.pay(phone.keyIn(world.issue()), "JKOPAY") }
        }
    }

    @Test
    fun `the way to the platform and its answers are refused by their own names`() = story { world ->
        world.verified().use { phone ->
            val number = world.issue().getString("number")
            val ask: suspend () -> Any? = { phone.bills.inquire("kinmen-water", number) }
            for ((fault, code) in listOf(
                "error_before" to "platform_trouble", "html" to "platform_garbled", "garbage" to "platform_garbled",
                "huge" to "platform_garbled", "quiet_hours" to "quiet_hours",
            )) {
                world.fault(fault, "route" to "inquire", "times" to 1)
                refused(code, ask)
                world.clearFaults()
            }
            refused("bill_not_found") { phone.bills.inquire("kinmen-water", "7654321") }
            world.openPort(false)
            refused("offline") { phone.identity.start(MSISDN) }
        }
        val config = world.config()
        for ((off, code) in listOf(
            config.copy(platform = "http://localhost:1") to "insecure_platform",
            config.copy(platform = "not a url") to "platform_url",
            config.copy(extraRoot = byteArrayOf(1)) to "extra_root_unreadable",
        )) {
            refused(code) { PayTaipei.open(off, SoftVault(), Connected) }
        }
        world.openPort(true)
        PayTaipei.open(world.config("stranger").copy(extraRoot = null), SoftVault(), Connected).use { phone ->
            refused("tls_failed") { phone.identity.start(MSISDN) }
        }
    }

    @Test
    fun `the rules of paying and the store refuse by their own names`() = story { world ->
        val vault = SoftVault()
        world.verified(vault).use { phone ->
            val bill = phone.keyIn(world.issue())
            val wanted = phone.payments.pay(bill, "jkopay")
            refused("already_being_paid") { phone.payments.pay(bill, "opay") }
            phone.payments.consent(wanted.id)
            refused("consent_not_asked") { phone.payments.consent(wanted.id) }
            phone.payments.sync()
            refused("payment_ended") { phone.payments.consent(wanted.id) }
        }
        refused("key_lost") { world.open(SoftVault()) }
        val torn = Files.createDirectories(Path.of(world.config("torn").dataFolder))
        Files.writeString(torn.resolve("paytaipei.sqlite"), "no database, and longer than its header".repeat(9))
        refused("store_corrupt") { world.open(vault, "torn") }
        val file = Files.writeString(world.folder.resolve("file"), "")
        refused("store_read_only") { world.open(vault, "file/phone") }
        Files.delete(file)
    }

    @Test
    fun `a key vault that fails is told as what it said, and nothing is signed`() = story { world ->
        class Failing(val wrap: Throwable? = null, val presence: Throwable? = null, val sign: Throwable? = null) : SoftVault() {
            var signed = 0

            override fun wrap(key: ByteArray) = wrap?.let { throw it } ?: super.wrap(key)
            override fun confirmPresence(reason: String): Boolean = presence?.let { throw it } ?: super.confirmPresence(reason)
            override fun sign(purpose: KeyPurpose, message: ByteArray): ByteArray {
                signed += 1
                return sign?.let { throw it } ?: super.sign(purpose, message)
            }
        }
        refused("vault_failed") { world.open(Failing(wrap = VaultException.Failed()), "a") }
        refused("key_lost") { world.open(Failing(wrap = VaultException.KeyLost()), "b") }
        val secret = "0912345678"
        val odd = refusal { world.open(Failing(wrap = IllegalArgumentException(secret)), "c") }
        assertEquals("vault_failed", odd.code)
        assertFalse("$odd ${odd.refusal}".contains(secret))

        // `TODO()` throws an Error, which uniffi's Kotlin side does not catch: it must not count as consent.
        val absences = listOf(VaultException.NotPresent(), IllegalStateException(), NotImplementedError())
        for ((number, presence) in absences.withIndex()) {
            val vault = Failing(presence = presence)
            world.verified(vault, "presence$number").use { phone ->
                val wanted = phone.payments.pay(phone.keyIn(world.issue()), "jkopay")
                val error = refusal { phone.payments.consent(wanted.id) }
                assertEquals(if (presence is IllegalStateException) "vault_failed" else "presence_refused", error.code)
                assertEquals(0, vault.signed)
                assertEquals(PaymentState.NEEDS_CONSENT, phone.payments.payment(wanted.id).state)
            }
        }
        world.verified(Failing(sign = NotImplementedError()), "sign").use { phone ->
            val wanted = phone.payments.pay(phone.keyIn(world.issue()), "jkopay")
            assertEquals("vault_failed", refusal { phone.payments.consent(wanted.id) }.code)
            assertEquals(PaymentState.NEEDS_CONSENT, phone.payments.payment(wanted.id).state)
            phone.payments.sync()
        }
        assertEquals(emptyList<Any>(), world.charges())
    }

    @Test
    fun `lists that need nothing open are there`() = runBlocking {
        assertTrue(billers(Lang.EN).any { it.id == "kinmen-water" && it.served })
        assertEquals(8, providers(Lang.ZH_HANT).map { it.id }.distinct().size)
        assertEquals("街口支付", providers(Lang.ZH_HANT).single { it.id == "jkopay" }.name)
        assertEquals("NT$1,280", moneyText(1_280))
    }
}
