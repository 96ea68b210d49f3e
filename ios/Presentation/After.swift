import PayTaipeiKit

public struct ReceiptState: Sendable {
    public internal(set) var qr: Picture?
    public internal(set) var trouble: Trouble?
}

/// A receipt as somebody else verifies it.
public final class Showing: Holder<ReceiptState> {
    private let core: PayTaipei
    private let payment: String

    init(_ app: AppModel, _ core: PayTaipei, _ payment: String) {
        self.core = core
        self.payment = payment
        super.init(app, ReceiptState())
    }

    public func open() {
        act(refused: { [self] in state.trouble = $0 }) { [self] in
            state = ReceiptState(qr: try await core.payments.receiptQR(payment))
        }
    }
}

public struct ElsewhereState: Sendable {
    /// `nil` until it is read.
    public internal(set) var ways: [OtherWay]?
    public internal(set) var barcodes: Barcodes?
    /// Why there are no barcodes to show.
    public internal(set) var trouble: Trouble?
}

/// Where else a bill can be paid, and what is scanned there.
public final class Elsewhere: Holder<ElsewhereState> {
    private let core: PayTaipei
    private let bill: String

    init(_ app: AppModel, _ core: PayTaipei, _ bill: String) {
        self.core = core
        self.bill = bill
        super.init(app, ElsewhereState())
    }

    public func open() {
        act(refused: { [self] in state.trouble = $0 }) { [self] in
            let ways = try await core.bills.otherWays(bill)
            state.ways = ways
            if ways.contains(where: \.byBarcodes) { state.barcodes = try await core.bills.barcodes(bill) }
        }
    }
}

public struct SettingsState: Sendable {
    public internal(set) var trouble: Trouble?
}

/// What the phone holds of the person, for the person.
public final class Exporting: Holder<SettingsState> {
    private let core: PayTaipei

    init(_ app: AppModel, _ core: PayTaipei) {
        self.core = core
        super.init(app, SettingsState())
    }

    public func payments() { share("payments.csv") { try await $0.paymentsCSV() } }

    public func bills() { share("bills.csv") { try await $0.billsCSV() } }

    private func share(_ name: String, _ text: @escaping @MainActor (PayTaipei) async throws -> String) {
        state.trouble = nil
        act(refused: { [self] in state.trouble = $0 }) { [self] in
            app.device.share(name, try await text(core))
        }
    }
}
