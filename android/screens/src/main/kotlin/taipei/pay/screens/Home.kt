package taipei.pay.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.ArrowDropDown
import androidx.compose.material.icons.filled.CheckCircle
import androidx.compose.material.icons.filled.KeyboardArrowRight
import androidx.compose.material.icons.filled.Place
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import taipei.pay.Bill
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Calendar
import taipei.pay.app.Place
import taipei.pay.app.Refreshing
import taipei.pay.app.inWords
import taipei.pay.app.keyable
import taipei.pay.moneyText

@Composable
internal fun HomeScreen(app: App, state: AppState, seen: Seen, refreshing: Refreshing) {
    val words = state.words
    val refresh by refreshing.state.collectAsState()
    Column(Modifier.fillMaxSize()) {
        Head(app, state, seen)
        PullDown(refresh.busy, words.refresh, refreshing::refresh) {
            Column(
                Modifier.align(Alignment.TopCenter).widthIn(max = 600.dp).fillMaxSize()
                    .verticalScroll(rememberScrollState()).padding(pagePadding),
                Arrangement.spacedBy(16.dp),
            ) {
                if (!seen.online) CareNotice(Drawings.cloudOff, words.offlineBanner)
                (refresh.trouble?.takeIf { seen.online })?.let { TroubleNotice(it) }
                MainButton(words.scanBill, Drawings.scan) { app.go(Place.Scan) }
                if (seen.held.open.isNotEmpty()) InProgressTile(app, state, seen)
                Due(app, state, seen)
                if (seen.held.numbers.isNotEmpty()) HouseholdTile(app, state, seen)
                if (seen.held.loaded) KeyIn(app, state, seen)
            }
        }
    }
}

/** The app's name and the county; under each other where the letters are large. */
@Composable
private fun Head(app: App, state: AppState, seen: Seen) {
    val name: @Composable () -> Unit = {
        Text(
            state.words.appName, Modifier.semantics { heading() }, color = MaterialTheme.colorScheme.primary,
            style = MaterialTheme.typography.headlineSmall,
        )
    }
    Box(Modifier.fillMaxWidth(), Alignment.Center) {
        val whole = Modifier.widthIn(max = 600.dp).fillMaxWidth().padding(start = 20.dp, end = 8.dp).heightIn(min = 64.dp)
        if (isLarge()) Column(whole.padding(top = 12.dp)) {
            name()
            County(app, state, seen)
        } else Row(whole, Arrangement.SpaceBetween, Alignment.CenterVertically) {
            name()
            County(app, state, seen)
        }
    }
}

@Composable
private fun County(app: App, state: AppState, seen: Seen) {
    val words = state.words
    var open by remember { mutableStateOf(false) }
    val here = seen.held.counties.find { it.id == seen.held.county } ?: return
    Box {
        Row(
            Modifier.clickable(onClickLabel = words.chooseCounty, role = Role.Button) { open = true }
                .heightIn(min = 48.dp).padding(horizontal = 12.dp),
            Arrangement.spacedBy(4.dp), Alignment.CenterVertically,
        ) {
            Icon(Icons.Filled.Place, null, Modifier.size(20.dp), MaterialTheme.colorScheme.primary)
            Text(here.name, style = MaterialTheme.typography.titleMedium)
            Icon(Icons.Filled.ArrowDropDown, null, Modifier.size(24.dp))
        }
        DropdownMenu(open, { open = false }) {
            for (county in seen.held.counties) {
                DropdownMenuItem({ Text(county.name, style = MaterialTheme.typography.bodyLarge) }, {
                    open = false
                    app.live(county.id)
                })
            }
        }
    }
}

@Composable
private fun InProgressTile(app: App, state: AppState, seen: Seen) {
    val colours = MaterialTheme.colorScheme
    Tile({ app.go(Place.Progress) }, colours.secondaryContainer) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Icon(Drawings.clock, null, Modifier.size(28.dp), colours.onSecondaryContainer)
            Text(
                state.words.inProgressCount("${seen.held.open.size}"), Modifier.weight(1f), colours.onSecondaryContainer,
                style = MaterialTheme.typography.titleMedium,
            )
            Icon(Icons.Filled.KeyboardArrowRight, null, tint = colours.onSecondaryContainer)
        }
    }
}

@Composable
private fun HouseholdTile(app: App, state: AppState, seen: Seen) {
    val colours = MaterialTheme.colorScheme
    Tile({ app.go(Place.Household) }) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Disc(Drawings.house, colours.primaryContainer, colours.onPrimaryContainer)
            Column(Modifier.weight(1f)) {
                Text(state.words.household, style = MaterialTheme.typography.titleMedium)
                Text(
                    state.words.householdCount("${seen.held.numbers.size}"), color = colours.onSurfaceVariant,
                    style = MaterialTheme.typography.bodyMedium,
                )
            }
            Icon(Icons.Filled.KeyboardArrowRight, null, tint = colours.onSurfaceVariant)
        }
    }
}

@Composable
private fun Due(app: App, state: AppState, seen: Seen) {
    val words = state.words
    val due = seen.held.due
    if (!seen.held.loaded) {
        Waiting(words.loading)
    } else if (due.isEmpty()) {
        Nothing(Icons.Filled.CheckCircle, words.allPaid, words.allPaidHint)
    } else {
        Column(Modifier.padding(top = 4.dp)) {
            SectionTitle(words.toPay)
            val known = due.mapNotNull { it.payable }
            if (due.size > 1 && known.isNotEmpty()) {
                Sides(
                    {
                        Text(
                            words.totalToPay("${known.size}"), color = MaterialTheme.colorScheme.onSurfaceVariant,
                            style = MaterialTheme.typography.bodyLarge,
                        )
                    },
                    { Text(moneyText(known.sum()), style = MaterialTheme.typography.titleMedium, textAlign = it) },
                )
            }
        }
        for (bill in due) BillTile(app, state, seen, bill)
    }
}

@Composable
private fun BillTile(app: App, state: AppState, seen: Seen, bill: Bill) {
    val words = state.words
    val colours = MaterialTheme.colorScheme
    Tile({ app.go(Place.OneBill(bill.id)) }) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Disc(Drawings.of(seen.held.biller(bill.biller)?.icon), colours.primaryContainer, colours.onPrimaryContainer)
            Column(Modifier.weight(1f)) {
                Text(bill.nickname ?: bill.billerName, style = MaterialTheme.typography.titleMedium)
                Text(
                    bill.nickname?.let { bill.billerName } ?: words.numberShort(bill.number), color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium,
                )
            }
        }
        Sides(
            { bill.due?.let { DueMark(app, state, it) } },
            { align ->
                val text = bill.payable?.let { moneyText(it) } ?: words.amountUnknown
                val style = if (bill.payable == null) MaterialTheme.typography.titleMedium else MaterialTheme.typography.headlineMedium
                Text(text, textAlign = align, style = style)
            },
        )
    }
}

/** How long is left, in the colour of care where it is little. */
@Composable
internal fun DueMark(app: App, state: AppState, due: String) {
    val colours = MaterialTheme.colorScheme
    val isSoon = Calendar.daysLeft(due, app.device.clock) <= 7
    Surface(
        shape = RoundedCornerShape(12.dp),
        color = if (isSoon) colours.tertiaryContainer else colours.surfaceVariant,
        contentColor = if (isSoon) colours.onTertiaryContainer else colours.onSurface,
    ) {
        Text(
            Calendar.left(due, app.device.clock, state.words), Modifier.padding(horizontal = 12.dp, vertical = 6.dp),
            style = MaterialTheme.typography.titleSmall,
        )
    }
}

@Composable
private fun KeyIn(app: App, state: AppState, seen: Seen) {
    val words = state.words
    if (seen.held.county == null) {
        SectionTitle(words.countyWhich)
        for (county in seen.held.counties) OtherButton(county.name, Drawings.map) { app.live(county.id) }
        return
    }
    val billers = seen.held.keyable()
    if (billers.isEmpty()) return
    SectionTitle(words.orKeyIn)
    Tile {
        for ((index, biller) in billers.withIndex()) {
            if (index > 0) Box(Modifier.fillMaxWidth().padding(start = 62.dp).background(MaterialTheme.colorScheme.outlineVariant).heightIn(min = 1.dp))
            Row(
                Modifier.fillMaxWidth().clickable(role = Role.Button) { app.go(Place.KeyIn(biller.id)) }.heightIn(min = 56.dp),
                Arrangement.spacedBy(14.dp), Alignment.CenterVertically,
            ) {
                Disc(
                    Drawings.of(biller.icon), MaterialTheme.colorScheme.secondaryContainer,
                    MaterialTheme.colorScheme.onSecondaryContainer,
                )
                Text(biller.inWords(words), Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Start)
                Icon(Icons.Filled.KeyboardArrowRight, null, tint = MaterialTheme.colorScheme.onSurfaceVariant)
            }
        }
    }
}
