package taipei.pay.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Search
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import taipei.pay.Month
import taipei.pay.Payment
import taipei.pay.PaymentState
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Calendar
import taipei.pay.app.Place
import taipei.pay.app.Recalling
import taipei.pay.app.Refreshing
import taipei.pay.app.Words
import taipei.pay.app.asSentence
import taipei.pay.app.byMonth
import taipei.pay.moneyText

/** What was agreed to and has not ended. */
@Composable
internal fun ProgressScreen(app: App, state: AppState, seen: Seen, refreshing: Refreshing) {
    val words = state.words
    val refresh by refreshing.state.collectAsState()
    Column(Modifier.fillMaxSize()) {
        TitleBar(words.inProgress, words, null)
        PullDown(refresh.busy, words.refresh, refreshing::refresh) {
            LazyColumn(
                Modifier.align(Alignment.TopCenter).widthIn(max = 600.dp).fillMaxSize(),
                contentPadding = pagePadding, verticalArrangement = Arrangement.spacedBy(14.dp),
            ) {
                if (!seen.online) item { CareNotice(Drawings.cloudOff, words.offlineBanner) }
                refresh.trouble?.takeIf { seen.online }?.let { item { TroubleNotice(it) } }
                when {
                    !seen.held.loaded -> item { Waiting(words.loading) }
                    seen.held.open.isEmpty() -> item { Nothing(Drawings.clock, words.inProgressEmpty, words.inProgressEmptyHint) }
                }
                items(seen.held.open, { it.id }) { PaymentTile(app, state, seen, it) }
            }
        }
    }
}

@Composable
internal fun HistoryScreen(app: App, state: AppState, seen: Seen, recalling: Recalling) {
    val words = state.words
    val history by recalling.state.collectAsState()
    val months = remember(seen.held.ended, history.sought) { seen.held.ended.byMonth(history.sought) }
    Column(Modifier.fillMaxSize()) {
        TitleBar(words.historyTitle, words, null)
        Box(Modifier.fillMaxSize(), Alignment.TopCenter) {
            LazyColumn(
                Modifier.widthIn(max = 600.dp).fillMaxSize(), contentPadding = pagePadding,
                verticalArrangement = Arrangement.spacedBy(14.dp),
            ) {
                if (seen.held.ended.isNotEmpty()) item {
                    OutlinedTextField(
                        history.sought, recalling::seek, Modifier.fillMaxWidth(), singleLine = true, shape = round,
                        textStyle = MaterialTheme.typography.bodyLarge,
                        leadingIcon = { Icon(Icons.Filled.Search, null) },
                        label = { Text(words.historySearch, style = MaterialTheme.typography.bodyMedium) },
                    )
                }
                if (seen.held.months.any { it.charged > 0 } && history.sought.isBlank()) item { Spent(seen.held.months.takeLast(6), words) }
                when {
                    !seen.held.loaded -> item { Waiting(words.loading) }
                    seen.held.ended.isEmpty() -> item { Nothing(Drawings.history, words.historyEmpty, words.historyEmptyHint) }
                    months.isEmpty() -> item { Nothing(Icons.Filled.Search, words.historySearchNone, words.historySearch) }
                }
                for ((month, payments) in months) {
                    item(month) {
                        val paid = payments.sumOf { it.charged ?: 0 }
                        Sides(
                            { SectionTitle(Calendar.month(month, words)) },
                            { Text(moneyText(paid), style = MaterialTheme.typography.titleLarge, textAlign = it) },
                        )
                    }
                    items(payments, { it.id }) { PaymentTile(app, state, seen, it) }
                }
            }
        }
    }
}

/** What was paid, month by month: a bar each, and read out as names and amounts. */
@Composable
private fun Spent(months: List<Month>, words: Words) {
    val most = months.maxOf { it.charged }.coerceAtLeast(1)
    Tile {
        Text(words.spentTitle, style = MaterialTheme.typography.titleMedium)
        for (month in months) {
            Column(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}, Arrangement.spacedBy(4.dp)) {
                Sides(
                    { Text(Calendar.month(month.month, words), style = MaterialTheme.typography.bodyMedium) },
                    { Text(moneyText(month.charged), style = MaterialTheme.typography.titleSmall, textAlign = it) },
                )
                Box(Modifier.fillMaxWidth().height(12.dp).background(MaterialTheme.colorScheme.surfaceVariant, round)) {
                    val share = month.charged.toFloat() / most
                    Box(Modifier.fillMaxWidth(share).height(12.dp).background(MaterialTheme.colorScheme.primary, round))
                }
            }
        }
    }
}

@Composable
private fun PaymentTile(app: App, state: AppState, seen: Seen, payment: Payment) {
    val colours = MaterialTheme.colorScheme
    Tile({ app.go(Place.OnePayment(payment.id)) }) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Disc(Drawings.of(seen.held.biller(payment.biller)?.icon), colours.primaryContainer, colours.onPrimaryContainer)
            Column(Modifier.weight(1f)) {
                Text(payment.billerName, style = MaterialTheme.typography.titleMedium)
                Text(
                    payment.settledAt?.let { Calendar.moment(it, state.words) } ?: state.words.numberShort(payment.number),
                    color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium,
                )
            }
        }
        Sides(
            {
                val failed = payment.state == PaymentState.DECLINED || payment.state == PaymentState.EXPIRED
                Text(
                    payment.words.asSentence(), color = if (failed) colours.error else colours.onSurface,
                    style = MaterialTheme.typography.bodyMedium,
                )
            },
            {
                val amount = payment.charged ?: payment.agreed ?: payment.payable
                val isCharged = !payment.ended || payment.state == PaymentState.SETTLED
                Text(
                    amount?.let { moneyText(it) } ?: state.words.amountUnknown, textAlign = it,
                    color = if (isCharged) colours.onSurface else colours.onSurfaceVariant,
                    style = if (isCharged) MaterialTheme.typography.titleLarge else MaterialTheme.typography.bodyLarge,
                )
            },
        )
    }
}
