package taipei.pay.android

import android.app.Application

/** One a process. */
class PayApplication : Application() {
    val phone by lazy { Phone(this) }
}
