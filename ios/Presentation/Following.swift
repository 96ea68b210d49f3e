import PayTaipeiKit

public struct FollowState: Sendable {
    /// The person is asked whether to cancel.
    public internal(set) var asking = false
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// One payment on its way: may be cancelled, or finished in the business's app. What it is stands in ``Held``.
public final class Following: Holder<FollowState> {
    private let core: PayTaipei
    private let holdings: Holdings
    private let id: String

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ id: String) {
        self.core = core
        self.holdings = holdings
        self.id = id
        super.init(app, FollowState())
    }

    public func ask(_ asking: Bool) { state.asking = asking }

    public func cancel() {
        state = FollowState(busy: true)
        act(refused: { [self] in state = FollowState(trouble: $0) }) { [self] in
            _ = try await core.payments.cancel(id)
            await holdings.reload()
            state.busy = false
        }
    }

    public func handOff() {
        if let address = holdings.held.payment(id)?.handOffUrl { app.device.openLink(address) }
    }
}

public struct RefreshState: Sendable {
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// Pulled down: pays what waits, and asks anew.
public final class Refreshing: Holder<RefreshState> {
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings) {
        self.core = core
        self.holdings = holdings
        super.init(app, RefreshState())
    }

    public func refresh() {
        state = RefreshState(busy: true)
        act(refused: { [self] in state = RefreshState(trouble: $0) }) { [self] in
            holdings.wake()
            let synced = try await core.payments.sync(patience: .seconds(5))
            await holdings.reload()
            state = RefreshState(trouble: synced.unreachable.map { Trouble($0, app.words) })
        }
    }

    /// The same for who shows for how long it takes.
    public func refreshed() async {
        refresh()
        await ended()
    }
}
