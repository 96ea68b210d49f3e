package taipei.pay.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import taipei.pay.Lang
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Exporting
import taipei.pay.app.Place
import taipei.pay.app.Theme

@Composable
internal fun SettingsScreen(app: App, state: AppState, seen: Seen, exporting: Exporting) {
    val words = state.words
    val export by exporting.state.collectAsState()
    Page(words.settingsTitle, words, null) {
        SectionTitle(words.aboutYou)
        Tile {
            Text(seen.held.number.orEmpty(), style = MaterialTheme.typography.titleLarge)
            OtherButton(words.verifyAgain) { app.go(Place.Verify) }
        }
        SectionTitle(words.language)
        Tile {
            Choices(mapOf(Lang.ZH_HANT to "中文（台灣）", Lang.EN to "English"), words.lang, app::speak)
        }
        SectionTitle(words.theme)
        Tile {
            val themes = mapOf(Theme.SYSTEM to words.themeSystem, Theme.LIGHT to words.themeLight, Theme.DARK to words.themeDark)
            Choices(themes, state.theme, app::dress)
        }
        SectionTitle(words.export)
        Tile {
            Text(words.exportHint, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium)
            OtherButton(words.exportPayments, act = exporting::payments)
            OtherButton(words.exportBills, act = exporting::bills)
            export.trouble?.let { TroubleNotice(it) }
        }
    }
}
