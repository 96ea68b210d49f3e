package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import taipei.pay.Lang
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Place
import taipei.pay.app.Theme

@Composable
internal fun SettingsScreen(app: App, state: AppState, seen: Seen) {
    val words = state.words
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
    }
}

@Composable
private fun <T> Choices(names: Map<T, String>, chosen: T, choose: (T) -> Unit) {
    Column(Modifier.selectableGroup()) {
        for ((choice, name) in names) {
            Row(
                Modifier.fillMaxWidth().selectable(choice == chosen, role = Role.RadioButton) { choose(choice) }.heightIn(min = 52.dp),
                Arrangement.spacedBy(12.dp), Alignment.CenterVertically,
            ) {
                RadioButton(choice == chosen, null)
                Text(name, style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
}
