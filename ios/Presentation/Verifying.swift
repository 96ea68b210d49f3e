import PayTaipeiKit

public struct VerifyState: Sendable {
    public internal(set) var number = ""
    /// Somebody has to approve it on the handset.
    public internal(set) var asked: Verification?
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// The mobile number: keyed in, approved on the handset, verified.
public final class Verifying: Holder<VerifyState> {
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings) {
        self.core = core
        self.holdings = holdings
        super.init(app, VerifyState())
    }

    public func type(_ number: String) {
        state.number = String(number.filter { $0.isWholeNumber || $0 == "+" }.prefix(13))
        state.trouble = nil
    }

    public func start() {
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            state.asked = try await core.identity.start(state.number)
            try await core.identity.finish()
            holdings.wake()
            await holdings.reload()
            try lead { $0.start(.home) }
        }
    }

    /// Another number, or the same once more. The verification that was begun ends by itself.
    public func again() {
        leaveOff()
        state = VerifyState(number: state.number)
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.asked = nil
        state.trouble = trouble
    }
}
