package taipei.pay

import java.io.ByteArrayInputStream
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import javax.imageio.ImageIO
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ScannerTest {
    private class Luma(val width: Int, val height: Int, val bytes: ByteArray) {
        /** As a camera hands it over. */
        fun direct(): ByteBuffer = ByteBuffer.allocateDirect(bytes.size).put(bytes).flip()
    }

    private fun luma(picture: ByteArray): Luma {
        val image = ImageIO.read(ByteArrayInputStream(picture))
        val gray = ByteArray(image.width * image.height)
        for (y in 0 until image.height) for (x in 0 until image.width) {
            val rgb = image.getRGB(x, y)
            val sum = 299 * (rgb shr 16 and 255) + 587 * (rgb shr 8 and 255) + 114 * (rgb and 255)
            gray[y * image.width + x] = (sum / 1000).toByte()
        }
        return Luma(image.width, image.height, gray)
    }

    @Test
    fun `a frame of the camera becomes the bill that its codes name`() = story { world ->
        val bill = world.issue("taipei-water", 1_016)
        val frame = luma(world.photo(bill))
        world.verified().use { phone ->
            Scanner().use { scanner ->
                var seen = scanner.frame(frame.direct(), frame.width, frame.height)
                // A frame has 60 ms: a busy machine may need another look.
                repeat(20) { if (!seen.isBill) seen = scanner.frame(frame.direct(), frame.width, frame.height) }
                assertTrue(seen.isBill, "$seen")
                val kept = phone.bills.add(seen)
                assertEquals(bill.getString("number") to 1_016L, kept.number to kept.payable)
                assertEquals(kept.id, phone.bills.addPicture(world.photo(bill, seed = 5)).id)
            }
        }
    }

    @Test
    fun `a buffer's position, its padding and its kind make no difference`() = story { world ->
        val frame = luma(world.photo(world.issue()))
        val stride = frame.width + 64
        val padded = ByteBuffer.allocateDirect(100 + stride * frame.height)
        for (y in 0 until frame.height) padded.position(100 + y * stride).put(frame.bytes, y * frame.width, frame.width)
        padded.position(100)
        Scanner().use { scanner ->
            fun texts(buffer: ByteBuffer, stride: Int): Set<String> =
                (0 until 20).asSequence().map { scanner.frame(buffer, frame.width, frame.height, stride) }
                    .firstOrNull { it.isBill }?.symbols.orEmpty().map { it.text }.toSet()
            val direct = texts(frame.direct(), frame.width)
            assertTrue(direct.isNotEmpty())
            assertTrue(texts(padded, stride).intersect(direct).isNotEmpty())
            assertTrue(texts(ByteBuffer.wrap(frame.bytes), frame.width).intersect(direct).isNotEmpty())
        }
    }

    @Test
    fun `a frame that cannot be is refused, and one without a code says what to do`() = story { _ ->
        Scanner().use { scanner ->
            val bytes = ByteBuffer.allocateDirect(64 * 48)
            for ((width, height, stride) in listOf(
                Triple(0, 0, 0), Triple(-1, 48, 64), Triple(65, 48, 65), Triple(64, 49, 64), Triple(64, 48, 63),
                Triple(Int.MAX_VALUE, Int.MAX_VALUE, Int.MAX_VALUE),
            )) {
                assertEquals("broken_file", refusal { scanner.frame(bytes, width, height, stride) }.code)
            }
            val blank = scanner.frame(bytes, 64, 48)
            assertFalse(blank.isBill)
            assertEquals("no_code", blank.trouble?.code)
        }
    }

    @Test
    fun `ten thousand frames take no more memory than a thousand`() = story { world ->
        val page = luma(world.photo(world.issue()))
        // A corner of a photo: noise, print and no whole code, so that readers run and end early.
        val (width, height) = 160 to 120
        val frame = ByteBuffer.allocateDirect(width * height)
        for (y in 0 until height) frame.put(page.bytes, (y + 40) * page.width + 40, width)
        frame.flip()
        fun resident(): Long = Files.readAllLines(Path.of("/proc/self/status")).first { it.startsWith("VmRSS") }
            .filter { it.isDigit() }.toLong()
        Scanner().use { scanner ->
            repeat(1_500) { scanner.frame(frame, width, height) }
            System.gc()
            val before = resident()
            repeat(10_000) { scanner.frame(frame, width, height) }
            System.gc()
            val grown = resident() - before
            // A frame is 19 kB: kept, ten thousand would be 190 MB. What the JVM compiles and frees late settles below this.
            assertTrue(grown < 32 * 1024, "grown by $grown kB")
        }
    }
}
