package taipei.pay.android

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import java.time.Clock
import kotlinx.coroutines.flow.StateFlow
import taipei.pay.Config
import taipei.pay.Lang
import taipei.pay.PayTaipei
import taipei.pay.app.Device
import taipei.pay.app.Preferences
import taipei.pay.app.Words
import taipei.pay.app.speaks

/** This phone, for the app. Nothing here loads the library before [open]. */
class Phone(private val context: Context) : Device {
    override val preferences: Preferences = object : Preferences {
        private val kept = context.getSharedPreferences("app", Context.MODE_PRIVATE)
        override fun get(name: String): String? = kept.getString(name, null)
        override fun set(name: String, value: String) = kept.edit().putString(name, value).apply()
    }
    val presence = Presence { Words(preferences.speaks()).agreeTitle }
    private val internet by lazy { InternetWatch(context) }
    private val vault by lazy { KeystoreVault(context, presence) }

    override val online: StateFlow<Boolean> get() = internet.online
    override val clock: Clock = Clock.systemUTC()

    override suspend fun open(lang: Lang): PayTaipei {
        // Kept out of backups: another phone has no key to it.
        val folder = context.noBackupFilesDir.resolve("pay").path
        return PayTaipei.open(Config(folder, platform(), null, lang), vault, internet)
    }

    override fun openLink(address: String) {
        val uri = Uri.parse(address)
        if (uri.scheme != "https") return
        try {
            context.startActivity(Intent(Intent.ACTION_VIEW, uri).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
        } catch (_: ActivityNotFoundException) {
            // A phone without any browser: the payment waits until it expires or is cancelled.
        }
    }

    override fun share(name: String, text: String) {
        val send = Intent(Intent.ACTION_SEND).setType("text/csv").putExtra(Intent.EXTRA_SUBJECT, name).putExtra(Intent.EXTRA_TEXT, text)
        context.startActivity(Intent.createChooser(send, name).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
    }

    private fun platform(): String = context.packageManager
        .getApplicationInfo(context.packageName, PackageManager.GET_META_DATA).metaData.getString("taipei.pay.platform").orEmpty()
}
