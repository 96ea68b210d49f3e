import Foundation
import PayTaipeiKit

/// The scanner between the camera's thread, which shows it frames, and the screen, which is told what they were.
public final class Looking: @unchecked Sendable {
    private let scanner = BillScanner()
    private let lock = NSLock()
    private var rests = false
    /// Set before the first frame.
    var tell: @Sendable (Frame) -> Void = { _ in }

    init() {}

    /// Looks at one frame, within about 60 ms; meanwhile the camera drops what is older than the newest. Answers whether more
    /// frames are wanted. `luma` is read where it is: see `BillScanner.frame`.
    @discardableResult
    public func look(
        _ luma: UnsafeRawBufferPointer, width: Int, height: Int, stride: Int, rotation: Rotation
    ) -> Bool {
        guard lock.withLock({ !rests }) else { return false }
        // A frame that is no frame is a mistake of the camera's, and the next one may be better.
        guard
            let frame = try? scanner.frame(luma, width: width, height: height, stride: stride, rotation: rotation)
        else { return true }
        if frame.isBill { rest() }
        tell(frame)
        return !frame.isBill
    }

    /// No frame is wanted until `again`.
    func rest() { lock.withLock { rests = true } }

    func again() {
        try? scanner.reset()
        lock.withLock { rests = false }
    }

    func close() {
        rest()
        scanner.close()
    }
}
