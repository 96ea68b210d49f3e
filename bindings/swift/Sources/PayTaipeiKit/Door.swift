import Foundation
import PayTaipeiFFI

/// Something was used after it was closed: a mistake in the app, not a refusal of the core.
public struct ClosedError: LocalizedError, CustomStringConvertible {
    /// What is closed.
    public let what: String

    public var description: String { "\(what) is closed: open a new one" }
    public var errorDescription: String? { description }
}

/// Lets calls through to one of the library's objects until it is closed, and turns those that come later away by name.
final class Door<Inner: AnyObject & Sendable>: Sendable {
    private struct State {
        var inner: Inner?
        var waiting: [UUID: @Sendable () -> Void] = [:]
    }

    private let what: String
    private let state: Locked<State>

    init(_ what: String, _ inner: Inner) {
        self.what = what
        state = Locked(State(inner: inner))
    }

    var isClosed: Bool { state.with { $0.inner == nil } }

    /// Calls under way come to their end; the library's object goes with the last of them.
    func close() {
        let waiting = state.with { state in
            let waiting = state.waiting
            state = State()
            return waiting
        }
        waiting.values.forEach { $0() }
    }

    /// Runs `action` once the door closes, unless the returned function is called first.
    func onClose(_ action: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let key = UUID()
        let isOpen = state.with { state in
            guard state.inner != nil else { return false }
            state.waiting[key] = action
            return true
        }
        if !isOpen { action() }
        return { [state] in state.with { $0.waiting[key] = nil } }
    }

    func enter() throws -> Inner {
        guard let inner = state.with({ $0.inner }) else { throw ClosedError(what: what) }
        return inner
    }

    /// A short call, on the caller's thread.
    func pass<T>(_ call: (Inner) throws -> T) throws -> T {
        let inner = try enter()
        do { return try call(inner) } catch { throw told(error) }
    }

    /// A call that reads or writes the store, decodes a picture or asks the person: on a thread that may be kept busy,
    /// which those of Swift's own pool may not.
    func blocking<T: Sendable>(_ call: @escaping @Sendable (Inner) throws -> T) async throws -> T {
        try Task.checkCancellation()
        let inner = try enter()
        do {
            return try await onThread { try call(inner) }
        } catch {
            throw told(error)
        }
    }

    /// A call that waits. Cancelling the caller's task ends the waiting; the call itself goes on, and keeps `Inner` alone.
    func waiting<T: Sendable>(_ call: @escaping @Sendable (Inner) async throws -> T) async throws -> T {
        try Task.checkCancellation()
        let inner = try enter()
        let relay = Relay<T>()
        Task.detached {
            do { relay.end(.success(try await call(inner))) } catch { relay.end(.failure(error)) }
        }
        do {
            return try await relay.value()
        } catch {
            throw told(error)
        }
    }

    /// What an app meets: a refusal, a closed door or a cancellation. Whatever else uniffi throws is an error of our own,
    /// and its message may quote what it was working on.
    private func told(_ error: any Error) -> any Error {
        switch error {
        case PayTaipeiError.Internal where isClosed: ClosedError(what: what)
        case is PayTaipeiError, is ClosedError, is CancellationError: error
        default: isClosed ? ClosedError(what: what) : internalError()
        }
    }
}

/// Runs a call on a thread that it may keep busy.
func onThread<T: Sendable>(_ call: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result(catching: call)) }
    }
}

/// An error of our own, as the core tells it.
func internalError() -> PayTaipeiError {
    let nothing = Words(zh: "", en: "")
    let refusal = refusals().first { $0.code == "internal" }
    return .Internal(refusal: refusal ?? Refusal(code: "internal", detail: nil, message: nothing, hint: nothing))
}
