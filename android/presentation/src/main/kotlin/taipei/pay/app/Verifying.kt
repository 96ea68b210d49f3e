package taipei.pay.app

import taipei.pay.PayTaipei
import taipei.pay.Verification

data class VerifyState(
    val number: String = "",
    /** Somebody has to approve it on the handset. */
    val asked: Verification? = null,
    val busy: Boolean = false,
    val trouble: Trouble? = null,
)

/** The mobile number: keyed in, approved on the handset, verified. */
class Verifying(app: App, private val core: PayTaipei, private val holdings: Holdings) :
    Holder<VerifyState>(app, VerifyState()) {

    fun type(number: String) = change { it.copy(number = number.filter { c -> c.isDigit() || c == '+' }.take(13), trouble = null) }

    fun start() {
        change { it.copy(busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, asked = null, trouble = trouble) } }) {
            val asked = core.identity.start(state.value.number)
            change { it.copy(asked = asked) }
            core.identity.finish()
            holdings.wake()
            holdings.reload()
            app.start(Place.Home)
        }
    }

    /** Another number, or the same once more. The verification that was begun ends by itself. */
    fun again() {
        leaveOff()
        change { VerifyState(number = it.number) }
    }
}
