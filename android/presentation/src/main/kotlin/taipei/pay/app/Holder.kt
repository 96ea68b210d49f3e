package taipei.pay.app

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.refusal

/** One screen's state. It lives as long as its place is on the way back. */
abstract class Holder<S>(protected val app: App, first: S) {
    protected val scope = CoroutineScope(app.scope.coroutineContext + Job(app.scope.coroutineContext[Job]))
    private val mutable = MutableStateFlow(first)
    private var job: Job? = null
    val state: StateFlow<S> = mutable

    protected fun change(how: (S) -> S) = mutable.update(how)

    /** Does what the person asked for; what is asked for meanwhile is left. A refusal goes to [refused]. */
    protected fun act(refused: (Trouble) -> Unit, action: suspend () -> Unit) {
        if (job?.isActive == true) return
        job = scope.launch {
            try {
                action()
            } catch (refusal: PayTaipeiException) {
                refused(Trouble.of(refusal.refusal, app.words))
            }
        }
    }

    /** Ends what [act] began. */
    protected fun leaveOff() {
        job?.cancel()
        job = null
    }

    internal open fun close() = scope.cancel()
}
