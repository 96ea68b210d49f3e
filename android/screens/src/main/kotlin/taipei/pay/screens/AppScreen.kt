package taipei.pay.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Home
import androidx.compose.material.icons.filled.Settings
import androidx.compose.material3.Icon
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.NavigationBar
import androidx.compose.material3.NavigationBarItem
import androidx.compose.material3.NavigationBarItemDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.withFrameNanos
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Held
import taipei.pay.app.Phase
import taipei.pay.app.Place
import taipei.pay.app.Theme
import taipei.pay.app.Trouble
import taipei.pay.app.Words
import taipei.pay.app.agreeing
import taipei.pay.app.choosing
import taipei.pay.app.elsewhere
import taipei.pay.app.exporting
import taipei.pay.app.following
import taipei.pay.app.household
import taipei.pay.app.keyingIn
import taipei.pay.app.considering
import taipei.pay.app.recalling
import taipei.pay.app.refreshing
import taipei.pay.app.scanning
import taipei.pay.app.showing
import taipei.pay.app.verifying

/** What screens need of the phone that is no presentation: pictures, that is. */
interface Eyes {
    /** What the camera sees, for as long as it is shown. Frames go to the scan's state holder by themselves. */
    @Composable
    fun Viewfinder(modifier: Modifier, torch: Boolean)

    /** Has the person choose a picture, which goes to the scan's state holder. */
    fun choosePicture()

    /** The pixels of a PNG picture, 0xAARRGGBB, row by row. */
    fun pixels(png: ByteArray): IntArray
}

/** The app. The store is opened after its first frame. */
@Composable
fun AppScreen(app: App, eyes: Eyes, family: FontFamily = FontFamily.Default) {
    val state by app.state.collectAsState()
    LaunchedEffect(app) {
        withFrameNanos {}
        if (state.phase == Phase.Opening) app.launch()
    }
    val isDark = when (state.theme) {
        Theme.SYSTEM -> isSystemInDarkTheme()
        Theme.LIGHT -> false
        Theme.DARK -> true
    }
    Dress(isDark, state.words.lang, family) {
        CompositionLocalProvider(LocalContentColor provides MaterialTheme.colorScheme.onBackground) {
            // Where the camera is seen through the window, nothing may be drawn before it.
            val ground = if (state.place == Place.Scan) Modifier else Modifier.background(MaterialTheme.colorScheme.background)
            Box(Modifier.fillMaxSize().then(ground)) { Phases(app, state, eyes) }
        }
    }
}

@Composable
private fun Phases(app: App, state: AppState, eyes: Eyes) {
    when (val phase = state.phase) {
        Phase.Opening -> Box(Modifier.fillMaxSize(), Alignment.Center) { Waiting(state.words.lookAround) }
        is Phase.Closed -> ClosedScreen(phase.trouble, state.words, app::launch)
        is Phase.Open -> {
            val held by phase.holdings.held.collectAsState()
            val online by app.device.online.collectAsState()
            Places(app, state, Seen(held, online), eyes)
        }
    }
}

/** What every screen sees beside its own state. */
internal data class Seen(val held: Held, val online: Boolean)

@Composable
private fun Places(app: App, state: AppState, seen: Seen, eyes: Eyes) {
    when (val place = state.place) {
        in Place.tabs -> Column(Modifier.fillMaxSize()) {
            Box(Modifier.weight(1f)) {
                when (place) {
                    Place.Progress -> ProgressScreen(app, state, seen, app.refreshing(Place.Progress))
                    Place.History -> HistoryScreen(app, state, seen, app.recalling())
                    Place.Settings -> SettingsScreen(app, state, seen, app.exporting())
                    else -> HomeScreen(app, state, seen, app.refreshing(Place.Home))
                }
            }
            Tabs(app, state, seen)
        }
        Place.Verify -> VerifyScreen(app, state, seen, app.verifying())
        Place.Scan -> ScanScreen(app, state, app.scanning(), eyes)
        is Place.KeyIn -> KeyInScreen(app, state, seen, app.keyingIn(place.biller))
        Place.Household -> HouseholdScreen(app, state, seen, app.household())
        is Place.OneBill -> BillScreen(app, state, seen, place.id, app.considering(place.id))
        is Place.OtherWays -> OtherWaysScreen(app, state, seen, place.bill, app.elsewhere(place.bill), eyes)
        is Place.Receipt -> ReceiptScreen(app, state, seen, place.payment, app.showing(place.payment), eyes)
        is Place.Choose -> ChooseScreen(app, state, seen, place.bill, app.choosing(place.bill))
        is Place.Agree -> AgreeScreen(app, state, seen, place.payment, app.agreeing(place.payment))
        is Place.OnePayment -> PaymentScreen(app, state, seen, place.id, app.following(place.id))
        else -> Unit
    }
}

@Composable
private fun Tabs(app: App, state: AppState, seen: Seen) {
    val words = state.words
    NavigationBar(containerColor = MaterialTheme.colorScheme.surface) {
        for (place in Place.tabs) {
            val (icon: ImageVector, name) = when (place) {
                Place.Home -> Icons.Filled.Home to words.homeTitle
                Place.Progress -> Drawings.clock to words.inProgress
                Place.History -> Drawings.history to words.historyTitle
                else -> Icons.Filled.Settings to words.settingsTitle
            }
            NavigationBarItem(
                selected = state.place == place,
                onClick = { app.go(place) },
                icon = { TabIcon(icon, name.takeIf { isLarge() }, place == Place.Progress && seen.held.open.isNotEmpty()) },
                label = if (isLarge()) null else ({
                    Text(name, maxLines = 1, overflow = TextOverflow.Ellipsis, style = MaterialTheme.typography.labelMedium)
                }),
                colors = NavigationBarItemDefaults.colors(
                    selectedTextColor = MaterialTheme.colorScheme.primary,
                    selectedIconColor = MaterialTheme.colorScheme.onPrimaryContainer,
                    indicatorColor = MaterialTheme.colorScheme.primaryContainer,
                ),
            )
        }
    }
}

@Composable
private fun TabIcon(icon: ImageVector, name: String?, isMarked: Boolean) {
    Box {
        Icon(icon, name, Modifier.size(26.dp))
        if (isMarked) {
            Box(
                Modifier.align(Alignment.TopEnd).padding(start = 18.dp).background(MaterialTheme.colorScheme.tertiary, CircleShape)
                    .size(10.dp),
            )
        }
    }
}

@Composable
private fun ClosedScreen(trouble: Trouble, words: Words, again: () -> Unit) {
    Page(words.appName, words, null, bottom = { MainButton(words.tryAgain, act = again) }) {
        TroubleNotice(trouble)
    }
}
