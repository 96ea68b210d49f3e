package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Info
import androidx.compose.material.icons.filled.KeyboardArrowRight
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.ChooseState
import taipei.pay.app.Choosing

@Composable
internal fun ChooseScreen(app: App, state: AppState, seen: Seen, id: String, choosing: Choosing) {
    val words = state.words
    val choose by choosing.state.collectAsState()
    if (choose.unowned != null) {
        Unowned(state, seen, id, choose, choosing)
        return
    }
    Page(words.chooseProvider, words, { app.back() }) {
        Text(words.chooseProviderHint, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        choose.trouble?.let { TroubleNotice(it) }
        for (provider in choose.providers) {
            Tile({ choosing.choose(provider.id) }) {
                Row(Modifier.fillMaxWidth().heightIn(min = 36.dp), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
                    Text(provider.name, Modifier.weight(1f), style = MaterialTheme.typography.titleMedium)
                    Icon(Icons.Filled.KeyboardArrowRight, null, tint = MaterialTheme.colorScheme.onSurfaceVariant)
                }
            }
        }
    }
}

/** A sticker on paper may be a stranger's genuine bill: the person decides whether to look at its owner first. */
@Composable
private fun Unowned(state: AppState, seen: Seen, id: String, choose: ChooseState, choosing: Choosing) {
    val words = state.words
    Page(words.ownerUnknown, words, choosing::again, {
        MainButton(words.ownerWait, Drawings.clock, busy = choose.busy, act = choosing::waitForOwner)
        OtherButton(words.ownerPaper, Drawings.paper, enabled = !choose.busy, act = choosing::byPaper)
    }) {
        choose.trouble?.let { TroubleNotice(it) }
        seen.held.bill(id)?.let { Biller(it, words, seen) }
        CareNotice(Icons.Filled.Info, words.ownerUnknownBody)
    }
}
