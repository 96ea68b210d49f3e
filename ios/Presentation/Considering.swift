import PayTaipeiKit

public struct BillState: Sendable {
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// One bill that is looked at: how it stands is asked for, and its number may be kept under a name.
public final class Considering: Holder<BillState> {
    private let core: PayTaipei
    private let holdings: Holdings
    private let id: String

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ id: String) {
        self.core = core
        self.holdings = holdings
        self.id = id
        super.init(app, BillState())
    }

    /// Asks, where nobody did before and somebody answers.
    public func open() {
        if holdings.held.bill(id)?.status == .unchecked, app.device.online { check() }
    }

    /// Whose it is and what is payable, as the platform says it now. Pays nothing.
    public func check() {
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            _ = try await core.bills.check(id)
            await holdings.reload()
            state.busy = false
        }
    }

    /// Keeps the bill's number for the next time, and lets it be named.
    public func keepNumber() {
        guard let bill = holdings.held.bill(id) else { return }
        act(refused: refused) { [self] in
            let kept = try await core.billers.remember(
                biller: bill.biller, number: bill.number, nickname: bill.nickname)
            await holdings.reload()
            try lead { app in
                app.go(.household)
                app.household?.name(kept)
            }
        }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.trouble = trouble
    }
}
