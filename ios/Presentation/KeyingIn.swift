import PayTaipeiKit

public struct KeyInState: Sendable {
    public internal(set) var biller: Biller?
    /// Which of the biller's ways, from 0.
    public internal(set) var way = 0
    /// By the field's name.
    public internal(set) var typed: [String: String] = [:]
    /// What the core says of it so far.
    public internal(set) var judged: [String: Typing] = [:]
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?

    public var fields: [Field] {
        guard let ways = biller?.ways, ways.indices.contains(way) else { return [] }
        return ways[way].fields
    }

    public var filled: Bool {
        !fields.isEmpty && fields.allSatisfy { typed[$0.name]?.contains { !$0.isWhitespace } == true }
    }
}

/// Bills by what stands on them, or by what somebody knows of themselves. A number is kept without a network, and asked about
/// later.
public final class KeyingIn: Holder<KeyInState> {
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ id: String) {
        self.core = core
        self.holdings = holdings
        super.init(app, KeyInState(biller: holdings.held.biller(id)))
    }

    public func by(_ way: Int) { state = KeyInState(biller: state.biller, way: way) }

    public func type(_ field: String, _ text: String) {
        guard let biller = state.biller else { return }
        let short = String(text.prefix(40))
        state.typed[field] = short
        // Where the biller went while it was keyed in, asking says so.
        state.judged[field] = (try? core.billers.typing(biller: biller.id, field: field, typed: short)) ?? .unfinished
        state.trouble = nil
    }

    public func ask() {
        guard let biller = state.biller else { return }
        let keyed = state.fields.map { ($0.name, state.typed[$0.name] ?? "") }
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            let bills = try await core.billers.search(
                biller: biller.id, keyed: Dictionary(keyed) { first, _ in first })
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

extension Held {
    /// Billers whose bills can be keyed in here, of the person's county and of everywhere.
    public var keyable: [Biller] {
        billers.filter { $0.served && !$0.ways.isEmpty && ($0.county == county || $0.county == "elsewhere") }
    }
}

extension Biller {
    public func inWords(_ words: AppWords) -> String { words.lang == .en ? nameEn : name }
}
