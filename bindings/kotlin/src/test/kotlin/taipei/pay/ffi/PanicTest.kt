package taipei.pay.ffi

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.Door

/** Below the generated classes: what a shell that breaks the interface's contract meets. */
class PanicTest {
    @Test
    fun `a panic in the library becomes an error and the library goes on`() {
        val scanner = Scanner()
        val status = UniffiRustCallStatus()
        // No length is negative: taking it for one panics.
        val impossible = ForeignBytes.ByValue().apply {
            len = -1
            data = com.sun.jna.Memory(16)
        }
        UniffiLib.uniffi_paytaipei_ffi_fn_func_scan_picture(impossible, status)
        assertTrue(status.isPanic())
        val message = FfiConverterString.lift(status.error_buf)
        assertTrue(message.contains("negative"), message)
        assertEquals("no_code", scanner.frame(java.nio.ByteBuffer.allocateDirect(64 * 64), 64u, 64u, 64u, Rotation.R0).trouble?.code)
        scanner.close()
    }

    @Test
    fun `a value that does not exist in the interface is an error and no crash`() {
        val status = UniffiRustCallStatus()
        val lang = RustBuffer.alloc(4u).apply {
            data!!.setInt(0, java.lang.Integer.reverseBytes(99))
            len = 4
        }
        UniffiLib.uniffi_paytaipei_ffi_fn_func_billers(lang, status)
        assertTrue(status.isPanic())
        assertTrue(FfiConverterString.lift(status.error_buf).contains("lang"))
    }

    @Test
    fun `an app meets such an error as one of our own, without its message`() {
        val secret = "0912345678"
        val told = Door("Scanner").told(InternalException(secret))
        assertInstanceOf(PayTaipeiException.Internal::class.java, told)
        assertTrue(told.message!!.contains("internal"))
        assertFalse("$told ${told.cause}".contains(secret))
    }
}
