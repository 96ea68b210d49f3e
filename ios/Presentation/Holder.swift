import Observation
import PayTaipeiKit

/// One screen's state. It lives as long as its place is on the way back.
@MainActor
@Observable
public class Holder<State: Sendable> {
    public internal(set) var state: State
    @ObservationIgnored let app: AppModel
    @ObservationIgnored private var task: Task<Void, Never>?
    /// Which of the tasks, one after the other, is `task`.
    @ObservationIgnored private var turn = 0

    init(_ app: AppModel, _ first: State) {
        self.app = app
        state = first
    }

    /// Does what the person asked for; what is asked for meanwhile is left. A refusal goes to `refused`.
    func act(
        refused: @escaping @MainActor (Trouble) -> Void, _ action: @escaping @MainActor () async throws -> Void
    ) {
        guard task == nil else { return }
        turn += 1
        let turn = turn
        task = Task {
            do {
                try await action()
            } catch let refusal as PayTaipeiError {
                if !Task.isCancelled { refused(Trouble(refusal.refusal, app.words)) }
            } catch {
                // The person left, or the core was closed.
            }
            if self.turn == turn { task = nil }
        }
    }

    /// Waits until what `act` began has ended.
    func ended() async { await task?.value }

    /// Goes where the person did not leave meanwhile: what was begun has come to its end all the same.
    func lead(_ way: (AppModel) -> Void) throws {
        try Task.checkCancellation()
        way(app)
    }

    /// Ends what `act` began.
    func leaveOff() {
        task?.cancel()
        task = nil
        turn += 1
    }

    func close() { leaveOff() }
}

/// A holder of whatever state.
@MainActor
protocol AnyHolder: AnyObject {
    func close()
}

extension Holder: AnyHolder {}
