package androidx.compose.ui.platform

import android.content.Context
import android.view.View
import androidx.compose.runtime.Composable

/** Jetpack Compose's, by its signature. */
class ComposeView(context: Context) : View(context) {
    @Suppress("UNUSED_PARAMETER", "unused")
    fun setContent(content: @Composable () -> Unit): Unit = throw UnsupportedOperationException("a signature only")
}
