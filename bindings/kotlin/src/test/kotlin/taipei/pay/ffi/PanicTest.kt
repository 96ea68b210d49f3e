package taipei.pay.ffi

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

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
}
