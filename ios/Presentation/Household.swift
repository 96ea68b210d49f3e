import PayTaipeiKit

public struct HouseholdState: Sendable {
    /// The number that is being named, and what was typed for it.
    public internal(set) var naming: KnownNumber?
    public internal(set) var typed = ""
    /// What was not learnt, and of which number.
    public internal(set) var failed: [KnownNumber: Trouble] = [:]
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// The numbers of a household: named, and asked about all at once.
public final class Household: Holder<HouseholdState> {
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings) {
        self.core = core
        self.holdings = holdings
        super.init(app, HouseholdState())
    }

    public func ask() {
        state.busy = true
        state.trouble = nil
        state.failed = [:]
        act(refused: refused) { [self] in
            let asked = try await core.billers.household()
            await holdings.reload()
            state.busy = false
            for one in asked.failed { state.failed[one.number] = Trouble(one.refusal, app.words) }
        }
    }

    public func name(_ number: KnownNumber?) {
        state.naming = number
        state.typed = number?.nickname ?? ""
        state.trouble = nil
    }

    public func type(_ text: String) {
        state.typed = String(text.prefix(40))
        state.trouble = nil
    }

    public func keep() {
        guard let number = state.naming else { return }
        let nickname = state.typed.allSatisfy(\.isWhitespace) ? nil : state.typed
        act(refused: refused) { [self] in
            _ = try await core.billers.remember(biller: number.biller, number: number.number, nickname: nickname)
            await holdings.reload()
            name(nil)
        }
    }

    public func forget() {
        guard let number = state.naming else { return }
        act(refused: refused) { [self] in
            try await core.billers.forget(biller: number.biller, number: number.number)
            await holdings.reload()
            name(nil)
        }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.trouble = trouble
    }
}

extension Held {
    /// Bills of a number that are to be paid.
    public func due(of number: KnownNumber) -> [Bill] {
        due.filter { $0.biller == number.biller && $0.number == number.number }
    }
}
