package taipei.pay.android

import android.app.Activity
import android.hardware.biometrics.BiometricManager.Authenticators.BIOMETRIC_STRONG
import android.hardware.biometrics.BiometricManager.Authenticators.DEVICE_CREDENTIAL
import android.hardware.biometrics.BiometricPrompt
import android.os.CancellationSignal
import java.lang.ref.WeakReference
import java.util.concurrent.CompletableFuture
import taipei.pay.ffi.VaultException

/** Asks for fingerprint, face or the phone's PIN, over the activity that is seen. */
class Presence(private val title: () -> String) {
    @Volatile
    private var seen = WeakReference<Activity>(null)

    fun over(activity: Activity?) {
        seen = WeakReference(activity)
    }

    /** Waits for the person, on a thread of the core's. Nobody confirms where nothing is seen: never in the background. */
    fun confirm(reason: String): Boolean {
        val activity = seen.get() ?: throw VaultException.NotPresent()
        val answer = CompletableFuture<Boolean>()
        activity.runOnUiThread {
            BiometricPrompt.Builder(activity).setTitle(title()).setDescription(reason)
                .setAllowedAuthenticators(BIOMETRIC_STRONG or DEVICE_CREDENTIAL).setConfirmationRequired(true).build()
                .authenticate(CancellationSignal(), activity.mainExecutor, object : BiometricPrompt.AuthenticationCallback() {
                    override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) {
                        answer.complete(true)
                    }

                    override fun onAuthenticationError(code: Int, message: CharSequence) {
                        answer.complete(false)
                    }
                })
        }
        return answer.get()
    }
}
