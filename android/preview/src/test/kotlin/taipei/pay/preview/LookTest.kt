package taipei.pay.preview

import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.unit.dp
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.Lang
import taipei.pay.World
import taipei.pay.app.Theme
import taipei.pay.screens.Dress

/** Every screen of the story, as somebody with weak eyes, a heavy thumb or a screen reader meets it. */
class LookTest {
    private val problems = LinkedHashSet<String>()
    private val letters = HashSet<Int>()

    @Test
    fun `every screen has names for what can be pressed, large targets, and words that stand out`() = runBlocking {
        withTimeout(5.minutes) {
            World().use { world ->
                var screens = 0
                Screenshots(world, Lang.ZH_HANT) { name, show ->
                    screens += 1
                    for (theme in listOf(Theme.LIGHT, Theme.DARK)) {
                        show.app.dress(theme)
                        show.stage(Glass(360, 720, density = 2f)).use { inspect("$name, ${theme.name.lowercase()}", it) }
                    }
                }.play()
                assertTrue(screens > 20, "$screens screens")
            }
            for (letter in letters) if (isBox(String(Character.toChars(letter)))) problems += "a box for “${String(Character.toChars(letter))}”"
            assertTrue(letters.size > 150, "${letters.size} letters")
            assertEquals("", problems.joinToString("\n"))
        }
    }

    @Test
    fun `a letter that no font has is found to be a box`() = runBlocking {
        assertTrue(isBox("\uE0FF"))
        assertTrue(!isBox("水"))
    }

    private suspend fun inspect(screen: String, stage: Stage) {
        val pixels = stage.pixels()
        val nodes = stage.nodes()
        // Behind a dialogue nothing can be pressed, and all is dimmed.
        val asked = nodes.filter { it.config.contains(SemanticsProperties.IsDialog) }.flatMap { it.below }
        for (node in asked.ifEmpty { nodes }) {
            node.words.forEach { word -> word.codePoints().filter { !Character.isWhitespace(it) }.forEach(letters::add) }
            if (node.config.contains(SemanticsProperties.Disabled)) continue
            val bounds = node.boundsInRoot
            if (bounds.width < 1 || bounds.height < 1) continue
            val isPressed = node.config.contains(SemanticsActions.OnClick)
            val said = node.words.filter { it.isNotBlank() }
            if (isPressed) {
                if (said.isEmpty()) problems += "$screen: something to press without a name"
                if (node.size.width < 48 * 2 || node.size.height < 48 * 2) problems += "$screen: $said is ${node.size.width / 2} × ${node.size.height / 2} dp"
            }
            if (node.config.getOrNull(SemanticsProperties.Text) != null && node.children.isEmpty() && isWhole(node, bounds)) {
                val contrast = contrast(pixels, stage.glass, bounds)
                if (contrast < 4.5) problems += "$screen: $said has a contrast of ${"%.1f".format(contrast)}"
            }
        }
    }

    private val SemanticsNode.below: List<SemanticsNode> get() = children + children.flatMap { it.below }

    /** What is cut off by what scrolls may show too little of its letters. */
    private fun isWhole(node: SemanticsNode, bounds: Rect) = bounds.height >= node.size.height - 1 && bounds.width >= node.size.width - 1

    /** Between the colour that most of it has and the one farthest from it (WCAG 2.2, 1.4.3). */
    private fun contrast(pixels: IntArray, glass: Glass, bounds: Rect): Double {
        val width = (glass.width * glass.density).toInt()
        val counts = HashMap<Int, Int>()
        for (y in bounds.top.toInt() until bounds.bottom.toInt()) {
            for (x in bounds.left.toInt() until bounds.right.toInt()) counts.merge(pixels[y * width + x], 1, Int::plus)
        }
        val ground = luminance(counts.maxBy { it.value }.key)
        return counts.keys.maxOf { ratio(ground, luminance(it)) }
    }

    private fun ratio(a: Double, b: Double) = (maxOf(a, b) + 0.05) / (minOf(a, b) + 0.05)

    private fun luminance(colour: Int): Double {
        fun part(shift: Int): Double {
            val c = (colour shr shift and 0xff) / 255.0
            return if (c <= 0.04045) c / 12.92 else Math.pow((c + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    /** Whether it looks like a letter that no font has. */
    private suspend fun isBox(letter: String): Boolean = drawn(letter).contentEquals(drawn("\uE0F0"))

    private suspend fun drawn(letter: String): IntArray = Stage.of(Glass(32, 32)) {
        Dress(false, Lang.ZH_HANT, phoneLetters) {
            Text(letter, Modifier.size(32.dp), style = MaterialTheme.typography.titleLarge)
        }
    }.use { it.pixels() }
}
