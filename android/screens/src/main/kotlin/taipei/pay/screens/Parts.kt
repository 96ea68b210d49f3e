package taipei.pay.screens

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material.icons.Icons
import androidx.compose.material.icons.filled.ArrowBack
import androidx.compose.material.icons.filled.Info
import androidx.compose.material.icons.filled.Search
import androidx.compose.material.icons.filled.Warning
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import taipei.pay.app.Trouble
import taipei.pay.app.Words

internal val round = RoundedCornerShape(20.dp)

/** A screen below others: its title, the way back, and what scrolls. [bottom] stays in sight. */
@Composable
internal fun Page(
    title: String,
    words: Words,
    back: (() -> Unit)?,
    bottom: (@Composable ColumnScope.() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(Modifier.fillMaxSize().background(MaterialTheme.colorScheme.background)) {
        TitleBar(title, words, back)
        Box(Modifier.weight(1f).fillMaxWidth(), Alignment.TopCenter) {
            Column(
                Modifier.widthIn(max = 600.dp).fillMaxSize().verticalScroll(rememberScrollState())
                    .padding(horizontal = 20.dp, vertical = 12.dp),
                Arrangement.spacedBy(16.dp), content = content,
            )
        }
        if (bottom != null) {
            Surface(color = MaterialTheme.colorScheme.surface, shadowElevation = 8.dp) {
                Box(Modifier.fillMaxWidth(), Alignment.Center) {
                    Column(Modifier.widthIn(max = 600.dp).padding(20.dp, 14.dp), Arrangement.spacedBy(8.dp), content = bottom)
                }
            }
        }
    }
}

@Composable
internal fun TitleBar(title: String, words: Words, back: (() -> Unit)?) {
    Box(Modifier.fillMaxWidth(), Alignment.Center) {
        Row(Modifier.widthIn(max = 600.dp).fillMaxWidth().heightIn(min = 64.dp), verticalAlignment = Alignment.CenterVertically) {
            if (back != null) {
                Spacer(Modifier.width(8.dp))
                IconButton(back, Modifier.size(52.dp)) { Icon(Icons.Filled.ArrowBack, words.back) }
            } else {
                Spacer(Modifier.width(20.dp))
            }
            Text(
                title, Modifier.padding(vertical = 8.dp).padding(end = 20.dp).semantics { heading() },
                style = MaterialTheme.typography.headlineSmall,
            )
        }
    }
}

/** What a person most likely wants to do here. */
@Composable
internal fun MainButton(text: String, icon: ImageVector? = null, enabled: Boolean = true, busy: Boolean = false, act: () -> Unit) {
    Button(act, Modifier.fillMaxWidth().heightIn(min = 60.dp), enabled && !busy, shape = round) {
        if (busy) {
            CircularProgressIndicator(Modifier.size(24.dp), LocalContentColor.current, 3.dp)
            Spacer(Modifier.width(12.dp))
        } else if (icon != null) {
            Icon(icon, null, Modifier.size(28.dp))
            Spacer(Modifier.width(12.dp))
        }
        Text(text, style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
    }
}

@Composable
internal fun OtherButton(text: String, icon: ImageVector? = null, enabled: Boolean = true, act: () -> Unit) {
    OutlinedButton(
        act, Modifier.fillMaxWidth().heightIn(min = 56.dp), enabled, shape = round,
        border = BorderStroke(1.dp, MaterialTheme.colorScheme.outline),
    ) {
        if (icon != null) {
            Icon(icon, null, Modifier.size(24.dp))
            Spacer(Modifier.width(10.dp))
        }
        Text(text, style = MaterialTheme.typography.labelLarge, textAlign = TextAlign.Center)
    }
}

@Composable
internal fun QuietButton(text: String, colour: Color = MaterialTheme.colorScheme.primary, act: () -> Unit) {
    TextButton(act, Modifier.fillMaxWidth().heightIn(min = 52.dp), shape = round) {
        Text(text, color = colour, style = MaterialTheme.typography.labelLarge, textAlign = TextAlign.Center)
    }
}

/** A card; one that leads somewhere is one target, read as one. */
@Composable
internal fun Tile(act: (() -> Unit)? = null, colour: Color = MaterialTheme.colorScheme.surface, content: @Composable ColumnScope.() -> Unit) {
    Surface(
        Modifier.fillMaxWidth(), round, colour,
        border = BorderStroke(1.dp, MaterialTheme.colorScheme.outlineVariant),
    ) {
        val pressed = if (act == null) Modifier else Modifier.clickable(role = Role.Button, onClick = act)
        Column(pressed.padding(18.dp), Arrangement.spacedBy(10.dp), content = content)
    }
}

/** Words with a sign before them. Read out when they come. */
@Composable
internal fun Notice(icon: ImageVector, text: String, ground: Color, colour: Color, title: String? = null) {
    Surface(Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite }, round, ground, colour) {
        Row(Modifier.padding(16.dp), Arrangement.spacedBy(14.dp)) {
            Icon(icon, null, Modifier.size(26.dp))
            Column(Modifier.weight(1f), Arrangement.spacedBy(4.dp)) {
                if (title != null) Text(title, style = MaterialTheme.typography.titleMedium)
                Text(text, style = MaterialTheme.typography.bodyMedium)
            }
        }
    }
}

@Composable
internal fun TroubleNotice(trouble: Trouble) = Notice(
    Icons.Filled.Warning, trouble.hint, MaterialTheme.colorScheme.errorContainer, MaterialTheme.colorScheme.onErrorContainer,
    trouble.message,
)

@Composable
internal fun InfoNotice(text: String, title: String? = null) = Notice(
    Icons.Filled.Info, text, MaterialTheme.colorScheme.secondaryContainer, MaterialTheme.colorScheme.onSecondaryContainer, title,
)

@Composable
internal fun CareNotice(icon: ImageVector, text: String, title: String? = null) = Notice(
    icon, text, MaterialTheme.colorScheme.tertiaryContainer, MaterialTheme.colorScheme.onTertiaryContainer, title,
)

/** Nothing is here, and what to do about it. */
@Composable
internal fun Nothing(icon: ImageVector, title: String, hint: String) {
    Column(
        Modifier.fillMaxWidth().padding(vertical = 40.dp, horizontal = 16.dp), Arrangement.spacedBy(10.dp),
        Alignment.CenterHorizontally,
    ) {
        Disc(icon, MaterialTheme.colorScheme.secondaryContainer, MaterialTheme.colorScheme.onSecondaryContainer, 88)
        Text(title, Modifier.padding(top = 8.dp), style = MaterialTheme.typography.titleLarge, textAlign = TextAlign.Center)
        Text(
            hint, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
internal fun Disc(icon: ImageVector, ground: Color, colour: Color, size: Int = 48) {
    Box(Modifier.size(size.dp).background(ground, CircleShape), Alignment.Center) {
        Icon(icon, null, Modifier.size((size * 0.56f).dp), colour)
    }
}

/** A name and its value; under each other where the letters are large. */
@Composable
internal fun Fact(name: String, value: String, strong: Boolean = false) {
    val weight = if (strong) FontWeight.Bold else FontWeight.Normal
    BesideOrBelow { beside ->
        Text(name, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyMedium)
        Text(value, beside, style = MaterialTheme.typography.bodyLarge, fontWeight = weight, textAlign = align())
    }
}

/** Something, and at its right something short that stays in one line. */
@Composable
internal fun Sides(left: @Composable () -> Unit, right: @Composable (TextAlign) -> Unit) = BesideOrBelow { beside ->
    Box(beside) { left() }
    right(align())
}

/** Two things beside each other; under each other where large letters leave too little room. One gets what room is left. */
@Composable
private fun BesideOrBelow(content: @Composable (Modifier) -> Unit) {
    val whole = Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}
    if (isLarge()) Column(whole) { content(Modifier) }
    else Row(whole, Arrangement.spacedBy(16.dp), Alignment.CenterVertically) { content(Modifier.weight(1f)) }
}

@Composable
private fun align() = if (isLarge()) TextAlign.Start else TextAlign.End

@Composable
internal fun SectionTitle(text: String) = Text(
    text, Modifier.padding(top = 8.dp).semantics { heading() }, style = MaterialTheme.typography.titleLarge,
)

/** Something is under way, and what is there already can be read. */
@Composable
internal fun Working(text: String) {
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
        CircularProgressIndicator(Modifier.size(24.dp), strokeWidth = 3.dp)
        Text(text, Modifier.semantics { liveRegion = LiveRegionMode.Polite }, style = MaterialTheme.typography.bodyLarge)
    }
}

@Composable
internal fun Waiting(text: String) {
    Column(Modifier.fillMaxWidth().padding(vertical = 48.dp), Arrangement.spacedBy(20.dp), Alignment.CenterHorizontally) {
        CircularProgressIndicator(Modifier.size(48.dp), strokeWidth = 5.dp)
        Text(text, Modifier.semantics { liveRegion = LiveRegionMode.Polite }, style = MaterialTheme.typography.titleMedium)
    }
}

/** What should be shown is not read yet, or not on this phone. */
@Composable
internal fun Missing(words: Words, seen: Seen) {
    if (seen.held.loaded) Nothing(Icons.Filled.Search, words.missing, words.missingHint) else Waiting(words.loading)
}

/** One of several. */
@Composable
internal fun <T> Choices(names: Map<T, String>, chosen: T?, choose: (T) -> Unit) {
    Column(Modifier.selectableGroup()) {
        for ((choice, name) in names) {
            Row(
                Modifier.fillMaxWidth().selectable(choice == chosen, role = Role.RadioButton) { choose(choice) }.heightIn(min = 52.dp),
                Arrangement.spacedBy(12.dp), Alignment.CenterVertically,
            ) {
                RadioButton(choice == chosen, null)
                Text(name, style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
}

internal val pagePadding = PaddingValues(horizontal = 20.dp, vertical = 12.dp)
