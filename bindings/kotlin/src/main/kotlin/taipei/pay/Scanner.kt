package taipei.pay

import java.lang.ref.Reference
import java.nio.ByteBuffer

/** Looks at a camera's frames, one after the other. Needs nothing to be open. */
class Scanner : AutoCloseable {
    private val ffi = taipei.pay.ffi.Scanner()
    private val door = Door("Scanner")
    private var copy: ByteBuffer = ByteBuffer.allocateDirect(0)

    /**
     * Looks at one frame, within about 60 ms, on the caller's thread: the analyser's. [luma] is its brightness from the
     * buffer's position on, one byte a pixel, rows [stride] bytes apart, such as plane Y of CameraX. A direct buffer is
     * read where it is; another is copied first.
     */
    @Synchronized
    fun frame(luma: ByteBuffer, width: Int, height: Int, stride: Int = width, rotation: Rotation = Rotation.R0): Frame =
        door.pass {
            borrowed(if (luma.isDirect) luma.slice() else copied(luma)) {
                // What is negative is no size: zero is refused by name.
                ffi.frame(it, width.unsigned(), height.unsigned(), stride.unsigned(), rotation)
            }
        }

    /** Forgets the frames before: the person looks at another paper. */
    fun reset(): Unit = door.pass { ffi.reset() }

    override fun close() {
        if (door.close()) ffi.close()
    }

    private fun copied(luma: ByteBuffer): ByteBuffer {
        if (copy.capacity() < luma.remaining()) copy = ByteBuffer.allocateDirect(luma.remaining())
        copy.clear()
        copy.put(luma.duplicate()).flip()
        return copy.slice()
    }
}

/** Everything printed in a still picture (PNG or JPEG), within about 2 s, on the caller's thread. */
fun scanPicture(picture: ByteArray): Frame = borrowed(direct(picture)) { taipei.pay.ffi.scanPicture(it) }

internal fun direct(bytes: ByteArray): ByteBuffer = ByteBuffer.allocateDirect(bytes.size).put(bytes).flip()

/** The library is given an address, which keeps no buffer from being collected. */
internal inline fun <T> borrowed(buffer: ByteBuffer, call: (ByteBuffer) -> T): T = try {
    call(buffer)
} finally {
    Reference.reachabilityFence(buffer)
}

private fun Int.unsigned(): UInt = coerceAtLeast(0).toUInt()
