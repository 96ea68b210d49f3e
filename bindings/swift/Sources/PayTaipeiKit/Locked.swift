import Foundation

/// A value that one thread at a time looks at. (`Mutex` of the standard library needs iOS 18.)
final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
    }

    func with<Result>(_ look: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try look(&value)
    }
}
