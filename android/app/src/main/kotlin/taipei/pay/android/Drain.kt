package taipei.pay.android

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import taipei.pay.Payment
import taipei.pay.PaymentState
import taipei.pay.app.Words
import taipei.pay.app.speaks
import taipei.pay.ffi.PayTaipeiException

/** Pays what waits once the phone has a network, also where the app was left and the phone restarted. */
class DrainService : JobService() {
    private val scope = CoroutineScope(Dispatchers.Default + SupervisorJob())

    override fun onStartJob(parameters: JobParameters): Boolean {
        scope.launch {
            val again = try {
                drain()
            } catch (_: PayTaipeiException) {
                // Locked, full or not verified: the system asks again later, and the app says why when it is opened.
                true
            }
            jobFinished(parameters, again)
        }
        return true
    }

    /** Whether something still waits. */
    private suspend fun drain(): Boolean {
        val phone = (application as PayApplication).phone
        val lang = phone.preferences.speaks()
        return phone.open(lang).use { core ->
            if (core.identity.verifiedNumber() == null) return false
            val before = core.payments.queue().map { it.id }.toSet()
            val after = core.payments.sync(2.minutes).payments
            val ended = after.filter { it.ended && it.id in before }
            if (ended.isNotEmpty()) Notices(this, Words(lang)).tell(ended)
            after.any { !it.ended && it.state.waitsForNetwork }
        }
    }

    /** The network went, or time is up. What is under way goes on at the next start. */
    override fun onStopJob(parameters: JobParameters): Boolean {
        scope.cancel()
        return true
    }

    companion object {
        private const val ID = 1

        /** Has the system call once there is a network; one call for all that waits, kept over restarts. */
        fun schedule(context: Context, open: List<Payment>) {
            if (open.none { it.state.waitsForNetwork }) return
            val job = JobInfo.Builder(ID, ComponentName(context, DrainService::class.java))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY).setPersisted(true).build()
            context.service<JobScheduler>().schedule(job)
        }
    }
}

/** Not those that wait for the person. */
private val PaymentState.waitsForNetwork
    get() = this != PaymentState.NEEDS_CONSENT && this != PaymentState.AWAITING_HAND_OFF
