package taipei.pay.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Check
import androidx.compose.material.icons.filled.CheckCircle
import androidx.compose.material.icons.filled.Close
import androidx.compose.material.icons.filled.Info
import androidx.compose.material.icons.filled.Warning
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import taipei.pay.Payment
import taipei.pay.PaymentState
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Calendar
import taipei.pay.app.Following
import taipei.pay.app.Place
import taipei.pay.app.Words
import taipei.pay.app.asSentence
import taipei.pay.moneyText

@Composable
internal fun PaymentScreen(app: App, state: AppState, seen: Seen, id: String, following: Following) {
    val words = state.words
    val follow by following.state.collectAsState()
    val payment = seen.held.payment(id)
    if (payment == null) {
        Page(words.inProgress, words, { app.back() }) { Missing(words, seen) }
        return
    }
    val title = if (!payment.ended) words.inProgress else if (payment.state == PaymentState.SETTLED) words.receiptTitle else words.resultTitle
    Page(title, words, { app.back() }, { PaymentActions(app, words, payment, following) }) {
        Outcome(payment, words)
        if (!payment.ended && payment.agreed != null && !isLarge()) Steps(payment, words)
        if (!seen.online && !payment.ended) CareNotice(Drawings.cloudOff, words.offlineBanner)
        follow.trouble?.let { TroubleNotice(it) }
        Tile { Facts(payment, words) }
    }
    if (follow.asking) CancelDialog(words, following)
}

@Composable
private fun PaymentActions(app: App, words: Words, payment: Payment, following: Following) {
    when {
        payment.state == PaymentState.AWAITING_HAND_OFF && payment.handOffUrl != null ->
            MainButton(words.continueInApp(payment.providerName), Drawings.hand, act = following::handOff)
        payment.canConsent -> MainButton(words.agreeTitle) { app.go(Place.Agree(payment.id)) }
        payment.ended && payment.state != PaymentState.SETTLED -> MainButton(words.seeDetails) { app.go(Place.OneBill(payment.bill)) }
        payment.signed -> MainButton(words.receiptShow, Drawings.scan) { app.go(Place.Receipt(payment.id)) }
        else -> OtherButton(words.addAnother, Drawings.scan) {
            app.start(Place.Home)
            app.go(Place.Scan)
        }
    }
    if (payment.canCancel) QuietButton(words.cancelPayment, MaterialTheme.colorScheme.error) { following.ask(true) }
}

/** Where it stands, in one picture and one line. */
@Composable
private fun Outcome(payment: Payment, words: Words) {
    val colours = MaterialTheme.colorScheme
    val (icon, ground, colour) = when (payment.state) {
        PaymentState.SETTLED -> Triple(Icons.Filled.CheckCircle, colours.primaryContainer, colours.onPrimaryContainer)
        PaymentState.DECLINED, PaymentState.EXPIRED -> Triple(Icons.Filled.Warning, colours.errorContainer, colours.onErrorContainer)
        PaymentState.PAID_ELSEWHERE -> Triple(Icons.Filled.Info, colours.tertiaryContainer, colours.onTertiaryContainer)
        PaymentState.CANCELLED, PaymentState.VOIDED -> Triple(Icons.Filled.Close, colours.surfaceVariant, colours.onSurfaceVariant)
        else -> Triple(Drawings.clock, colours.tertiaryContainer, colours.onTertiaryContainer)
    }
    Column(
        Modifier.fillMaxWidth().semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
        Arrangement.spacedBy(8.dp), Alignment.CenterHorizontally,
    ) {
        Disc(icon, ground, colour, 88)
        val amount = payment.charged ?: payment.agreed ?: payment.payable
        Text(amount?.let { moneyText(it) } ?: words.amountUnknown, style = MaterialTheme.typography.displaySmall)
        Text(
            if (payment.state == PaymentState.SETTLED) words.paid else payment.words.asSentence(),
            style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center,
        )
        val more = if (payment.state == PaymentState.SETTLED) words.paidHint else payment.reasonWords?.asSentence()
        more?.let { Text(it, color = colours.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center) }
    }
}

/** Agreed, checked, sent, paid: how far it is. The outcome's words say the same to who does not see it. */
@Composable
private fun Steps(payment: Payment, words: Words) {
    val done = when (payment.state) {
        PaymentState.NEEDS_INQUIRY, PaymentState.NEEDS_CONSENT -> 0
        PaymentState.AWAITING_NETWORK -> 1
        PaymentState.CHECKING -> 1
        PaymentState.SUBMITTING, PaymentState.AWAITING_HAND_OFF -> 2
        PaymentState.UNKNOWN -> 3
        else -> 4
    }
    val colours = MaterialTheme.colorScheme
    Row(Modifier.fillMaxWidth().clearAndSetSemantics {}, verticalAlignment = Alignment.Top) {
        for ((index, name) in listOf(words.stepAgreed, words.stepChecked, words.stepSent, words.stepPaid).withIndex()) {
            val isDone = index < done
            Column(Modifier.weight(1f), Arrangement.spacedBy(4.dp), Alignment.CenterHorizontally) {
                Row(verticalAlignment = Alignment.CenterVertically) {
                    Line(isDone, index > 0, Modifier.weight(1f))
                    Box(
                        Modifier.size(30.dp).background(if (isDone) colours.primary else colours.surfaceVariant, CircleShape),
                        Alignment.Center,
                    ) {
                        if (isDone) Icon(Icons.Filled.Check, null, Modifier.size(20.dp), colours.onPrimary)
                        else Text("${index + 1}", color = colours.onSurfaceVariant, style = MaterialTheme.typography.labelMedium)
                    }
                    Line(index + 1 < done, index < 3, Modifier.weight(1f))
                }
                Text(name, style = MaterialTheme.typography.bodySmall, textAlign = TextAlign.Center)
            }
        }
    }
}

@Composable
private fun Line(isDone: Boolean, isShown: Boolean, modifier: Modifier) {
    val colours = MaterialTheme.colorScheme
    val colour = if (!isShown) colours.background else if (isDone) colours.primary else colours.outlineVariant
    Box(modifier.padding(horizontal = 4.dp).height(3.dp).background(colour))
}

@Composable
private fun Facts(payment: Payment, words: Words) {
    Fact(words.billTitle, payment.billerName)
    Fact(words.billNumber, payment.number)
    payment.period?.let { Fact(words.period, it) }
    Fact(words.paysWith, payment.providerName)
    payment.agreed?.let { Fact(words.agreedTo, moneyText(it)) }
    payment.charged?.let { Fact(words.charged, moneyText(it), strong = true) }
    payment.cashback?.takeIf { it != 0L }?.let { Fact(words.givenBack, moneyText(it)) }
    payment.refundedAt?.let { Fact(words.refundedAt, Calendar.moment(it, words)) }
    payment.receipt?.let { Fact(words.receipt, it) }
    payment.settledAt?.let { Fact(words.settledAt, Calendar.moment(it, words)) }
}

@Composable
private fun CancelDialog(words: Words, following: Following) {
    AlertDialog(
        onDismissRequest = { following.ask(false) },
        confirmButton = {
            TextButton(following::cancel, Modifier.heightIn(min = 48.dp)) {
                Text(words.yesCancel, color = MaterialTheme.colorScheme.error, style = MaterialTheme.typography.labelLarge)
            }
        },
        dismissButton = { TextButton({ following.ask(false) }, Modifier.heightIn(min = 48.dp)) { Text(words.wantGone, style = MaterialTheme.typography.labelLarge) } },
        title = { Text(words.cancelSure, style = MaterialTheme.typography.titleLarge) },
        text = { Text(words.cancelSureBody, style = MaterialTheme.typography.bodyLarge) },
        containerColor = MaterialTheme.colorScheme.surface,
    )
}
