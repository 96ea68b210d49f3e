package taipei.pay.preview

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.material3.Button
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.application
import androidx.compose.ui.window.rememberWindowState
import kotlin.concurrent.thread
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.swing.Swing
import taipei.pay.E164
import taipei.pay.World
import taipei.pay.app.App
import taipei.pay.app.Desk
import taipei.pay.screens.AppScreen
import taipei.pay.screens.Dress

/** The app in a window, beside it what a desk has in the place of a phone: paper, handset and network. */
fun main() {
    val world = World()
    val desk = Desk(world)
    lateinit var app: App
    val paper = Paper { app }
    application {
        app = App(CoroutineScope(Dispatchers.Swing + SupervisorJob()), desk)
        Window(
            {
                app.close()
                world.close()
                exitApplication()
            },
            rememberWindowState(size = DpSize(680.dp, 860.dp)), title = "pay.taipei",
        ) {
            Row {
                Surface(Modifier.width(411.dp).fillMaxHeight()) { AppScreen(app, paper, phoneLetters) }
                Dress(false, app.words.lang, phoneLetters) { DeskTop(world, desk, paper) }
            }
        }
    }
}

@Composable
private fun DeskTop(world: World, desk: Desk, paper: Paper) {
    val online by desk.network.collectAsState()
    Surface(Modifier.fillMaxHeight()) {
        Column(Modifier.padding(20.dp), Arrangement.spacedBy(12.dp)) {
            Button({ thread { paper.photo = world.photo(world.issue(amount = (100..2000).random())) } }) { Text("new paper bill") }
            Button({ thread { runCatching { world.post("handset", "msisdn" to E164, "approve" to true) } } }) { Text("approve on handset") }
            Button({ thread { desk.network(!online) } }) { Text(if (online) "take the network away" else "give the network back") }
            Text("number: ${taipei.pay.MSISDN}")
        }
    }
}
