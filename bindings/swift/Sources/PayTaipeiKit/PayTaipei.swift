import Foundation
import PayTaipeiFFI

/// The core, open. One per process is enough; `close()` it when the process is done with it, or let go of it and its parts.
/// Closing stops no payment: what is stored goes on when it is opened next.
///
/// Functions may be called from any actor and throw `PayTaipeiError`, which says what was wrong and what to do, in both
/// languages. Cancelling a task that calls one stops the waiting and nothing else: `CancellationError`. After `close()`:
/// `ClosedError`.
public final class PayTaipei: Sendable {
    public let identity: Identity
    public let billers: Billers
    public let bills: Bills
    public let payments: Payments
    let home: Home

    private init(_ core: PayTaipeiFFI.PayTaipei) {
        home = Home(core)
        identity = Identity(home)
        billers = Billers(home)
        bills = Bills(home)
        payments = Payments(home)
    }

    /// Opens the store in the configured folder, making both where they are missing.
    public static func open(
        _ config: Config, vault: any KeyVault, connectivity: any Connectivity
    ) async throws -> PayTaipei {
        try Task.checkCancellation()
        return try await onThread {
            PayTaipei(try PayTaipeiFFI.PayTaipei.open(config: config, vault: vault, connectivity: connectivity))
        }
    }

    /// Whether a bill or payment was met that does not open. Lists leave it out; the next drain fetches what the platform
    /// knows.
    public var isDamaged: Bool { get throws { try home.core.pass { $0.isDamaged() } } }

    /// Everything that this phone holds of the person, for the person.
    public func export() async throws -> Export { try await home.core.blocking { try $0.export() } }

    /// Every payment as a table (CSV), safe to open in a spreadsheet.
    public func paymentsCSV() async throws -> String { try await home.core.blocking { try $0.paymentsCsv() } }

    /// Every bill as a table, likewise.
    public func billsCSV() async throws -> String { try await home.core.blocking { try $0.billsCsv() } }

    /// Every month from the first to the last in which something was paid.
    public func spending() async throws -> [Month] { try await home.core.blocking { try $0.spending() } }

    /// The last twelve months as an SVG, which loads nothing.
    public func spendingPicture() async throws -> String { try await home.core.blocking { try $0.spendingPicture() } }

    /// Closing twice is nothing.
    public func close() { home.close() }
}

/// The library's objects. Whoever holds one part of the core holds them all; what waits on one holds that alone, so that
/// the core closes under it.
final class Home: Sendable {
    let core: Door<PayTaipeiFFI.PayTaipei>
    let identity: Door<PayTaipeiFFI.Identity>
    let billers: Door<PayTaipeiFFI.Billers>
    let bills: Door<PayTaipeiFFI.Bills>
    let payments: Door<PayTaipeiFFI.Payments>

    init(_ core: PayTaipeiFFI.PayTaipei) {
        let what = "PayTaipei"
        self.core = Door(what, core)
        identity = Door(what, core.identity())
        billers = Door(what, core.billers())
        bills = Door(what, core.bills())
        payments = Door(what, core.payments())
    }

    func close() {
        identity.close()
        billers.close()
        bills.close()
        payments.close()
        core.close()
    }
}

/// Verifying the mobile number. Nothing but billers, scanning and verifying works without one.
public final class Identity: Sendable {
    private let home: Home

    init(_ home: Home) {
        self.home = home
    }

    /// The verified number, all but its last three digits hidden; `nil` before it is verified.
    public func verifiedNumber() async throws -> String? { try await home.identity.blocking { try $0.verifiedNumber() } }

    /// Asks the operator to verify this number (`09…` or `+8869…`) on the handset.
    public func start(_ msisdn: String) async throws -> Verification {
        try await home.identity.waiting { try await $0.start(msisdn: msisdn) }
    }

    /// The same, and where the operator offers it, this phone's SIM is recognised by the mobile network: then ``finish()``
    /// ends without anybody approving. Where that does not work, `mobileData` says why, and the handset has been asked.
    public func start(_ msisdn: String, over cellular: any Cellular) async throws -> Verification {
        try await home.identity.waiting { try await $0.startOverMobileData(msisdn: msisdn, cellular: cellular) }
    }

    /// Verifies this number by this method: what there is to do, step by step, the last `verified` or `refused`. With
    /// `cellular` nobody may have to approve; `mobileData` cannot do without. For one iteration.
    public func verify(
        _ msisdn: String, by method: VerificationMethod, over cellular: (any Cellular)? = nil
    ) -> AsyncThrowingStream<VerificationStep, any Error> {
        steps { try $0.verify(msisdn: msisdn, method: method, cellular: cellular, observer: $1) }
    }

    /// The steps of the verification under way, after a restart too.
    public func resume() -> AsyncThrowingStream<VerificationStep, any Error> { steps { try $0.resume(observer: $1) } }

    /// Takes the app link that the operator's page led back by.
    public func pageReturned(_ link: String) async throws {
        try await home.identity.blocking { try $0.pageReturned(link: link) }
    }

    private func steps(
        _ begin: @escaping @Sendable (PayTaipeiFFI.Identity, any VerificationObserver) throws -> Subscription
    ) -> AsyncThrowingStream<VerificationStep, any Error> {
        let home = home
        return AsyncThrowingStream { continuation in
            let forget = home.identity.onClose { continuation.finish() }
            Task {
                do {
                    let subscription = try await home.identity.blocking { try begin($0, Steps(continuation)) }
                    // Held while somebody iterates.
                    continuation.onTermination = { _ in withExtendedLifetime(subscription) { forget() } }
                } catch {
                    forget()
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    /// Waits until the person has approved or refused on the handset, or the time is up. May be asked again, after a restart
    /// too.
    public func finish() async throws { try await home.identity.waiting { try await $0.finish() } }
}

/// Hands steps on to whoever iterates.
private final class Steps: VerificationObserver {
    private let continuation: AsyncThrowingStream<VerificationStep, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<VerificationStep, any Error>.Continuation) {
        self.continuation = continuation
    }

    func step(step: VerificationStep) {
        continuation.yield(step)
        switch step {
        case .verified, .refused: continuation.finish()
        case .approveOnHandset, .openPage: break
        }
    }
}

/// Bills on this phone.
public final class Bills: Sendable {
    private let home: Home

    init(_ home: Home) {
        self.home = home
    }

    /// Keeps the bill that a picture (PNG or JPEG) shows. The same bill is kept once, whatever way it comes in.
    public func add(picture: Data) async throws -> Bill {
        try await home.bills.blocking { try $0.addPicture(picture: bounded(picture)) }
    }

    /// One page of the bills that are asked for; the next one begins after its `next`.
    public func find(_ query: BillQuery) async throws -> BillPage {
        try await home.bills.blocking { try $0.find(query: query) }
    }

    /// When to remind of which bills, the soonest first: to be scheduled anew whenever bills or payments changed.
    public func reminders() async throws -> [Reminder] { try await home.bills.blocking { try $0.reminders() } }

    /// The other ways to pay that a bill's biller names.
    public func otherWays(_ bill: String) async throws -> [OtherWay] {
        try await home.bills.blocking { try $0.otherWays(bill: bill) }
    }

    /// A bill's own three barcodes, for a counter. Refused once somebody agreed to pay it here.
    public func barcodes(_ bill: String) async throws -> Barcodes {
        try await home.bills.blocking { try $0.barcodes(bill: bill) }
    }

    /// Keeps the bill that the text of a code names.
    public func add(text: String) async throws -> Bill { try await home.bills.blocking { try $0.addText(text: text) } }

    /// Keeps the bill that a scanner's frame names (`Frame.isBill`).
    public func add(_ frame: Frame) async throws -> Bill {
        try await home.bills.blocking { try $0.addSymbols(symbols: frame.symbols) }
    }

    /// Takes in what extensions left (`leaveDrop`), and says which files were refused. Done at opening too.
    public func takeDrops() async throws -> [TakenDrop] { try await home.bills.blocking { try $0.takeDrops() } }

    /// All bills, the earliest due first.
    public func all() async throws -> [Bill] { try await home.bills.blocking { try $0.bills() } }

    public func bill(_ id: String) async throws -> Bill { try await home.bills.blocking { try $0.bill(id: id) } }

    /// What the platform says of a bill that is kept: how it stands, whose it is, what is payable. Pays nothing.
    public func check(_ id: String) async throws -> [Bill] { try await home.bills.waiting { try await $0.check(id: id) } }

    /// What is owed under a number that a person keyed in. Without a connection it is kept, unchecked, and asked about later.
    public func inquire(biller: String, number: String) async throws -> [Bill] {
        try await home.bills.waiting { try await $0.inquire(biller: biller, number: number) }
    }
}
