package taipei.pay

import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.json.JSONArray
import org.json.JSONObject
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.VaultException

private val programs: Path = Path.of(System.getProperty("paytaipei.programs"))

/** The tester's number: invented. */
const val MSISDN = "0900000018"
const val E164 = "+886900000018"

/** The sandbox as a program of its own, and a folder for whatever a test needs. */
class World : AutoCloseable {
    val folder: Path = Files.createTempDirectory("paytaipei-kotlin")
    private val sandbox: Process = ProcessBuilder(
        programs.resolve("paytaipei-sandbox").toString(),
        "--until-stdin-closes", "--data", folder.resolve("sandbox").toString(),
    ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val ready = JSONObject(sandbox.inputStream.bufferedReader().readLine() ?: error("the sandbox does not start"))
    private val http = HttpClient.newHttpClient()

    val platform: String = ready.getString("platform")
    private val root = File(ready.getString("ca")).readBytes()

    init {
        post("settings", "poll_interval_s" to 1)
    }

    fun config(name: String = "phone", lang: Lang = Lang.EN) =
        Config(folder.resolve(name).toString(), platform, root, lang)

    suspend fun open(vault: KeyVault = SoftVault(), name: String = "phone"): PayTaipei =
        PayTaipei.open(config(name), vault, Connected)

    /** A phone whose number is verified: the person approves on the handset. */
    suspend fun verified(vault: KeyVault = SoftVault(), name: String = "phone"): PayTaipei =
        open(vault, name).also { verify(it) }

    suspend fun verify(phone: PayTaipei) = coroutineScope {
        phone.identity.start(MSISDN)
        val finished = async { phone.identity.finish() }
        post("handset", "msisdn" to E164, "approve" to true)
        finished.await()
    }

    fun issue(biller: String = "kinmen-water", amount: Int = 428): JSONObject =
        post("bills", "biller" to biller, "amount" to amount)

    fun openPort(open: Boolean) = post("port", "open" to open)

    fun fault(kind: String, vararg more: Pair<String, Any>) = post("faults", "kind" to kind, *more)

    fun clearFaults() = send(request("faults").DELETE().build())

    /** Charges at the businesses' accounts. Fails where a bill was charged more than once. */
    fun charges(): List<JSONObject> {
        val ledger = JSONObject(send(request("ledger").GET().build()))
        check(ledger.getJSONArray("double_charged").isEmpty) { "charged more than once: $ledger" }
        return ledger.getJSONArray("charges").objects()
    }

    /** A photo of the bill, by the bill printer and its simulated camera. */
    fun photo(bill: JSONObject, seed: Int = 1): ByteArray = print(bill, "photo.jpg", "--photo", "gentle", "--seed", "$seed")

    fun print(bill: JSONObject, name: String, vararg arguments: String): ByteArray {
        val out = folder.resolve(name)
        val printer = ProcessBuilder(programs.resolve("paytaipei-print").toString(), "--out", out.toString(), *arguments)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()
        printer.outputStream.use { it.write(bill.toString().toByteArray()) }
        check(printer.waitFor(60, TimeUnit.SECONDS) && printer.exitValue() == 0) { "the printer failed" }
        return Files.readAllBytes(out)
    }

    fun post(path: String, vararg fields: Pair<String, Any>): JSONObject {
        val body = JSONObject(mapOf(*fields)).toString()
        return JSONObject(send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build()))
    }

    private fun request(path: String) = HttpRequest.newBuilder(URI("${ready.getString("control")}/control/$path"))

    private fun send(request: HttpRequest): String {
        val answer = http.send(request, HttpResponse.BodyHandlers.ofString())
        check(answer.statusCode() < 400) { "the sandbox refused: ${answer.body()}" }
        return answer.body()
    }

    override fun close() {
        sandbox.outputStream.close()
        check(sandbox.waitFor(20, TimeUnit.SECONDS)) { "the sandbox does not end" }
        folder.toFile().deleteRecursively()
    }
}

private fun JSONArray.objects(): List<JSONObject> = map { it as JSONObject }

object Connected : Connectivity {
    override fun isConnected(): Boolean = true
}

/** Runs a test in a world of its own; one that hangs fails. */
fun story(test: suspend (World) -> Unit) = runBlocking { World().use { withTimeout(90.seconds) { test(it) } } }

/** The bill's id on the phone, keyed in while connected. */
suspend fun PayTaipei.keyIn(bill: JSONObject): String =
    bills.inquire(bill.getString("biller"), bill.getString("number")).single().id

/** A payment that somebody agreed to and that nobody has sent yet. */
suspend fun PayTaipei.agree(bill: JSONObject, provider: String = "jkopay"): Payment =
    payments.consent(payments.pay(keyIn(bill), provider).id)

/** Waits until a payment of [live] is as [wanted], and tells it. */
suspend fun Payments.until(id: String, wanted: (Payment) -> Boolean): Payment =
    live().first { all -> all.any { it.id == id && wanted(it) } }.first { it.id == id }

/** The refusal that an action must end with. */
suspend fun refusal(action: suspend () -> Any?): PayTaipeiException = try {
    val answer = action()
    throw AssertionError("not refused: $answer")
} catch (refused: PayTaipeiException) {
    refused
}

/** A key vault in memory, with the platform's own cryptography. Keys live as long as the object: a phone's live on. */
open class SoftVault : KeyVault {
    private val random = java.security.SecureRandom()
    private val secret = javax.crypto.KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    private var pairs = newPairs()

    private fun newPairs() = KeyPurpose.entries.associateWith {
        java.security.KeyPairGenerator.getInstance("EC")
            .apply { initialize(java.security.spec.ECGenParameterSpec("secp256r1")) }.generateKeyPair()
    }

    private fun cipher(mode: Int, nonce: ByteArray) = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding")
        .apply { init(mode, secret, javax.crypto.spec.GCMParameterSpec(128, nonce)) }

    override fun wrap(key: ByteArray): ByteArray {
        val nonce = ByteArray(12).also(random::nextBytes)
        return nonce + cipher(javax.crypto.Cipher.ENCRYPT_MODE, nonce).doFinal(key)
    }

    override fun unwrap(wrapped: ByteArray): ByteArray = try {
        cipher(javax.crypto.Cipher.DECRYPT_MODE, wrapped.copyOf(12)).doFinal(wrapped.copyOfRange(12, wrapped.size))
    } catch (_: java.security.GeneralSecurityException) {
        throw VaultException.KeyLost()
    }

    override fun renew() {
        pairs = newPairs()
    }

    override fun publicKey(purpose: KeyPurpose): ByteArray {
        val point = (pairs.getValue(purpose).public as java.security.interfaces.ECPublicKey).w
        return byteArrayOf(4) + point.affineX.scalar() + point.affineY.scalar()
    }

    override fun sign(purpose: KeyPurpose, message: ByteArray): ByteArray =
        java.security.Signature.getInstance("SHA256withECDSA").run {
            initSign(pairs.getValue(purpose).private)
            update(message)
            sign()
        }

    override fun confirmPresence(reason: String): Boolean = true
}

/** 32 bytes, the highest first. */
private fun java.math.BigInteger.scalar(): ByteArray {
    val bytes = toByteArray().takeLast(32).toByteArray()
    return ByteArray(32 - bytes.size) + bytes
}
