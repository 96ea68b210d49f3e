import Dispatch
import Foundation

/// One answer from another thread, for a thread that may be kept busy until it is there. Only the first one counts.
final class Answer<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private let given = DispatchSemaphore(value: 0)
    private var value: Value?

    func give(_ value: Value) {
        let isFirst = lock.withLock {
            guard self.value == nil else { return false }
            self.value = value
            return true
        }
        if isFirst { given.signal() }
    }

    /// `nil` where it did not come in time. To be asked once.
    func wait(atMost seconds: TimeInterval? = nil) -> Value? {
        if let seconds { _ = given.wait(timeout: .now() + seconds) } else { given.wait() }
        return lock.withLock { value }
    }
}
