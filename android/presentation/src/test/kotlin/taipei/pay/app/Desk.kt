package taipei.pay.app

import java.time.Clock
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import taipei.pay.Connectivity
import taipei.pay.E164
import taipei.pay.Lang
import taipei.pay.MSISDN
import taipei.pay.PayTaipei
import taipei.pay.SoftVault
import taipei.pay.World

/** A phone on a desk: the real core, a vault in memory, and a network that the test takes away. */
class Desk(val world: World, val vault: SoftVault = SoftVault()) : Device {
    val network = MutableStateFlow(true)
    val shared = HashMap<String, String>()
    val opened = ArrayList<String>()
    private val kept = ConcurrentHashMap<String, String>(mapOf("lang" to "EN"))

    override val online: StateFlow<Boolean> = network
    override val clock: Clock = Clock.systemUTC()
    override val preferences = object : Preferences {
        override fun get(name: String): String? = kept[name]
        override fun set(name: String, value: String) = kept.set(name, value)
    }

    override suspend fun open(lang: Lang): PayTaipei =
        PayTaipei.open(world.config(lang = lang), vault, object : Connectivity { override fun isConnected() = network.value })

    override fun openLink(address: String) {
        opened += address
    }

    override fun share(name: String, text: String) {
        shared[name] = text
    }

    fun network(on: Boolean) {
        world.openPort(on)
        network.value = on
    }
}

/** The app on a desk, as one process of it: opened, and closed at the end. It and who uses it share one thread, as on a phone. */
suspend fun <T> Desk.process(restored: List<String> = emptyList(), use: suspend (App) -> T): T {
    val thread = Executors.newSingleThreadExecutor().asCoroutineDispatcher()
    val app = App(CoroutineScope(thread + SupervisorJob()), this, restored)
    try {
        return withContext(thread) {
            app.launch()
            try {
                use(app)
            } finally {
                app.close()
                app.scope.cancel()
            }
        }
    } finally {
        thread.close()
    }
}

suspend fun App.until(wanted: (AppState) -> Boolean): AppState = withTimeout(30.seconds) { state.first(wanted) }

suspend fun App.opened(): Phase.Open = until { it.phase is Phase.Open }.phase as Phase.Open

suspend fun App.held(wanted: (Held) -> Boolean): Held {
    val held = opened().holdings.held
    return withTimeout(30.seconds) { held.first(wanted) }
}

suspend fun <S> Holder<S>.until(wanted: (S) -> Boolean): S = withTimeout(30.seconds) { state.first(wanted) }

/** Verifies the tester's number, with the person who approves it on the handset. */
suspend fun App.verify(world: World) {
    until { it.place == Place.Verify }
    check(!back()) { "nothing is behind it before a number is verified" }
    val verifying = verifying()
    verifying.type(MSISDN)
    verifying.start()
    val asked = verifying.until { it.asked != null }.asked!!
    world.post("handset", "msisdn" to E164, "approve" to true, "binding_message" to asked.bindingMessage)
    until { it.place == Place.Home }
    held { it.number != null }
}
