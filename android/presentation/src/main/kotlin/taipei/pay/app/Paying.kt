package taipei.pay.app

import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.withTimeoutOrNull
import taipei.pay.BillStatus
import taipei.pay.PayTaipei
import taipei.pay.Payment
import taipei.pay.ProviderOffer
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.refusal

data class ChooseState(
    /** The one that gives back most first; empty until they are read. */
    val offers: List<ProviderOffer> = emptyList(),
    /** The business, while it is not known whose bill it is: the person chooses whether to wait for that. */
    val unowned: String? = null,
    val busy: Boolean = false,
    val trouble: Trouble? = null,
)

/** Which business to pay a bill through. Nothing is agreed to here. */
class Choosing(app: App, private val core: PayTaipei, private val holdings: Holdings, private val bill: String) :
    Holder<ChooseState>(app, ChooseState()) {

    /** Reads what the businesses offer: as they tell it now, or else as they told it last. Shown once, so that nothing moves under a finger. */
    suspend fun open() {
        try {
            if (app.device.online.value) withTimeoutOrNull(3.seconds) { core.payments.refresh() }
        } catch (_: PayTaipeiException) {
            // What was told last serves.
        }
        try {
            val offers = core.payments.offers(bill)
            change { it.copy(offers = offers) }
        } catch (refused: PayTaipeiException) {
            refused(Trouble.of(refused.refusal, app.words))
        }
    }

    fun choose(provider: String) {
        change { it.copy(busy = true, trouble = null) }
        act(::refused) {
            if (holdings.held.value.bill(bill)?.status == BillStatus.UNCHECKED) {
                try {
                    core.bills.check(bill)
                } catch (_: PayTaipeiException) {
                    // What cannot be asked now does not keep anybody from paying.
                }
                holdings.reload()
            }
            val known = holdings.held.value.bill(bill)?.run { status != BillStatus.UNCHECKED || paidBefore } != false
            if (known) lead(core.payments.pay(bill, provider)) else change { it.copy(busy = false, unowned = provider) }
        }
    }

    /** The person is asked once it is known whose bill it is. */
    fun waitForOwner() = unowned { core.payments.pay(bill, it) }

    /** The person agrees by what the paper says, whoever's bill it is. */
    fun byPaper() = unowned { core.payments.payWhenConfirmed(bill, it) }

    /** Another business, or none. */
    fun again() = change { it.copy(unowned = null, trouble = null) }

    private fun unowned(pay: suspend (String) -> Payment) {
        val provider = state.value.unowned ?: return
        change { it.copy(busy = true, trouble = null) }
        act(::refused) { lead(pay(provider)) }
    }

    private suspend fun lead(payment: Payment) {
        holdings.reload()
        app.replace(if (payment.canConsent) Place.Agree(payment.id) else Place.OnePayment(payment.id))
    }

    private fun refused(trouble: Trouble) = change { it.copy(busy = false, trouble = trouble) }
}

data class AgreeState(val payment: Payment?, val busy: Boolean = false, val trouble: Trouble? = null)

/** The person agrees to an amount, and the phone makes sure that it is the person. */
class Agreeing(app: App, private val core: PayTaipei, private val holdings: Holdings, private val id: String) :
    Holder<AgreeState>(app, AgreeState(holdings.held.value.payment(id))) {

    fun agree() {
        change { it.copy(busy = true, trouble = null) }
        act(::refused) {
            core.payments.consent(id)
            holdings.reload()
            app.start(Place.OnePayment(id))
        }
    }

    /** Gives this payment up and chooses again. */
    fun otherwise() {
        val bill = state.value.payment?.bill ?: return
        act(::refused) {
            core.payments.cancel(id)
            holdings.reload()
            app.replace(Place.Choose(bill))
        }
    }

    private fun refused(trouble: Trouble) = change { it.copy(busy = false, trouble = trouble) }
}

