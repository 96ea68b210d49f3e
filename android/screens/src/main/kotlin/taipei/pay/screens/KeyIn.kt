package taipei.pay.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.Info
import androidx.compose.material.icons.filled.Lock
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.unit.dp
import taipei.pay.Field
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.KeyInState
import taipei.pay.app.KeyingIn
import taipei.pay.app.asSentence
import taipei.pay.app.inWords
import taipei.pay.ffi.Typing

@Composable
internal fun KeyInScreen(app: App, state: AppState, seen: Seen, keyingIn: KeyingIn) {
    val words = state.words
    val keyIn by keyingIn.state.collectAsState()
    Page(words.keyIn, words, { app.back() }, {
        MainButton(words.keyInAsk, enabled = keyIn.filled, busy = keyIn.busy, act = keyingIn::ask)
    }) {
        val biller = keyIn.biller
        if (biller != null) {
            Text(biller.inWords(words), style = MaterialTheme.typography.titleLarge)
            if (biller.ways.size > 1) {
                SectionTitle(words.keyInBy)
                val ways = biller.ways.withIndex().associate { (index, way) -> index to way.fields.joinToString(" + ") { it.label } }
                Tile { Choices(ways, keyIn.way, keyingIn::by) }
            }
        }
        if (!seen.online) CareNotice(Drawings.cloudOff, words.offlineBanner)
        keyIn.trouble?.let { TroubleNotice(it) }
        for (field in keyIn.fields) FieldToFill(field, keyIn, keyingIn, words.chooseOne)
        if (keyIn.fields.any { it.secret }) InfoNotice(words.keyInSecret)
    }
}

@Composable
private fun FieldToFill(field: Field, keyIn: KeyInState, keyingIn: KeyingIn, chooseOne: String) {
    val typed = keyIn.typed[field.name].orEmpty()
    if (field.choices.isNotEmpty()) {
        SectionTitle(field.label)
        if (typed.isEmpty()) Text(chooseOne, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        Tile { Choices(field.choices.associate { it.id to it.name }, typed.ifEmpty { null }) { keyingIn.type(field.name, it) } }
        return
    }
    val judged = keyIn.judged[field.name]
    Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(10.dp)) {
        OutlinedTextField(
            typed, { keyingIn.type(field.name, it) }, Modifier.fillMaxWidth(), enabled = !keyIn.busy,
            textStyle = MaterialTheme.typography.headlineSmall,
            label = { Text(field.label, style = MaterialTheme.typography.bodyMedium) },
            supportingText = { Text(field.hint.asSentence(), style = MaterialTheme.typography.bodyMedium) },
            isError = judged is Typing.Wrong, singleLine = true, shape = round,
            leadingIcon = if (field.secret) ({ Icon(Icons.Filled.Lock, null) }) else null,
            keyboardOptions = KeyboardOptions(KeyboardCapitalization.Characters, autoCorrect = false, imeAction = ImeAction.Search),
            keyboardActions = KeyboardActions(onSearch = { keyingIn.ask() }),
        )
        when (judged) {
            is Typing.Wrong -> CareNotice(Icons.Filled.Info, judged.hint.asSentence(), judged.message.asSentence())
            is Typing.Complete -> for (warning in judged.warnings) CareNotice(Icons.Filled.Info, warning.asSentence())
            else -> Unit
        }
    }
}
