/// Hands one result to whoever waits for it, or the cancellation of the waiting, whichever comes first.
final class Relay<T: Sendable>: Sendable {
    private enum State {
        case idle
        case awaited(CheckedContinuation<T, any Error>)
        case ended(Result<T, any Error>)
    }

    private let state = Locked(State.idle)

    /// Only the first end counts.
    func end(_ result: Result<T, any Error>) {
        let awaiting: CheckedContinuation<T, any Error>? = state.with { state in
            defer { if case .ended = state {} else { state = .ended(result) } }
            guard case .awaited(let continuation) = state else { return nil }
            return continuation
        }
        awaiting?.resume(with: result)
    }

    /// To be asked once.
    func value() async throws -> T {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ended: Result<T, any Error>? = state.with { state in
                    if case .ended(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let ended { continuation.resume(with: ended) }
            }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }
}
