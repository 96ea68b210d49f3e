package taipei.pay.preview

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.toComposeImageBitmap
import androidx.compose.ui.layout.ContentScale
import java.io.ByteArrayInputStream
import javax.imageio.ImageIO
import org.jetbrains.skia.Image as SkiaImage
import taipei.pay.app.App
import taipei.pay.app.scanning
import taipei.pay.screens.Eyes

/** A camera that looks at one photo, and a gallery that holds it. */
class Paper(private val app: () -> App) : Eyes {
    var photo: ByteArray? by mutableStateOf(null)

    @Composable
    override fun Viewfinder(modifier: Modifier, torch: Boolean) {
        val shown = photo
        Box(modifier.background(Color(0xFF3A4145))) {
            if (shown != null) {
                Image(SkiaImage.makeFromEncoded(shown).toComposeImageBitmap(), null, modifier, contentScale = ContentScale.Crop)
            }
        }
    }

    override fun pixels(png: ByteArray): IntArray {
        val picture = ImageIO.read(ByteArrayInputStream(png))
        return picture.getRGB(0, 0, picture.width, picture.height, null, 0, picture.width)
    }

    override fun choosePicture() {
        photo?.let { app().scanning().picture(it) }
    }
}
