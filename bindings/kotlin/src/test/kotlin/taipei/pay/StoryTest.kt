package taipei.pay

import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.ffi.CellularException
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.VerificationStep

class StoryTest {
    @Test
    fun `a bill scanned and agreed to without a network is paid once when it is back`() = story { world ->
        val bill = world.issue(amount = 1_280)
        world.open().use { phone ->
            assertEquals("number_not_verified", refusal { phone.bills.addPicture(world.photo(bill)) }.code)
            assertNull(phone.identity.verifiedNumber())
            world.verify(phone)
            assertTrue(phone.identity.verifiedNumber()!!.endsWith("018"))

            world.openPort(false)
            val kept = phone.bills.addPicture(world.photo(bill))
            assertEquals(bill.getString("number") to 1_280L, kept.number to kept.payable)
            assertEquals(kept.id, phone.bills.addPicture(world.photo(bill, seed = 2)).id, "the same paper twice is one bill")
            val wanted = phone.payments.payWhenConfirmed(kept.id, "jkopay")
            assertEquals(PaymentState.NEEDS_CONSENT, wanted.state)
            val agreed = phone.payments.consent(wanted.id)
            assertEquals(PaymentState.AWAITING_NETWORK to 1_280L, agreed.state to agreed.agreed)
            assertEquals("already_being_paid", refusal { phone.payments.payWhenConfirmed(kept.id, "opay") }.code)
            assertEquals("offline", phone.payments.sync(5.seconds).unreachable?.code)
            assertEquals(emptyList<Any>(), world.charges())

            world.openPort(true)
            coroutineScope {
                val draining = launch { phone.payments.follow() }
                val paid = phone.payments.until(wanted.id) { it.ended }
                assertEquals(PaymentState.SETTLED to 1_280L, paid.state to paid.charged)
                assertTrue(paid.receipt!!.isNotEmpty())
                draining.cancel()
            }
            assertEquals(listOf(wanted.id), phone.payments.history().map { it.id })
            assertEquals("already_being_paid", refusal { phone.payments.payWhenConfirmed(kept.id, "opay") }.code)
            val charge = world.charges().single()
            assertEquals(wanted.id to 1_280, charge.getString("payment_id") to charge.getInt("amount"))
        }
    }

    @Test
    fun `what was agreed to is there after a restart and is paid once`() = story { world ->
        val vault = SoftVault()
        val bill = world.issue()
        val agreed = world.verified(vault).use { phone ->
            phone.agree(bill).also { world.openPort(false) }
        }
        world.open(vault).use { phone ->
            assertEquals(listOf(agreed.id to PaymentState.AWAITING_NETWORK), phone.payments.queue().map { it.id to it.state })
            world.openPort(true)
            assertEquals(PaymentState.SETTLED, phone.payments.sync().payments.single { it.id == agreed.id }.state)
        }
        world.open(vault).use { phone ->
            phone.payments.sync()
            assertEquals(PaymentState.SETTLED, phone.payments.payment(agreed.id).state)
        }
        assertEquals(1, world.charges().size)
    }

    @Test
    fun `a lost reply is asked about and never paid a second time`() = story { world ->
        world.verified().use { phone ->
            val agreed = phone.agree(world.issue())
            world.fault("lost_reply", "route" to "put", "times" to 1)
            coroutineScope {
                val draining = launch { phone.payments.follow() }
                assertEquals(PaymentState.SETTLED, phone.payments.until(agreed.id) { it.ended }.state)
                draining.cancel()
            }
            assertEquals(1, world.charges().size)
        }
    }

    @Test
    fun `a cancelled coroutine cancels no payment`() = story { world ->
        world.verified().use { phone ->
            val agreed = phone.agree(world.issue())
            world.fault("slow_reply", "route" to "put", "ms" to 3_000, "times" to 1)
            coroutineScope {
                val syncing = async { phone.payments.sync() }
                phone.payments.until(agreed.id) { it.state == PaymentState.SUBMITTING }
                syncing.cancel()
                withTimeout(2.seconds) { syncing.join() }
                assertTrue(syncing.isCancelled)
            }
            // Nobody drains but the work that was begun.
            assertEquals(PaymentState.SETTLED, phone.payments.until(agreed.id) { it.ended }.state)
            assertEquals(1, world.charges().size)
        }
    }

    @Test
    fun `whoever stopped waiting for a verification may wait again`() = story { world ->
        world.open().use { phone ->
            val started = phone.identity.start(MSISDN)
            assertTrue(started.bindingMessage.isNotEmpty())
            coroutineScope {
                val waiting = async { phone.identity.finish() }
                yield()
                waiting.cancel()
                waiting.join()
            }
            assertNull(phone.identity.verifiedNumber())
            coroutineScope {
                val waiting = async { phone.identity.finish() }
                world.post("handset", "msisdn" to E164, "approve" to true)
                waiting.await()
            }
            assertTrue(phone.identity.verifiedNumber()!!.endsWith("018"))
        }
    }

    @Test
    fun `a number is verified step by step on the operator's page`() = story { world ->
        world.open().use { phone ->
            val steps = mutableListOf<VerificationStep>()
            phone.identity.verify(MSISDN, VerificationMethod.PAGE).collect { step ->
                steps += step
                if (step is VerificationStep.OpenPage) {
                    val back = world.post("browser", "url" to step.url, "msisdn" to E164, "approve" to true)
                    phone.identity.pageReturned(back.getString("link"))
                }
            }
            assertEquals(2, steps.size)
            assertTrue((steps.last() as VerificationStep.Verified).msisdn.endsWith("018"))
            val refused = phone.identity.verify(MSISDN, VerificationMethod.MOBILE_DATA).toList().single()
            assertEquals("mobile_data_needed", ((refused as VerificationStep.Refused).error).code)
        }
    }

    @Test
    fun `a SIM that the mobile network knows needs nobody to approve, and another one does`() = story { world ->
        fun sim(number: String) = object : Cellular {
            override fun cellularGet(url: String): UShort =
                world.post("cellular", "url" to url, "msisdn" to number).getInt("status").toUShort()
        }
        val off = object : Cellular {
            override fun cellularGet(url: String): UShort = throw CellularException.NoMobileData()
        }
        world.open().use { phone ->
            assertEquals(MobileData.NOT_ASKED, phone.identity.start(MSISDN).mobileData)
            assertEquals(MobileData.OFF, phone.identity.start(MSISDN, off).mobileData)
            assertEquals(MobileData.NOT_RECOGNISED, phone.identity.start(MSISDN, sim("+886900000077")).mobileData)
            assertNull(phone.identity.verifiedNumber())
            assertEquals(MobileData.RECOGNISED, phone.identity.start(MSISDN, sim(E164)).mobileData)
            phone.identity.finish()
            assertTrue(phone.identity.verifiedNumber()!!.endsWith("018"))
        }
    }

    @Test
    fun `a refusal on the handset is told as such`() = story { world ->
        world.open().use { phone ->
            phone.identity.start(MSISDN)
            world.post("handset", "msisdn" to E164, "approve" to false)
            val refused = refusal { phone.identity.finish() }
            assertInstanceOf(PayTaipeiException.Number::class.java, refused)
            assertEquals("verification_refused", refused.code)
        }
    }

    @Test
    fun `closing ends flows and what waits, and turns later calls away by name`() = story { world ->
        val phone = world.verified()
        coroutineScope {
            val collected = async { phone.payments.changes().toList() }
            val followed = async { phone.payments.follow() }
            val agreed = phone.agree(world.issue())
            phone.payments.until(agreed.id) { it.ended }
            phone.identity.start("0900000019")
            val verifying = async { runCatching { phone.identity.finish() }.exceptionOrNull() }
            delay(200)
            phone.close()
            withTimeout(5.seconds) {
                assertTrue(collected.await().isNotEmpty())
                followed.await()
                assertInstanceOf(ClosedException::class.java, verifying.await())
            }
        }
        phone.close()
        val closed = runCatching { phone.payments.queue() }.exceptionOrNull()
        assertInstanceOf(ClosedException::class.java, closed)
        assertTrue(closed!!.message!!.contains("PayTaipei is closed"))
        for (call in listOf<suspend () -> Any?>(
            { phone.bills.all() }, { phone.identity.verifiedNumber() }, { phone.payments.sync() }, { phone.export() },
            { phone.payments.changes().first() }, { phone.isDamaged }, { phone.payments.follow() },
        )) {
            assertInstanceOf(ClosedException::class.java, runCatching { call() }.exceptionOrNull())
        }
        val scanner = Scanner().apply { close() }
        assertInstanceOf(ClosedException::class.java, runCatching { scanner.reset() }.exceptionOrNull())
    }

    @Test
    fun `nothing personal shows when a value is printed`() = story { world ->
        world.verified().use { phone ->
            val bill = world.issue()
            val agreed = phone.agree(bill)
            val frame = scanPicture(world.photo(bill))
            val printed = "${phone.bills.all()} $agreed ${phone.export()} $frame ${phone.payments.sync()}"
            for (secret in listOf(bill.getString("number"), E164, MSISDN, bill.getString("owner"))) {
                assertFalse(printed.contains(secret), printed)
            }
            assertTrue(printed.contains(agreed.id))
        }
    }

    @Test
    fun `a bill that an extension left is taken in once`() = story { world ->
        val vault = SoftVault()
        world.verified(vault).use { phone ->
            val number = world.issue().getString("number")
            val left = taipei.pay.ffi.BillDrop.Number("kinmen-water", number)
            assertFalse("$left".contains(number))
            leaveDrop(world.config().dataFolder, left, vault)
            val taken = phone.bills.takeDrops().single()
            assertEquals(number to null, taken.bill?.number to taken.refusal)
            assertEquals(emptyList<TakenDrop>(), phone.bills.takeDrops())
            assertEquals(listOf(number), phone.bills.all().map { it.number })
        }
    }

    @Test
    fun `a phone that was revoked verifies with new keys and pays again`() = story { world ->
        val vault = SoftVault()
        world.verified(vault).use { phone ->
            val before = vault.publicKey(KeyPurpose.CONSENT)
            world.post("revoke", "msisdn" to E164)
            assertEquals("number_not_verified", refusal { phone.keyIn(world.issue()) }.code)
            world.verify(phone)
            assertFalse(before.contentEquals(vault.publicKey(KeyPurpose.CONSENT)))
            val agreed = phone.agree(world.issue())
            phone.payments.sync()
            assertEquals(PaymentState.SETTLED, phone.payments.payment(agreed.id).state)
        }
    }
}
