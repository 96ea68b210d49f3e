package taipei.pay.screens

import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.intl.LocaleList
import androidx.compose.ui.unit.TextUnit
import androidx.compose.ui.unit.sp
import taipei.pay.Lang

// Sea and sorghum: the strait's blue, and for what needs care the colour of Kinmen's ripe fields.
private val light = lightColorScheme(
    primary = Color(0xFF00607A), onPrimary = Color.White,
    primaryContainer = Color(0xFFC5EAF7), onPrimaryContainer = Color(0xFF001F29),
    secondary = Color(0xFF47616B), onSecondary = Color.White,
    secondaryContainer = Color(0xFFDCEBF1), onSecondaryContainer = Color(0xFF12262E),
    tertiary = Color(0xFF8A4B00), onTertiary = Color.White,
    tertiaryContainer = Color(0xFFFFE3C4), onTertiaryContainer = Color(0xFF4A2800),
    error = Color(0xFFB3261E), onError = Color.White,
    errorContainer = Color(0xFFFBE0DD), onErrorContainer = Color(0xFF5C0F0A),
    background = Color(0xFFF4F8FA), onBackground = Color(0xFF131C20),
    surface = Color(0xFFFFFFFF), onSurface = Color(0xFF131C20),
    surfaceVariant = Color(0xFFE3EBEF), onSurfaceVariant = Color(0xFF45545B),
    outline = Color(0xFF6C7B82), outlineVariant = Color(0xFFC9D5DA), surfaceTint = Color(0xFFFFFFFF),
)

private val dark = darkColorScheme(
    primary = Color(0xFF7FD3EE), onPrimary = Color(0xFF003544),
    primaryContainer = Color(0xFF06495C), onPrimaryContainer = Color(0xFFD3F1FB),
    secondary = Color(0xFFB3CAD4), onSecondary = Color(0xFF1E333B),
    secondaryContainer = Color(0xFF2A3E47), onSecondaryContainer = Color(0xFFD8E8EE),
    tertiary = Color(0xFFFFB870), onTertiary = Color(0xFF4A2800),
    tertiaryContainer = Color(0xFF5A3608), onTertiaryContainer = Color(0xFFFFE3C4),
    error = Color(0xFFFFB4AB), onError = Color(0xFF601410),
    errorContainer = Color(0xFF6B1D18), onErrorContainer = Color(0xFFFFE2DE),
    background = Color(0xFF0D1518), onBackground = Color(0xFFE3EBEE),
    surface = Color(0xFF172226), onSurface = Color(0xFFE3EBEE),
    surfaceVariant = Color(0xFF26343A), onSurfaceVariant = Color(0xFFBCCAD0),
    outline = Color(0xFF89999F), outlineVariant = Color(0xFF3A4A50), surfaceTint = Color(0xFF172226),
)

private fun typography(lang: Lang, family: FontFamily): Typography {
    // The glyphs of Taiwan, also where the phone speaks English.
    val locale = LocaleList(if (lang == Lang.EN) "en-TW,zh-Hant-TW" else "zh-Hant-TW")
    fun style(size: TextUnit, line: TextUnit, weight: FontWeight = FontWeight.Normal) =
        TextStyle(fontFamily = family, fontSize = size, lineHeight = line, fontWeight = weight, localeList = locale)
    return Typography(
        displaySmall = style(38.sp, 46.sp, FontWeight.Bold),
        headlineMedium = style(27.sp, 36.sp, FontWeight.Bold),
        headlineSmall = style(24.sp, 32.sp, FontWeight.Bold),
        titleLarge = style(22.sp, 30.sp, FontWeight.Bold),
        titleMedium = style(18.sp, 26.sp, FontWeight.Bold),
        titleSmall = style(16.sp, 24.sp, FontWeight.Bold),
        bodyLarge = style(18.sp, 27.sp),
        bodyMedium = style(16.sp, 24.sp),
        bodySmall = style(14.sp, 21.sp),
        labelLarge = style(18.sp, 26.sp, FontWeight.Bold),
        labelMedium = style(14.sp, 20.sp, FontWeight.Bold),
        labelSmall = style(13.sp, 18.sp),
    )
}

internal fun colours(isDark: Boolean): ColorScheme = if (isDark) dark else light

/** Colours and letters of the app. */
@Composable
fun Dress(isDark: Boolean, lang: Lang, family: FontFamily = FontFamily.Default, content: @Composable () -> Unit) {
    MaterialTheme(colorScheme = colours(isDark), typography = typography(lang, family), content = content)
}
