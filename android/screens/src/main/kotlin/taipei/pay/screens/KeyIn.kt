package taipei.pay.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.KeyingIn
import taipei.pay.app.asSentence
import taipei.pay.app.inWords

@Composable
internal fun KeyInScreen(app: App, state: AppState, seen: Seen, keyingIn: KeyingIn) {
    val words = state.words
    val keyIn by keyingIn.state.collectAsState()
    val biller = keyIn.biller
    Page(words.keyIn, words, { app.back() }, {
        MainButton(words.keyInAsk, enabled = keyIn.number.isNotBlank(), busy = keyIn.busy, act = keyingIn::ask)
    }) {
        if (biller != null) {
            Text(biller.inWords(words), style = MaterialTheme.typography.titleLarge)
            InfoNotice(biller.hint.asSentence(), words.keyInWhere)
        }
        if (!seen.online) CareNotice(Drawings.cloudOff, words.offlineBanner)
        OutlinedTextField(
            keyIn.number, keyingIn::type, Modifier.fillMaxWidth(), enabled = !keyIn.busy,
            textStyle = MaterialTheme.typography.headlineSmall,
            label = { Text(words.keyInNumber, style = MaterialTheme.typography.bodyMedium) },
            isError = keyIn.trouble != null, singleLine = true, shape = round,
            keyboardOptions = KeyboardOptions(KeyboardCapitalization.Characters, autoCorrect = false, imeAction = ImeAction.Search),
            keyboardActions = KeyboardActions(onSearch = { keyingIn.ask() }),
        )
        keyIn.trouble?.let { TroubleNotice(it) }
    }
}
