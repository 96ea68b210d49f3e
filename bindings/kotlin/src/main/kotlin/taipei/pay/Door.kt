package taipei.pay

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import taipei.pay.ffi.InternalException
import taipei.pay.ffi.PayTaipeiException

/** Something was used after it was closed: a mistake in the app, not a refusal of the core. */
class ClosedException(what: String) : IllegalStateException("$what is closed: open a new one")

/** Lets calls through until it is closed, and turns those that come later away by name. */
internal class Door(private val what: String) {
    private val closed = AtomicBoolean(false)
    private val waiting: MutableSet<() -> Unit> = ConcurrentHashMap.newKeySet()

    val isClosed: Boolean get() = closed.get()

    /** Makes a call; `true` is answered by the one caller that closes. */
    fun close(): Boolean {
        if (!closed.compareAndSet(false, true)) return false
        waiting.forEach { it() }
        return true
    }

    /** Runs [action] once the door closes, unless the returned function is called first. */
    fun onClose(action: () -> Unit): () -> Unit {
        waiting.add(action)
        if (isClosed) action()
        return { waiting.remove(action) }
    }

    inline fun <T> pass(call: () -> T): T {
        if (isClosed) throw ClosedException(what)
        try {
            return call()
        } catch (failure: Exception) {
            throw told(failure)
        }
    }

    /** What an app meets: a refusal, a closed door or a cancellation. */
    fun told(failure: Exception): Exception = when {
        failure is ClosedException || failure is CancellationException -> failure
        // It was closed meanwhile: the generated class and the core say so in words of their own.
        isClosed && (failure is IllegalStateException || failure is PayTaipeiException.Internal) -> ClosedException(what)
        // A panic, or what uniffi cannot make sense of; its message may quote what it was working on.
        failure is InternalException -> PayTaipeiException.Internal(refusals().first { it.code == "internal" })
        else -> failure
    }

    /** A call that reads or writes the store, decodes a picture or asks the person: off the caller's thread. */
    suspend inline fun <T> passBlocking(crossinline call: () -> T): T = withContext(Dispatchers.IO) { pass(call) }

    /** A call that waits. Polling it reads the store at times, so that goes off the caller's thread too. */
    suspend fun <T> passSuspending(call: suspend () -> T): T = withContext(Dispatchers.IO) { pass { call() } }
}
