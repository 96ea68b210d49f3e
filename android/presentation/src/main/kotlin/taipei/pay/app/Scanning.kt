package taipei.pay.app

import java.nio.ByteBuffer
import kotlinx.coroutines.launch
import taipei.pay.Frame
import taipei.pay.PayTaipei
import taipei.pay.Rotation
import taipei.pay.Scanner

data class ScanState(
    /** Why nothing is read yet, while the camera looks on. */
    val advice: Trouble? = null,
    /** Something was read, or a picture is being read. */
    val busy: Boolean = false,
    /** It was read and is no bill to be paid: the camera waits. */
    val refused: Trouble? = null,
    val torch: Boolean = false,
    val denied: Boolean = false,
)

/** A bill from the camera, or from a picture of the gallery's. */
class Scanning(app: App, private val core: PayTaipei, private val holdings: Holdings) : Holder<ScanState>(app, ScanState()) {
    private val scanner = Scanner()

    /**
     * Looks at one frame, on the camera's own thread: while it looks, the camera drops what is older than the newest. Answers
     * whether more frames are wanted. See [Scanner.frame].
     */
    fun look(luma: ByteBuffer, width: Int, height: Int, stride: Int, rotation: Rotation): Boolean {
        if (state.value.run { busy || refused != null }) return false
        val frame = try {
            scanner.frame(luma, width, height, stride, rotation)
        } catch (_: taipei.pay.ClosedException) {
            return false
        }
        if (!frame.isBill) {
            change { it.copy(advice = frame.trouble?.let { trouble -> Trouble.of(trouble, app.words) }) }
            return true
        }
        scope.launch { found(frame) }
        return false
    }

    private fun found(frame: Frame) = keep { core.bills.add(frame) }

    /** A picture, PNG or JPEG. */
    fun picture(bytes: ByteArray) = keep { core.bills.addPicture(bytes) }

    private fun keep(add: suspend () -> taipei.pay.Bill) {
        change { it.copy(busy = true, refused = null) }
        act({ trouble -> change { it.copy(busy = false, refused = trouble) } }) {
            val bill = add()
            holdings.reload()
            app.replace(Place.OneBill(bill.id))
        }
    }

    fun again() {
        scanner.reset()
        change { it.copy(busy = false, refused = null, advice = null) }
    }

    fun torch(on: Boolean) = change { it.copy(torch = on) }

    /** The camera may not be used, or may be again. */
    fun denied(denied: Boolean) = change { it.copy(denied = denied) }

    override fun close() {
        super.close()
        scanner.close()
    }
}
