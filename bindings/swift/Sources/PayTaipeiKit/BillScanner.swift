import Foundation
import PayTaipeiFFI

/// Looks at a camera's frames, one after the other. Needs nothing to be open.
public final class BillScanner: Sendable {
    private let door = Door("BillScanner", PayTaipeiFFI.Scanner())

    public init() {}

    /// Looks at one frame, within about 60 ms, on the caller's thread: the capture output's queue. `luma` is its brightness,
    /// one byte a pixel, rows `stride` bytes apart, such as plane 0 of a `CVPixelBuffer` in a 420 format, with its base
    /// address locked. It is read where it is.
    public func frame(
        _ luma: UnsafeRawBufferPointer, width: Int, height: Int, stride: Int, rotation: Rotation = .r0
    ) throws -> Frame {
        guard let start = luma.baseAddress, luma.count > 0 else {
            return try frame(Data(), width: width, height: height, stride: stride, rotation: rotation)
        }
        // Nothing writes to it: `Data` without a deallocator only lends it on.
        let bytes = Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: luma.count, deallocator: .none)
        return try frame(bytes, width: width, height: height, stride: stride, rotation: rotation)
    }

    /// The same of bytes that are in a `Data` already.
    public func frame(
        _ luma: Data, width: Int, height: Int, stride: Int, rotation: Rotation = .r0
    ) throws -> Frame {
        // What is negative is no size: zero is refused by name.
        try door.pass {
            try $0.frame(
                luma: bounded(luma), width: UInt32(clamping: width), height: UInt32(clamping: height),
                stride: UInt32(clamping: stride), rotation: rotation)
        }
    }

    /// Forgets the frames before: the person looks at another paper.
    public func reset() throws { try door.pass { $0.reset() } }

    /// Closing twice is nothing.
    public func close() { door.close() }
}

/// Everything printed in a still picture (PNG or JPEG), within about 2 s, on a thread of its own.
public func scan(picture: Data) async throws -> Frame {
    try Task.checkCancellation()
    return try await onThread { try PayTaipeiFFI.scanPicture(picture: bounded(picture)) }
}

/// The library's interface counts bytes in 32 bits. What is longer is cut, and refused by its size.
func bounded(_ bytes: Data) -> Data {
    bytes.count > Int(Int32.max) ? bytes.prefix(Int(Int32.max)) : bytes
}
