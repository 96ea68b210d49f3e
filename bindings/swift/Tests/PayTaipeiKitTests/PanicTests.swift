import Foundation
import PayTaipeiFFI
import Testing
import paytaipei_ffiFFI

@testable import PayTaipeiKit
@testable import PayTaipeiTesting

/// Below the generated classes: what a shell that breaks the interface's contract meets.
@Suite("Panics", .timeLimit(.minutes(1)))
struct PanicTests {
    private func message(_ status: RustCallStatus) -> String {
        defer {
            var freed = RustCallStatus()
            ffi_paytaipei_ffi_rustbuffer_free(status.errorBuf, &freed)
        }
        return String(decoding: UnsafeBufferPointer(start: status.errorBuf.data, count: Int(status.errorBuf.len)), as: UTF8.self)
    }

    /// uniffi's code of a panic.
    private let panicked: Int8 = 2

    @Test("a panic in the library becomes an error and the library goes on")
    func impossibleLength() throws {
        var status = RustCallStatus()
        var bytes: [UInt8] = [0]
        // No length is negative: taking it for one panics.
        bytes.withUnsafeMutableBufferPointer { bytes in
            let answer = uniffi_paytaipei_ffi_fn_func_scan_picture(
                ForeignBytes(len: -1, data: bytes.baseAddress), &status)
            #expect(answer.data == nil)
        }
        #expect(status.code == panicked)
        #expect(message(status).contains("negative"))
        let frame = try BillScanner().frame(Data(count: 64 * 64), width: 64, height: 64, stride: 64)
        #expect(frame.trouble?.code == "no_code")
    }

    @Test("a value that does not exist in the interface is an error and no crash")
    func impossibleValue() {
        var status = RustCallStatus()
        let lang: [UInt8] = [0, 0, 0, 99]
        let buffer = lang.withUnsafeBufferPointer {
            ffi_paytaipei_ffi_rustbuffer_from_bytes(ForeignBytes(len: 4, data: $0.baseAddress), &status)
        }
        #expect(status.code == 0)
        _ = uniffi_paytaipei_ffi_fn_func_billers(buffer, &status)
        #expect(status.code == panicked)
        #expect(message(status).contains("lang"))
    }

    @Test("an app meets such an error as one of our own, without its message")
    func asRefusal() async throws {
        let door = Door("Scanner", PayTaipeiFFI.Scanner())
        let secret = "0912345678"
        let calls: [() async throws -> Void] = [
            { try door.pass { _ in throw Failure(description: secret) } },
            { try await door.blocking { _ in throw Failure(description: secret) } },
            { try await door.waiting { _ in throw Failure(description: secret) } },
        ]
        for call in calls {
            let error = try await refusal(call)
            guard case .Internal(let refusal) = error else { throw Failure(description: "\(error)") }
            #expect(refusal.code == "internal" && !refusal.message.zh.isEmpty)
            #expect(!"\(error)".contains(secret))
        }
    }
}
