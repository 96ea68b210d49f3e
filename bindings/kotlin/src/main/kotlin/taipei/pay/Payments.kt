package taipei.pay

import com.sun.jna.Native
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.flow
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.PaymentObserver

/** Payments on this phone. The core's runtime makes them; whoever calls or collects only watches. */
class Payments internal constructor(private val ffi: taipei.pay.ffi.Payments, private val door: Door) {
    /**
     * Wants to pay this bill through this business. Nothing is agreed to yet; of a number that this phone has not paid before,
     * nothing can be before the platform has said whose bill it is.
     */
    suspend fun pay(bill: String, provider: String): Payment = door.passBlocking { ffi.pay(bill, provider) }

    /** The same, but agreed to by what the paper says: paid once the platform confirms it, whoever's bill it is. */
    suspend fun payWhenConfirmed(bill: String, provider: String): Payment =
        door.passBlocking { ffi.payWhenConfirmed(bill, provider) }

    /** The same, from a source at the business that the person chose. */
    suspend fun pay(bill: String, provider: String, from: Funding): Payment =
        door.passBlocking { ffi.payFrom(bill, provider, from) }

    /** The payment businesses for this bill, the one that gives back most first, each with why. */
    suspend fun offers(bill: String): List<ProviderOffer> = door.passBlocking { ffi.offers(bill) }

    /** The deals as this phone was told of them last. */
    suspend fun deals(): List<Deal> = door.passBlocking { ffi.deals() }

    /** The number's agreements on silent debits, as the platform told them last. */
    suspend fun agreements(): List<Agreement> = door.passBlocking { ffi.agreements() }

    /** Asks the platform for them now. */
    suspend fun refreshAgreements(): List<Agreement> = door.passSuspending { ffi.refreshAgreements() }

    /** Asks for an agreement, or a higher limit of one: the person agrees at the `url` of what is pending then. */
    suspend fun linkAgreement(provider: String, limit: Long): List<Agreement> =
        door.passSuspending { ffi.linkAgreement(provider, limit) }

    /** Lowers the limit of an agreement, at once. */
    suspend fun limitAgreement(provider: String, limit: Long): List<Agreement> =
        door.passSuspending { ffi.limitAgreement(provider, limit) }

    /** Ends an agreement, and what is pending, at once. */
    suspend fun unlinkAgreement(provider: String): List<Agreement> = door.passSuspending { ffi.unlinkAgreement(provider) }

    /** Where a payment is finished: to be opened as an app link. Refused where it leads to neither business nor platform. */
    suspend fun handOff(payment: String): String = door.passBlocking { ffi.handOff(payment) }

    /** Fetches deals and the keys of receipts now. Paying does so by itself, where they are old. */
    suspend fun refresh(): Unit = door.passSuspending { ffi.refresh() }

    /** The receipt of a payment, verified by the platform's keys that this phone holds. */
    suspend fun receipt(payment: String): Receipt = door.passBlocking { ffi.receipt(payment) }

    /** The same as a QR code, for whoever wants to verify it without a network. */
    suspend fun receiptQr(payment: String): Picture = door.passBlocking { ffi.receiptQr(payment) }

    /** Judges anybody's receipt, as a file's text or a picture of its QR code. */
    suspend fun verifyReceipt(content: ByteArray): Receipt =
        door.passBlocking { borrowed(direct(content)) { ffi.verifyReceipt(it) } }

    /** With the next [sync] or [follow], the platform is asked about all payments once more: whether money came back. */
    suspend fun askAgain(): Unit = door.passBlocking { ffi.askAgain() }

    /** The person agrees to what [payment] shows: asks the vault to confirm that somebody is present. */
    suspend fun consent(payment: String): Payment = door.passBlocking { ffi.consent(payment) }

    /** The person wants it stopped. Where bytes may be on their way, the platform has to say that they never charge. */
    suspend fun cancel(payment: String): Payment = door.passBlocking { ffi.cancel(payment) }

    suspend fun payment(id: String): Payment = door.passBlocking { ffi.payment(id) }

    /** Payments that have not ended, the earliest made first. */
    suspend fun queue(): List<Payment> = door.passBlocking { ffi.queue() }

    /** Payments that have ended, the earliest made first. */
    suspend fun history(): List<Payment> = door.passBlocking { ffi.history() }

    /** Pays what waits, now: until nothing moves any more, or for [patience]. */
    suspend fun sync(patience: Duration = 20.seconds): Synced = door.passSuspending {
        ffi.sync(patience.inWholeMilliseconds.coerceIn(0, UInt.MAX_VALUE.toLong()).toUInt())
    }

    /** Pays what waits, whenever it can, from now on; returns when the core is closed. A second caller joins the first. */
    suspend fun follow() {
        door.pass {}
        try {
            door.passSuspending { ffi.follow() }
        } catch (_: ClosedException) {
        }
    }

    /**
     * Every payment that has not ended, and from then on those that change, each list stored before it is told. A slow
     * collector skips what came between and never the last value. Ends when the core is closed; fails where there is
     * nothing more to hear.
     */
    fun changes(): Flow<List<Payment>> = callbackFlow {
        val observer = object : PaymentObserver {
            override fun changed(payments: List<Payment>) {
                // This thread is the observation's own: it stays attached to the JVM until it ends.
                Native.detach(false)
                // Waits for a slow collector; meanwhile the core adds up what changes.
                trySendBlocking(payments)
            }

            override fun ended(error: PayTaipeiException) {
                close(error)
            }
        }
        val subscription = door.passBlocking { ffi.observe(observer) }
        val forget = door.onClose { close() }
        awaitClose {
            forget()
            subscription.close()
        }
    }.buffer(Channel.RENDEZVOUS)

    /** All payments that have not ended, and those that ended while it was collected, as they stand after each change. */
    fun live(): Flow<List<Payment>> = flow {
        val known = LinkedHashMap<String, Payment>()
        changes().collect { changed ->
            changed.associateByTo(known) { it.id }
            emit(known.values.toList())
        }
    }

    internal fun release() = ffi.close()
}
