package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Warning
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import java.time.LocalDate
import taipei.pay.Bill
import taipei.pay.BillStatus
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Calendar
import taipei.pay.app.Considering
import taipei.pay.app.Place
import taipei.pay.app.Words
import taipei.pay.moneyText

@Composable
internal fun BillScreen(app: App, state: AppState, seen: Seen, id: String, considering: Considering) {
    val words = state.words
    val look by considering.state.collectAsState()
    LaunchedEffect(considering) { considering.open() }
    val bill = seen.held.bill(id)
    if (bill == null) {
        Page(words.billTitle, words, { app.back() }) { Missing(words, seen) }
        return
    }
    Page(words.billTitle, words, { app.back() }, { BillActions(app, words, bill) }) {
        Biller(bill, words, seen)
        Tile {
            Text(words.payable, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
            Text(bill.payable?.let { moneyText(it) } ?: words.amountUnknown, style = MaterialTheme.typography.displaySmall)
            bill.due?.let { due ->
                DueMark(app, state, due)
                Text(words.dueBy(Calendar.long(LocalDate.parse(due), words)), style = MaterialTheme.typography.bodyMedium)
            }
        }
        if (look.busy) Working(words.billAsking)
        look.trouble?.let { TroubleNotice(it) }
        for (warning in bill.warnings) CareNotice(Icons.Filled.Warning, warning, words.warning)
        if (!look.busy) Standing(bill, words)
        Tile { Facts(bill, words) }
        if (seen.held.numbers.none { it.biller == bill.biller && it.number == bill.number }) {
            OtherButton(words.keepNumber, Drawings.house, act = considering::keepNumber)
        }
        if (bill.payment == null && seen.online && !look.busy) QuietButton(words.askAgain, act = considering::check)
        if (bill.payment == null) QuietButton(words.otherWays) { app.go(Place.OtherWays(bill.id)) }
    }
}

@Composable
private fun BillActions(app: App, words: Words, bill: Bill) {
    val payment = bill.payment
    when {
        payment != null -> MainButton(words.seePayment) { app.go(Place.OnePayment(payment)) }
        bill.status == BillStatus.PAYABLE || bill.status == BillStatus.UNCHECKED ->
            MainButton(words.payBill) { app.go(Place.Choose(bill.id)) }
        else -> OtherButton(words.close) { app.back() }
    }
}

@Composable
internal fun Biller(bill: Bill, words: Words, seen: Seen) {
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
        Disc(
            Drawings.of(seen.held.biller(bill.biller)?.icon), MaterialTheme.colorScheme.primaryContainer,
            MaterialTheme.colorScheme.onPrimaryContainer, 56,
        )
        Column(Modifier.weight(1f)) {
            Text(bill.nickname ?: bill.billerName, style = MaterialTheme.typography.titleLarge)
            if (bill.nickname != null) Text(bill.billerName, style = MaterialTheme.typography.bodyLarge)
            Text(
                words.numberShort(bill.number), color = MaterialTheme.colorScheme.onSurfaceVariant,
                style = MaterialTheme.typography.bodyLarge,
            )
        }
    }
}

@Composable
private fun Standing(bill: Bill, words: Words) {
    when {
        bill.status == BillStatus.PAID -> InfoNotice(words.statusPaid)
        bill.payment != null -> InfoNotice(words.beingPaid)
        bill.status == BillStatus.UNCHECKED -> InfoNotice(words.notConfirmed)
        bill.status == BillStatus.EXPIRED -> CareNotice(Icons.Filled.Warning, words.statusExpired)
        bill.status == BillStatus.NOT_FOUND -> CareNotice(Icons.Filled.Warning, words.statusNotFound)
    }
}

@Composable
private fun Facts(bill: Bill, words: Words) {
    bill.owner?.let { Fact(words.owner, it) }
    bill.address?.let { Fact(words.address, it) }
    bill.period?.let { Fact(words.period, it) }
    bill.amount?.let { Fact(words.amount, moneyText(it)) }
    bill.fee?.takeIf { it != 0L }?.let { Fact(words.fee, moneyText(it)) }
    bill.discount?.takeIf { it != 0L }?.let { Fact(words.discount, moneyText(-it)) }
    Fact(words.statusLabel, words.of(bill.status))
    bill.checkedAt?.let { Fact(words.checkedAt, Calendar.moment(it, words)) }
}

private fun Words.of(status: BillStatus) = when (status) {
    BillStatus.UNCHECKED -> statusUnchecked
    BillStatus.PAYABLE -> statusPayable
    BillStatus.PAID -> statusPaid
    BillStatus.EXPIRED -> statusExpired
    BillStatus.NOT_FOUND -> statusNotFound
}
