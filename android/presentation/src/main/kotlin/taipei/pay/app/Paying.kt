package taipei.pay.app

import taipei.pay.PayTaipei
import taipei.pay.Payment
import taipei.pay.Provider

data class ChooseState(val providers: List<Provider>, val busy: Boolean = false, val trouble: Trouble? = null)

/** Which business to pay a bill through. Nothing is agreed to here. */
class Choosing(app: App, private val core: PayTaipei, private val holdings: Holdings, private val bill: String) :
    Holder<ChooseState>(app, ChooseState(taipei.pay.providers(app.words.lang))) {

    fun choose(provider: String) {
        change { it.copy(busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, trouble = trouble) } }) {
            val payment = core.payments.payWhenConfirmed(bill, provider)
            holdings.reload()
            app.replace(if (payment.canConsent) Place.Agree(payment.id) else Place.OnePayment(payment.id))
        }
    }
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

