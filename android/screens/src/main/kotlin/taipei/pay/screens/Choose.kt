package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
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
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import taipei.pay.ProviderOffer
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.ChooseState
import taipei.pay.app.Choosing
import taipei.pay.app.Words
import taipei.pay.app.asSentence
import taipei.pay.moneyText

@Composable
internal fun ChooseScreen(app: App, state: AppState, seen: Seen, id: String, choosing: Choosing) {
    val words = state.words
    val choose by choosing.state.collectAsState()
    LaunchedEffect(choosing) { choosing.open() }
    if (choose.unowned != null) {
        Unowned(state, seen, id, choose, choosing)
        return
    }
    Page(words.chooseProvider, words, { app.back() }) {
        Text(words.chooseProviderHint, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        choose.trouble?.let { TroubleNotice(it) }
        if (choose.offers.isEmpty() && choose.trouble == null) Waiting(words.loading)
        for (offer in choose.offers) OfferTile(offer, words) { choosing.choose(offer.id) }
    }
}

@Composable
private fun OfferTile(offer: ProviderOffer, words: Words, choose: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    Tile(choose) {
        Row(Modifier.fillMaxWidth().heightIn(min = 36.dp), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Column(Modifier.weight(1f), Arrangement.spacedBy(4.dp)) {
                Text(offer.name, style = MaterialTheme.typography.titleMedium)
                if (offer.cashback > 0) {
                    Text(words.givesBack(moneyText(offer.cashback)), color = colours.primary, style = MaterialTheme.typography.titleSmall)
                }
                offer.fundingName?.takeIf { offer.best > offer.cashback }?.let {
                    Text(
                        words.givesBackMost(amount = moneyText(offer.best), source = it), color = colours.primary,
                        style = MaterialTheme.typography.bodyMedium,
                    )
                }
                for (why in offer.why) Text(why.asSentence(), color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodySmall)
            }
            Icon(Icons.Filled.KeyboardArrowRight, null, tint = colours.onSurfaceVariant)
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
