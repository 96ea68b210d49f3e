package taipei.pay.app

import taipei.pay.BillStatus
import taipei.pay.PayTaipei
import taipei.pay.Payment
import taipei.pay.Provider
import taipei.pay.ffi.PayTaipeiException

data class ChooseState(
    val providers: List<Provider>,
    /** The business, while it is not known whose bill it is: the person chooses whether to wait for that. */
    val unowned: String? = null,
    val busy: Boolean = false,
    val trouble: Trouble? = null,
)

/** Which business to pay a bill through. Nothing is agreed to here. */
class Choosing(app: App, private val core: PayTaipei, private val holdings: Holdings, private val bill: String) :
    Holder<ChooseState>(app, ChooseState(taipei.pay.providers(app.words.lang))) {

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

