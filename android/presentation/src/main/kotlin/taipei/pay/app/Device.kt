package taipei.pay.app

import java.time.Clock
import java.util.Locale
import kotlinx.coroutines.flow.StateFlow
import taipei.pay.Lang
import taipei.pay.PayTaipei

/** The phone that the app runs on: whatever differs between Android and a window on a desk. */
interface Device {
    /** Opens the core with this device's vault and connectivity. Loads the library: never before the first frame. */
    suspend fun open(lang: Lang): PayTaipei

    /** Whether the phone believes to be connected. Decides on words only. */
    val online: StateFlow<Boolean>
    val preferences: Preferences
    val clock: Clock

    /** Opens an `https` address in the app that it belongs to, or in a browser. */
    fun openLink(address: String)

    /** Has the person choose where a text goes, as a file of this name. */
    fun share(name: String, text: String)
}

/** What is remembered of how the person likes the app. Nothing of it is personal data. */
interface Preferences {
    operator fun get(name: String): String?
    operator fun set(name: String, value: String)
}

enum class Theme { SYSTEM, LIGHT, DARK }

/** The language that the person chose, or else the phone's. */
fun Preferences.speaks(): Lang = Lang.entries.find { it.name == this["lang"] }
    ?: if (Locale.getDefault().language == "zh") Lang.ZH_HANT else Lang.EN

internal fun Preferences.speak(lang: Lang) = set("lang", lang.name)

internal var Preferences.theme: Theme
    get() = Theme.entries.find { it.name == this["theme"] } ?: Theme.SYSTEM
    set(value) = set("theme", value.name)
