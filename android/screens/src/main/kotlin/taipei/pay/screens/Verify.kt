package taipei.pay.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Phone
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import taipei.pay.Verification
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Verifying

@Composable
internal fun VerifyScreen(app: App, state: AppState, seen: Seen, verifying: Verifying) {
    val words = state.words
    val verify by verifying.state.collectAsState()
    val asked = verify.asked
    val back: (() -> Unit)? = if (seen.held.number == null) null else ({ app.back() })
    if (asked != null) {
        Page(words.approveTitle, words, back, { OtherButton(words.verifyAgain, act = verifying::again) }) { Approve(asked, state) }
        return
    }
    Page(words.verifyTitle, words, back, {
        MainButton(words.sendVerification, enabled = verify.number.isNotEmpty(), busy = verify.busy, act = verifying::start)
    }) {
        Text(words.welcome, color = MaterialTheme.colorScheme.primary, style = MaterialTheme.typography.titleLarge)
        Text(words.verifyBody, style = MaterialTheme.typography.bodyLarge)
        if (!seen.online) CareNotice(Drawings.cloudOff, words.offlineBanner)
        OutlinedTextField(
            verify.number, verifying::type, Modifier.fillMaxWidth(), enabled = !verify.busy,
            textStyle = MaterialTheme.typography.headlineSmall,
            label = { Text(words.msisdnLabel, style = MaterialTheme.typography.bodyMedium) },
            supportingText = { Text(words.msisdnHint, style = MaterialTheme.typography.bodyMedium) },
            isError = verify.trouble != null, singleLine = true, shape = round,
            keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Phone, imeAction = ImeAction.Go),
            keyboardActions = KeyboardActions(onGo = { verifying.start() }),
        )
        verify.trouble?.let { TroubleNotice(it) }
        Text(
            words.privacyNumber, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium,
        )
    }
}

@Composable
private fun Approve(asked: Verification, state: AppState) {
    val words = state.words
    Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
        Disc(Icons.Filled.Phone, MaterialTheme.colorScheme.primaryContainer, MaterialTheme.colorScheme.onPrimaryContainer, 88)
        Text(asked.msisdn, Modifier.padding(top = 12.dp), style = MaterialTheme.typography.titleMedium)
    }
    Text(words.approveBody, style = MaterialTheme.typography.bodyLarge)
    Surface(
        Modifier.fillMaxWidth(), round, MaterialTheme.colorScheme.primaryContainer, MaterialTheme.colorScheme.onPrimaryContainer,
    ) {
        Text(
            asked.bindingMessage, Modifier.padding(20.dp), style = MaterialTheme.typography.headlineMedium,
            textAlign = TextAlign.Center,
        )
    }
    Text(
        words.approveWaiting, Modifier.semantics { liveRegion = LiveRegionMode.Polite }, style = MaterialTheme.typography.bodyLarge,
    )
    LinearProgressIndicator(Modifier.fillMaxWidth())
}
