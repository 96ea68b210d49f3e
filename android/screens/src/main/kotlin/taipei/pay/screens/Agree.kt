package taipei.pay.screens

import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Info
import androidx.compose.material.icons.filled.Lock
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import java.time.LocalDate
import taipei.pay.app.Agreeing
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Calendar
import taipei.pay.moneyText

@Composable
internal fun AgreeScreen(app: App, state: AppState, seen: Seen, id: String, agreeing: Agreeing) {
    val words = state.words
    val agree by agreeing.state.collectAsState()
    val payment = seen.held.payment(id)
    val payable = payment?.payable
    if (payment == null || payable == null) {
        Page(words.agreeTitle, words, { app.back() }) { Missing(words, seen) }
        return
    }
    Page(words.agreeTitle, words, { app.back() }, {
        MainButton(words.agreeAmount(moneyText(payable)), Icons.Filled.Lock, busy = agree.busy, act = agreeing::agree)
        QuietButton(words.changeProvider, act = agreeing::otherwise)
    }) {
        Text(words.payable, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        Text(moneyText(payable), style = MaterialTheme.typography.displaySmall)
        payment.agreed?.takeIf { it != payable }?.let {
            CareNotice(Icons.Filled.Info, words.payableChanged(moneyText(it), moneyText(payable)))
        }
        agree.trouble?.let { TroubleNotice(it) }
        Tile {
            Fact(words.billTitle, payment.billerName)
            Fact(words.billNumber, payment.number)
            seen.held.bill(payment.bill)?.owner?.let { Fact(words.owner, it) }
            payment.due?.let { Fact(words.dueLabel, Calendar.long(LocalDate.parse(it), words)) }
            Fact(words.paysWith, payment.providerName, strong = true)
        }
        if (seen.online) InfoNotice(words.agreeExplained)
        else CareNotice(Drawings.cloudOff, words.agreeOffline)
    }
}
