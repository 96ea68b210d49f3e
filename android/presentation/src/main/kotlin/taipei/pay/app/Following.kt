package taipei.pay.app

import taipei.pay.PayTaipei

data class FollowState(
    /** The person is asked whether to cancel. */
    val asking: Boolean = false,
    val busy: Boolean = false,
    val trouble: Trouble? = null,
)

/** One payment on its way: may be cancelled, or finished in the business's app. What it is stands in [Held]. */
class Following(app: App, private val core: PayTaipei, private val holdings: Holdings, private val id: String) :
    Holder<FollowState>(app, FollowState()) {

    fun ask(asking: Boolean) = change { it.copy(asking = asking) }

    fun cancel() {
        change { it.copy(asking = false, busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, trouble = trouble) } }) {
            core.payments.cancel(id)
            holdings.reload()
            change { it.copy(busy = false) }
        }
    }

    fun handOff() {
        holdings.held.value.payment(id)?.handOffUrl?.let(app.device::openLink)
    }
}

data class RefreshState(val busy: Boolean = false, val trouble: Trouble? = null)

/** Pulled down: pays what waits, and asks anew. */
class Refreshing(app: App, private val core: PayTaipei, private val holdings: Holdings) : Holder<RefreshState>(app, RefreshState()) {
    fun refresh() {
        change { it.copy(busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, trouble = trouble) } }) {
            holdings.wake()
            val synced = core.payments.sync()
            holdings.reload()
            change { RefreshState(trouble = synced.unreachable?.let { refusal -> Trouble.of(refusal, app.words) }) }
        }
    }
}
