package taipei.pay.screens

import androidx.compose.animation.core.animateFloatAsState
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.input.nestedscroll.NestedScrollConnection
import androidx.compose.ui.input.nestedscroll.NestedScrollSource
import androidx.compose.ui.input.nestedscroll.nestedScroll
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.Velocity
import androidx.compose.ui.unit.dp

/**
 * A list that is refreshed when it is pulled down past its beginning. Whoever cannot pull has the same as an action of
 * accessibility. Material's own comes only with later releases than the screens are compiled against.
 */
@Composable
internal fun PullDown(busy: Boolean, label: String, refresh: () -> Unit, content: @Composable BoxScope.() -> Unit) {
    var pulled by remember { mutableStateOf(0f) }
    val far = with(LocalDensity.current) { 96.dp.toPx() }
    val connection = remember(refresh, far) {
        object : NestedScrollConnection {
            override fun onPreScroll(available: Offset, source: NestedScrollSource): Offset {
                if (pulled <= 0f || available.y >= 0f) return Offset.Zero
                val taken = maxOf(available.y, -pulled)
                pulled += taken
                return Offset(0f, taken)
            }

            override fun onPostScroll(consumed: Offset, available: Offset, source: NestedScrollSource): Offset {
                // Half as far as the finger goes.
                if (available.y > 0f) pulled = minOf(pulled + available.y / 2, far)
                return Offset(0f, maxOf(available.y, 0f))
            }

            override suspend fun onPreFling(available: Velocity): Velocity {
                if (pulled >= far) refresh()
                pulled = 0f
                return Velocity.Zero
            }
        }
    }
    val shown by animateFloatAsState(if (busy) far * 0.6f else pulled)
    Box(
        Modifier.fillMaxSize().nestedScroll(connection).semantics {
            customActions = listOf(CustomAccessibilityAction(label) {
                refresh()
                true
            })
        },
    ) {
        content()
        if (shown > 1f) {
            val down = with(LocalDensity.current) { shown.toDp() }
            Surface(
                Modifier.align(Alignment.TopCenter).offset(y = down - 44.dp), CircleShape, MaterialTheme.colorScheme.surface,
                shadowElevation = 6.dp,
            ) {
                Box(Modifier.padding(8.dp)) {
                    if (busy) CircularProgressIndicator(Modifier.size(28.dp), strokeWidth = 3.dp)
                    else CircularProgressIndicator(shown / far, Modifier.size(28.dp), strokeWidth = 3.dp)
                }
            }
        }
    }
}
