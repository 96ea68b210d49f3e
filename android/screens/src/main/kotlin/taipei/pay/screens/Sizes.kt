package taipei.pay.screens

import androidx.compose.runtime.Composable
import androidx.compose.ui.platform.LocalDensity

/** Whether the person reads large letters: then what stands side by side goes under each other. */
@Composable
internal fun isLarge(): Boolean = LocalDensity.current.fontScale >= 1.5f
