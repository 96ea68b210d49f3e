package taipei.pay.preview

import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.platform.Font
import java.io.File

/** Letters as phones have them: Roboto, and for what it lacks Noto Sans CJK, which Skia finds by itself. */
val phoneLetters: FontFamily by lazy {
    val folder = File("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF")
    val fonts = listOf("Regular" to FontWeight.Normal, "Medium" to FontWeight.Medium, "Bold" to FontWeight.Bold)
        .map { (name, weight) -> File(folder, "Roboto-$name.ttf") to weight }
        .filter { (file, _) -> file.exists() }
        .map { (file, weight) -> Font(file, weight) }
    if (fonts.isEmpty()) FontFamily.Default else FontFamily(fonts)
}
