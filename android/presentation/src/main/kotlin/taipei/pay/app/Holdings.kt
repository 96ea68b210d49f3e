package taipei.pay.app

import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withTimeoutOrNull
import taipei.pay.Bill
import taipei.pay.BillStatus
import taipei.pay.Biller
import taipei.pay.County
import taipei.pay.KnownNumber
import taipei.pay.Month
import taipei.pay.PayTaipei
import taipei.pay.Payment
import taipei.pay.Refusal
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.refusal

/** What the phone holds, as the core last told it. */
data class Held(
    val loaded: Boolean = false,
    /** The verified number, all but its last digits hidden. */
    val number: String? = null,
    /** Of the newest catalogue, those of the person's county first. */
    val billers: List<Biller> = emptyList(),
    /** Those in which somebody's bills can be paid. */
    val counties: List<County> = emptyList(),
    val county: String? = null,
    /** The household's. */
    val numbers: List<KnownNumber> = emptyList(),
    val bills: List<Bill> = emptyList(),
    val open: List<Payment> = emptyList(),
    /** The latest first. */
    val ended: List<Payment> = emptyList(),
    /** By month, from the first to the last in which something was paid. */
    val months: List<Month> = emptyList(),
    /** Why this is not the newest. */
    val trouble: Refusal? = null,
) {
    fun biller(id: String): Biller? = billers.find { it.id == id }
    fun bill(id: String): Bill? = bills.find { it.id == id }
    fun payment(id: String): Payment? = open.find { it.id == id } ?: ended.find { it.id == id }

    /** What is to be paid and not under way, the earliest due first. */
    val due: List<Bill>
        get() = bills.filter { it.payment == null && it.status in setOf(BillStatus.PAYABLE, BillStatus.UNCHECKED) }
}

/** Keeps [held] fresh for as long as [watch] runs. */
class Holdings(private val core: PayTaipei) {
    private val mutable = MutableStateFlow(Held())
    private val woken = Channel<Unit>(Channel.CONFLATED)
    private val reading = Mutex()
    val held: StateFlow<Held> = mutable

    /** Reads everything again: one after the other, so that what is shown last was read last. */
    suspend fun reload() = reading.withLock {
        try {
            val number = core.identity.verifiedNumber()
            val fresh = if (number == null) Held(loaded = true) else read(number)
            mutable.update { fresh }
        } catch (refused: PayTaipeiException) {
            mutable.update { it.copy(loaded = true, trouble = refused.refusal) }
        }
    }

    private suspend fun read(number: String): Held {
        val billers = core.billers.all()
        val served = billers.filter { it.served }.map { it.county }.toSet()
        return Held(
            loaded = true, number = number, billers = billers, counties = core.billers.counties().filter { it.id in served },
            county = core.billers.county(), numbers = core.billers.numbers(), bills = core.bills.all(), open = core.payments.queue(),
            ended = core.payments.history().sortedByDescending { it.updatedAt }, months = core.spending(),
        )
    }

    /** The number was verified, or somebody wants to know whether it works again. */
    fun wake() {
        woken.trySend(Unit)
    }

    /** Has the core pay what waits, and reads again whatever changes. Cancelling it stops no payment. */
    suspend fun watch() {
        while (true) {
            reload()
            if (held.value.number == null) {
                woken.receive()
                continue
            }
            try {
                coroutineScope {
                    launch { core.payments.follow() }
                    core.payments.changes().conflate().collect { reload() }
                }
                return
            } catch (refused: PayTaipeiException) {
                mutable.update { it.copy(trouble = refused.refusal) }
                withTimeoutOrNull(10.seconds) { woken.receive() }
            }
        }
    }
}
