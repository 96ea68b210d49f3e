package taipei.pay.screens

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** Signs that Material's core set lacks, 24 dp square, drawn in lines of 2 dp. */
internal object Drawings {
    val scan = lines("scan", "M4 8 V5.5 A1.5 1.5 0 0 1 5.5 4 H8 M16 4 H18.5 A1.5 1.5 0 0 1 20 5.5 V8 M20 16 V18.5 A1.5 1.5 0 0 1 18.5 20 H16 M8 20 H5.5 A1.5 1.5 0 0 1 4 18.5 V16 M4 12 H20")
    val water = lines("water", "M12 3.5 C9.5 7 6.5 10.5 6.5 14.5 A5.5 5.5 0 0 0 17.5 14.5 C17.5 10.5 14.5 7 12 3.5 Z M9.5 14.5 A2.5 2.5 0 0 0 12 17")
    val parking = lines("parking", "M6 4 H18 A2 2 0 0 1 20 6 V18 A2 2 0 0 1 18 20 H6 A2 2 0 0 1 4 18 V6 A2 2 0 0 1 6 4 Z M10 16.5 V7.5 H13 A2.75 2.75 0 0 1 13 13 H10")
    val paper = lines("paper", "M6 3.5 H18 V20.5 L15 18.5 L12 20.5 L9 18.5 L6 20.5 Z M9 8 H15 M9 12 H15")
    val keypad = lines("keypad", "M5 6 H5.01 M12 6 H12.01 M19 6 H19.01 M5 12 H5.01 M12 12 H12.01 M19 12 H19.01 M5 18 H5.01 M12 18 H12.01 M19 18 H19.01", width = 3.4f)
    val picture = lines("picture", "M5 4.5 H19 A1.5 1.5 0 0 1 20.5 6 V18 A1.5 1.5 0 0 1 19 19.5 H5 A1.5 1.5 0 0 1 3.5 18 V6 A1.5 1.5 0 0 1 5 4.5 Z M4 17 L9 11.5 L13 15.5 L15.5 13 L20 17.5 M15.5 8.5 H15.51")
    val torch = lines("torch", "M8 3.5 H16 V7 L14 10 V20.5 H10 V10 L8 7 Z M8 7 H16 M12 13 V14.5")
    val clock = lines("clock", "M12 3.5 A8.5 8.5 0 1 0 12 20.5 A8.5 8.5 0 1 0 12 3.5 Z M12 7.5 V12 L15 14")
    val cloudOff = lines("no network", "M4 4 L20 20 M7.5 8.2 A5 5 0 0 0 4 13 A4.5 4.5 0 0 0 8.5 17.5 H16.5 M10 6.6 A5.5 5.5 0 0 1 17.2 11 A3.4 3.4 0 0 1 19.6 16")
    val hand = lines("hand-off", "M13 4 H20 V11 M20 4 L11 13 M18 14 V18.5 A1.5 1.5 0 0 1 16.5 20 H5.5 A1.5 1.5 0 0 1 4 18.5 V7.5 A1.5 1.5 0 0 1 5.5 6 H10")
    val history = lines("history", "M5 4 H19 V20 H5 Z M8.5 9 H15.5 M8.5 12.5 H15.5 M8.5 16 H12")

    private fun lines(name: String, path: String, width: Float = 2f) = ImageVector.Builder(name, 24.dp, 24.dp, 24f, 24f)
        .addPath(
            addPathNodes(path), PathFillType.NonZero, stroke = SolidColor(Color.Black), strokeLineWidth = width,
            strokeLineCap = StrokeCap.Round, strokeLineJoin = StrokeJoin.Round,
        ).build()

    val plate = lines("plate", "M4.5 7 H19.5 A1.5 1.5 0 0 1 21 8.5 V15.5 A1.5 1.5 0 0 1 19.5 17 H4.5 A1.5 1.5 0 0 1 3 15.5 V8.5 A1.5 1.5 0 0 1 4.5 7 Z M7 10 V14 M10 10 V14 M13 12 H14 M17 10 V14")
    val hospital = lines("hospital", "M5 4 H19 V20 H5 Z M12 8 V14 M9 11 H15 M10 20 V17 H14 V20")
    val school = lines("school", "M2.5 9.5 L12 5 L21.5 9.5 L12 14 Z M6.5 11.5 V16.5 C9.5 19 14.5 19 17.5 16.5 V11.5")
    val fine = lines("fine", "M12 4 L21 19.5 H3 Z M12 10 V14 M12 16.8 V16.9")
    val people = lines("people", "M9 5 A3 3 0 1 0 9 11 A3 3 0 1 0 9 5 Z M3.5 19.5 A5.5 5.5 0 0 1 14.5 19.5 M15.5 5.4 A3 3 0 0 1 15.5 10.6 M17.5 14.5 A5.5 5.5 0 0 1 20.5 19.5")
    val map = lines("map", "M3.5 6.5 L9 4.5 L15 6.5 L20.5 4.5 V17.5 L15 19.5 L9 17.5 L3.5 19.5 Z M9 4.5 V17.5 M15 6.5 V19.5")
    val briefcase = lines("briefcase", "M4 8 H20 V19 H4 Z M9 8 V5 H15 V8 M4 13 H20")
    val house = lines("house", "M3.5 11.5 L12 4 L20.5 11.5 M6 9.5 V20 H18 V9.5 M10 20 V14 H14 V20")

    /** By the name that the catalogue gives a biller's picture. */
    fun of(icon: String?) = when (icon) {
        "drop" -> water
        "parking" -> parking
        "plate" -> plate
        "hospital" -> hospital
        "school" -> school
        "fine" -> fine
        "people" -> people
        "map" -> map
        "briefcase" -> briefcase
        else -> paper
    }
}
