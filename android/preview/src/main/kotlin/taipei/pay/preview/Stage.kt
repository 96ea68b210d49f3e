package taipei.pay.preview

import androidx.compose.runtime.Composable
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.input.pointer.PointerEventType
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getAllSemanticsNodes
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.unit.Density
import java.awt.EventQueue
import java.util.concurrent.Executor
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import org.jetbrains.skia.Bitmap
import org.jetbrains.skia.EncodedImageFormat
import org.jetbrains.skia.Image

/**
 * Where app and pictures live, as on a phone: one thread. It is the one on which Compose tells of changed states; with another,
 * a change may come while the scene is being composed, and be lost.
 */
val mainThread: CoroutineDispatcher = Executor(EventQueue::invokeLater).asCoroutineDispatcher()

/** How large a screen is, in dp, and how large the person likes letters. */
data class Glass(val width: Int, val height: Int, val letters: Float = 1f, val density: Float = 1f)

/** A screen without glass: it is drawn, read and pressed as a phone's is. */
@OptIn(ExperimentalComposeUiApi::class)
class Stage private constructor(val glass: Glass, content: @Composable () -> Unit) : AutoCloseable {
    private val scene = ImageComposeScene(
        (glass.width * glass.density).toInt(), (glass.height * glass.density).toInt(), Density(glass.density, glass.letters),
        coroutineContext = mainThread, content = content,
    )
    private var now = 0L

    /** The picture after [time] more. */
    suspend fun picture(time: Duration = 1.seconds): Image = withContext(mainThread) {
        // In small steps, as animations take them.
        repeat((time.inWholeMilliseconds / 50).toInt()) { draw() }
        draw()
    }

    suspend fun png(): ByteArray = picture().encodeToData(EncodedImageFormat.PNG)!!.bytes

    /** The pixels, 0xAARRGGBB, row by row. */
    suspend fun pixels(): IntArray {
        val bitmap = Bitmap.makeFromImage(picture())
        return IntArray(bitmap.width * bitmap.height) { bitmap.getColor(it % bitmap.width, it / bitmap.width) }
    }

    /** What a screen reader finds, in its order. */
    suspend fun nodes(): List<SemanticsNode> = withContext(mainThread) { found() }

    /** All words of the screen, those out of sight too. */
    suspend fun words(): List<String> = nodes().flatMap { it.words }

    /** Waits until it is there. */
    suspend fun see(text: String): SemanticsNode = withContext(mainThread) {
        var left = 600
        while (true) {
            draw()
            find(text)?.let { return@withContext it }
            check(left-- > 0) { "“$text” is not seen among ${found().flatMap { it.words }}" }
            delay(50)
        }
        @Suppress("UNREACHABLE_CODE") error("")
    }

    /** Waits until nothing moves any more, as a person does before pressing. */
    private suspend fun rest() {
        var still = 0
        var before = seen()
        // What moves for ever is pressed all the same.
        repeat(200) {
            if (still == 10) return
            delay(20)
            draw()
            val now = seen()
            still = if (now == before) still + 1 else 0
            before = now
        }
    }

    private fun seen() = found().map { Triple(it.words, it.boundsInRoot, it.config.contains(SemanticsProperties.Disabled)) }

    /** Brings it into sight and presses it. */
    suspend fun press(text: String) = withContext(mainThread) {
        see(text)
        rest()
        bringIntoSight(text)
        val target = find(text)!!.boundsInRoot.center
        check(target.x in 0f..scene.constraints.maxWidth.toFloat() && target.y in 0f..scene.constraints.maxHeight.toFloat()) {
            "“$text” is out of sight"
        }
        scene.sendPointerEvent(PointerEventType.Press, target)
        draw()
        scene.sendPointerEvent(PointerEventType.Release, target)
        draw()
    }

    /** Fills the field of this label. */
    suspend fun type(label: String, text: String) = withContext(mainThread) {
        see(label)
        val field = found().first { it.config.contains(SemanticsActions.SetText) && it.words.any { word -> word.contains(label) } }
        field.config[SemanticsActions.SetText].action!!(AnnotatedString(text))
        draw()
    }

    private suspend fun bringIntoSight(text: String) {
        repeat(20) {
            val bounds = find(text)!!.run { Rect(positionInRoot, Offset(positionInRoot.x + size.width, positionInRoot.y + size.height)) }
            val frame = scrolling(find(text)!!) ?: return
            val seen = frame.boundsInRoot
            val by = if (bounds.bottom > seen.bottom) bounds.bottom - seen.bottom else if (bounds.top < seen.top) bounds.top - seen.top else return
            frame.config[SemanticsActions.ScrollBy].action!!(0f, by)
            // It moves on this thread, when it is let.
            rest()
        }
    }

    private fun scrolling(node: SemanticsNode): SemanticsNode? =
        generateSequence(node.parent) { it.parent }.firstOrNull { it.config.contains(SemanticsActions.ScrollBy) }

    /** The deepest that says just this, or this among other things: one that can be pressed before one that cannot. */
    private fun find(text: String): SemanticsNode? = find { it == text } ?: find { it.contains(text) }

    private fun find(wanted: (String) -> Boolean): SemanticsNode? {
        val saying = found().filter { it.words.any(wanted) }
        return saying.lastOrNull { it.config.contains(SemanticsActions.OnClick) } ?: saying.lastOrNull()
    }

    private fun found(): List<SemanticsNode> =
        scene.roots.flatMap { it.semanticsOwner.getAllSemanticsNodes(mergingEnabled = true) }

    private fun draw(): Image {
        now += 50_000_000
        return scene.render(now)
    }

    override fun close() = scene.close()

    companion object {
        suspend fun of(glass: Glass, content: @Composable () -> Unit): Stage = withContext(mainThread) { Stage(glass, content) }
    }
}

/** What is read out of a node. */
val SemanticsNode.words: List<String>
    get() = config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text } +
        config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() +
        listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text)
