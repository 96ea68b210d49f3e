import PayTaipeiKit

public struct KeyInState: Sendable {
    public internal(set) var biller: Biller?
    public internal(set) var number = ""
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// A bill by the number that stands on it. Without a network it is kept, and asked about later.
public final class KeyingIn: Holder<KeyInState> {
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ id: String) {
        self.core = core
        self.holdings = holdings
        super.init(app, KeyInState(biller: PayTaipeiKit.billers(lang: app.words.lang).first { $0.id == id }))
    }

    public func type(_ number: String) {
        state.number = String(number.prefix(40))
        state.trouble = nil
    }

    public func ask() {
        guard let biller = state.biller else { return }
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            let bills = try await core.bills.inquire(biller: biller.id, number: state.number)
            await holdings.reload()
            try lead { app in
                if bills.count == 1 { app.replace(.oneBill(id: bills[0].id)) } else { app.start(.home) }
            }
        }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.trouble = trouble
    }
}

/// Billers whose bills can be keyed in here, of a county and of everywhere.
public func keyable(_ county: String, _ words: AppWords) -> [Biller] {
    PayTaipeiKit.billers(lang: words.lang).filter { biller in
        biller.served && [county, "elsewhere"].contains(biller.county)
            && biller.ways.contains { $0.fields.map(\.name) == ["number"] }
    }
}

extension Biller {
    public func inWords(_ words: AppWords) -> String { words.lang == .en ? nameEn : name }
}
