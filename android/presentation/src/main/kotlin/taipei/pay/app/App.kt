package taipei.pay.app

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import taipei.pay.Lang
import taipei.pay.PayTaipei
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.refusal

/** Where the app as a whole stands. */
sealed interface Phase {
    /** The store is being opened: nothing of it can be shown. */
    data object Opening : Phase
    data class Closed(val trouble: Trouble) : Phase
    data class Open(val core: PayTaipei, val holdings: Holdings) : Phase
}

data class AppState(
    val phase: Phase,
    val words: Words,
    val theme: Theme,
    /** From the first to the one that is seen. Never empty. */
    val places: List<Place>,
) {
    val place: Place get() = places.last()
}

/**
 * The app, without its pictures. [launch] begins; screens watch [state] and ask for a [holder]. One a process; its scope ends
 * with it. All but the core's own work goes on [scope]'s dispatcher, the main one.
 */
class App(val scope: CoroutineScope, val device: Device, restored: List<String> = emptyList()) {
    private val mutable = MutableStateFlow(
        AppState(
            Phase.Opening, Words(device.preferences.speaks()), device.preferences.theme,
            restored.mapNotNull(Place::read).ifEmpty { listOf(Place.Home) },
        ),
    )
    private val holders = HashMap<Place, Holder<*>>()
    private var watching: Job? = null
    val state: StateFlow<AppState> = mutable
    val words: Words get() = state.value.words

    /** Opens the store, or tries again where that failed. */
    fun launch() {
        watching?.cancel()
        mutable.update { it.copy(phase = Phase.Opening) }
        watching = scope.launch {
            try {
                val core = device.open(words.lang)
                val holdings = Holdings(core)
                holdings.reload()
                mutable.update { it.copy(phase = Phase.Open(core, holdings)) }
                if (holdings.held.value.run { number == null && trouble == null }) start(Place.Verify)
                holdings.watch()
            } catch (refused: PayTaipeiException) {
                mutable.update { it.copy(phase = Phase.Closed(Trouble.of(refused.refusal, words))) }
            }
        }
    }

    /** Closes the store. What is agreed to goes on when it is opened next. */
    fun close() {
        watching?.cancel()
        holders.values.forEach { it.close() }
        holders.clear()
        (state.value.phase as? Phase.Open)?.core?.close()
    }

    fun go(place: Place) = mutable.update { now ->
        when {
            place == now.place -> now
            place in Place.tabs -> now.copy(places = listOf(Place.Home, place).distinct())
            else -> now.copy(places = now.places - place + place)
        }
    }.also { tidy() }

    /** Goes there, so that [back] does not lead to where the person is now. */
    fun replace(place: Place) = mutable.update { it.copy(places = it.places.dropLast(1) - place + place) }.also { tidy() }

    /** Goes there, with nothing but home behind it. */
    fun start(place: Place) = mutable.update { it.copy(places = listOf(Place.Home, place).distinct()) }.also { tidy() }

    /** Whether there was somewhere to go back to. */
    fun back(): Boolean {
        val now = state.value
        val stays = now.places.size == 1 || (now.place == Place.Verify && number == null)
        if (!stays) mutable.update { it.copy(places = it.places.dropLast(1)) }.also { tidy() }
        return !stays
    }

    /** What [App] is made with, to be where the person was. */
    fun saved(): List<String> = state.value.places.map { it.saved }

    /** The person is back, perhaps from a business's app: what happened meanwhile is asked for at once. */
    fun resumed() {
        val open = state.value.phase as? Phase.Open ?: return
        scope.launch {
            try {
                open.core.payments.sync()
            } catch (_: PayTaipeiException) {
                // Nobody asked for it; whoever does is told why.
            }
            open.holdings.reload()
        }
    }

    fun speak(lang: Lang) {
        if (lang == words.lang) return
        device.preferences.speak(lang)
        close()
        mutable.update { it.copy(words = Words(lang)) }
        launch()
    }

    fun dress(theme: Theme) {
        device.preferences.theme = theme
        mutable.update { it.copy(theme = theme) }
    }

    /** The person lives in this county, which is one of those that the core names. */
    fun live(county: String) {
        val open = state.value.phase as? Phase.Open ?: return
        scope.launch {
            try {
                open.core.billers.chooseCounty(county)
            } catch (_: PayTaipeiException) {
                // The store is full or locked: the old county stays, and is seen to.
            }
            open.holdings.reload()
        }
    }

    /** The state holder of a place, the same until the person has left it for good. */
    @Suppress("UNCHECKED_CAST")
    fun <H : Holder<*>> holder(place: Place, make: (Phase.Open) -> H): H =
        holders.getOrPut(place) { make(state.value.phase as Phase.Open) } as H

    private val number get() = (state.value.phase as? Phase.Open)?.holdings?.held?.value?.number

    private fun tidy() {
        val places = state.value.places
        holders.keys.filter { it !in places }.forEach { holders.remove(it)?.close() }
    }
}
