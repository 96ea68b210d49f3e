package taipei.pay.preview

import java.awt.Color
import java.awt.Font
import java.awt.Graphics2D
import java.awt.RenderingHints
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.ByteArrayInputStream
import java.io.File
import javax.imageio.ImageIO

/** Many pictures on one, each with its name. */
class Sheet(private val glass: Glass) {
    private val pictures = ArrayList<Pair<String, ByteArray>>()

    fun add(name: String, png: ByteArray) {
        pictures += name to png
    }

    fun write(file: File) {
        val width = 216
        val height = width * glass.height / glass.width
        val columns = 8
        val rows = (pictures.size + columns - 1) / columns
        val sheet = BufferedImage(columns * (width + GAP) + GAP, rows * (height + GAP + LINE) + GAP, BufferedImage.TYPE_INT_RGB)
        val pen = sheet.createGraphics()
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON)
        pen.color = Color(0xD7DDE0)
        pen.fillRect(0, 0, sheet.width, sheet.height)
        pen.font = Font("SansSerif", Font.PLAIN, 13)
        for ((index, picture) in pictures.withIndex()) {
            val x = GAP + index % columns * (width + GAP)
            val y = GAP + index / columns * (height + GAP + LINE)
            pen.color = Color(0x2A3439)
            pen.drawString(picture.first, x, y + LINE - 6)
            pen.draw(ImageIO.read(ByteArrayInputStream(picture.second)), x, y + LINE, width, height)
        }
        pen.dispose()
        file.parentFile.mkdirs()
        ImageIO.write(fewColours(sheet), "png", file)
    }

    /** With the colours that it has most of: a third of the bytes, and screens are mostly flat. */
    private fun fewColours(sheet: BufferedImage): BufferedImage {
        val counts = HashMap<Int, Int>()
        for (y in 0 until sheet.height) for (x in 0 until sheet.width) counts.merge(coarse(sheet.getRGB(x, y)), 1, Int::plus)
        val kept = counts.entries.sortedByDescending { it.value }.take(256).map { it.key }
        val nearest = counts.keys.associateWith { colour -> kept.indices.minBy { distance(kept[it], colour) } }
        fun channel(shift: Int) = ByteArray(kept.size) { (kept[it] shr shift).toByte() }
        val model = IndexColorModel(8, kept.size, channel(16), channel(8), channel(0))
        val few = BufferedImage(sheet.width, sheet.height, BufferedImage.TYPE_BYTE_INDEXED, model)
        for (y in 0 until sheet.height) {
            for (x in 0 until sheet.width) few.raster.setSample(x, y, 0, nearest.getValue(coarse(sheet.getRGB(x, y))))
        }
        return few
    }

    /** The middle of the eight shades of each channel that are taken for one. */
    private fun coarse(colour: Int) = colour and 0xF8F8F8 or 0x040404

    private fun distance(a: Int, b: Int) = listOf(0, 8, 16).sumOf { shift ->
        val apart = (a shr shift and 0xff) - (b shr shift and 0xff)
        apart * apart
    }

    /** Made smaller by halves, so that thin lines stay. */
    private fun Graphics2D.draw(picture: BufferedImage, x: Int, y: Int, width: Int, height: Int) {
        setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC)
        var source = picture
        while (source.width >= width * 2) {
            val half = BufferedImage(source.width / 2, source.height / 2, BufferedImage.TYPE_INT_RGB)
            half.createGraphics().apply {
                setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR)
                drawImage(source, 0, 0, half.width, half.height, null)
                dispose()
            }
            source = half
        }
        drawImage(source, x, y, width, height, null)
    }

    private companion object {
        const val GAP = 12
        const val LINE = 22
    }
}
