package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Edit
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import taipei.pay.KnownNumber
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Household
import taipei.pay.app.HouseholdState
import taipei.pay.app.Words
import taipei.pay.app.dueOf
import taipei.pay.moneyText

@Composable
internal fun HouseholdScreen(app: App, state: AppState, seen: Seen, household: Household) {
    val words = state.words
    val house by household.state.collectAsState()
    Page(words.household, words, { app.back() }, {
        MainButton(words.householdAsk, Drawings.house, enabled = seen.held.numbers.isNotEmpty(), busy = house.busy, act = household::ask)
    }) {
        if (seen.held.numbers.isEmpty()) {
            Nothing(Drawings.house, words.householdEmpty, words.householdEmptyHint)
        } else {
            Text(words.householdHint, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        }
        house.trouble?.takeIf { house.naming == null }?.let { TroubleNotice(it) }
        for (number in seen.held.numbers) {
            NumberTile(number, words, seen) { household.name(number) }
            house.failed[number]?.let { TroubleNotice(it) }
        }
    }
    house.naming?.let { NameDialog(house, it, words, household) }
}

@Composable
private fun NumberTile(number: KnownNumber, words: Words, seen: Seen, name: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val due = seen.held.dueOf(number)
    Tile(name) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
            Disc(Drawings.of(seen.held.biller(number.biller)?.icon), colours.primaryContainer, colours.onPrimaryContainer)
            Column(Modifier.weight(1f)) {
                Text(number.nickname ?: words.nameNumber, style = MaterialTheme.typography.titleMedium)
                Text(number.billerName, color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium)
                Text(words.numberShort(number.number), color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium)
            }
            Icon(Icons.Filled.Edit, null, tint = colours.onSurfaceVariant)
        }
        Text(
            if (due.isEmpty()) words.allPaid else words.householdDue(amount = moneyText(due.sumOf { it.payable ?: 0 }), count = "${due.size}"),
            style = MaterialTheme.typography.bodyLarge,
        )
    }
}

@Composable
private fun NameDialog(house: HouseholdState, number: KnownNumber, words: Words, household: Household) {
    AlertDialog(
        onDismissRequest = { household.name(null) },
        confirmButton = {
            TextButton(household::keep, Modifier.heightIn(min = 48.dp)) { Text(words.save, style = MaterialTheme.typography.labelLarge) }
        },
        dismissButton = {
            TextButton(household::forget, Modifier.heightIn(min = 48.dp)) {
                Text(words.forgetNumber, color = MaterialTheme.colorScheme.error, style = MaterialTheme.typography.labelLarge)
            }
        },
        title = { Text(words.nameNumber, style = MaterialTheme.typography.titleLarge) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                Text("${number.billerName} ${number.number}", style = MaterialTheme.typography.bodyLarge)
                OutlinedTextField(
                    house.typed, household::type, Modifier.fillMaxWidth(), singleLine = true, shape = round,
                    textStyle = MaterialTheme.typography.titleMedium, isError = house.trouble != null,
                    label = { Text(words.nickname, style = MaterialTheme.typography.bodyMedium) },
                )
                house.trouble?.let { TroubleNotice(it) }
            }
        },
        containerColor = MaterialTheme.colorScheme.surface,
    )
}
