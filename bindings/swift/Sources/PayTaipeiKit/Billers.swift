import PayTaipeiFFI

/// Whom bills are owed to, what is keyed in for them, and the numbers that the person has with them.
public final class Billers: Sendable {
    private let home: Home

    init(_ home: Home) {
        self.home = home
    }

    /// All billers by the newest catalogue that the platform signed, those of the person's county first.
    public func all() async throws -> [Biller] { try await home.billers.blocking { try $0.billers() } }

    /// Asks the platform for a newer catalogue: `true` where there was one. Needs no verified number.
    public func refresh() async throws -> Bool { try await home.billers.waiting { try await $0.refresh() } }

    public func counties() throws -> [County] { try home.billers.pass { $0.counties() } }

    /// The county that the person chose.
    public func county() async throws -> String? { try await home.billers.blocking { try $0.county() } }

    /// The person lives there: its utilities come first from now on.
    public func choose(county: String) async throws {
        try await home.billers.blocking { try $0.chooseCounty(county: county) }
    }

    /// Judges what was typed so far into a biller's field: for every keystroke, on any thread. Kept nowhere.
    public func typing(biller: String, field: String, typed: String) throws -> Typing {
        try home.billers.pass { try $0.typing(biller: biller, field: field, typed: typed) }
    }

    /// What somebody owes, by all fields of one of the biller's ways. What is keyed in is not kept: it needs a connection.
    public func search(biller: String, keyed: [String: String]) async throws -> [Bill] {
        let fields = keyed.map { Keyed(name: $0.key, value: $0.value) }
        return try await home.billers.waiting { try await $0.search(biller: biller, keyed: fields) }
    }

    /// The numbers kept for the next bill: those that were named, and those that this phone paid.
    public func numbers() async throws -> [KnownNumber] { try await home.billers.blocking { try $0.numbers() } }

    /// Keeps a customer's number, under a name of the person's own.
    public func remember(biller: String, number: String, nickname: String? = nil) async throws -> KnownNumber {
        try await home.billers.blocking { try $0.rememberNumber(biller: biller, number: number, nickname: nickname) }
    }

    public func forget(biller: String, number: String) async throws {
        try await home.billers.blocking { try $0.forgetNumber(biller: biller, number: number) }
    }

    /// All bills of the numbers that are kept.
    public func household() async throws -> Household { try await home.billers.waiting { try await $0.household() } }
}
