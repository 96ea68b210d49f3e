package taipei.pay.preview

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.withContext
import taipei.pay.app.App
import taipei.pay.app.Desk
import taipei.pay.screens.AppScreen

/** One process of the app, seen on a screen without glass. */
class Show private constructor(val app: App, val paper: Paper) : AutoCloseable {
    suspend fun stage(glass: Glass): Stage = Stage.of(glass) { AppScreen(app, paper, phoneLetters) }

    override fun close() {
        app.close()
        app.scope.cancel()
    }

    companion object {
        suspend fun of(desk: Desk, saved: List<String> = emptyList()): Show = withContext(mainThread) {
            lateinit var app: App
            val paper = Paper { app }
            app = App(CoroutineScope(mainThread + SupervisorJob()), desk, saved)
            Show(app, paper)
        }
    }
}
