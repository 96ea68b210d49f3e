import Foundation
import PayTaipeiFFI

/// Payments on this phone. The core's runtime makes them; whoever calls or iterates only watches.
public final class Payments: Sendable {
    private let home: Home

    init(_ home: Home) {
        self.home = home
    }

    /// Wants to pay this bill through this business. Nothing is agreed to yet; of a number that this phone has not paid
    /// before, nothing can be before the platform has said whose bill it is.
    public func pay(bill: String, provider: String) async throws -> Payment {
        try await home.payments.blocking { try $0.pay(bill: bill, provider: provider) }
    }

    /// The same, but agreed to by what the paper says: paid once the platform confirms it, whoever's bill it is.
    public func payWhenConfirmed(bill: String, provider: String) async throws -> Payment {
        try await home.payments.blocking { try $0.payWhenConfirmed(bill: bill, provider: provider) }
    }

    /// The person agrees to what the payment shows: asks the vault to confirm that somebody is present.
    public func consent(_ payment: String) async throws -> Payment {
        try await home.payments.blocking { try $0.consent(payment: payment) }
    }

    /// The person wants it stopped. Where bytes may be on their way, the platform has to say that they never charge.
    public func cancel(_ payment: String) async throws -> Payment {
        try await home.payments.blocking { try $0.cancel(payment: payment) }
    }

    public func payment(_ id: String) async throws -> Payment { try await home.payments.blocking { try $0.payment(id: id) } }

    /// Payments that have not ended, the earliest made first.
    public func queue() async throws -> [Payment] { try await home.payments.blocking { try $0.queue() } }

    /// Payments that have ended, the earliest made first.
    public func history() async throws -> [Payment] { try await home.payments.blocking { try $0.history() } }

    /// Wants to pay this bill from a source at the business that the person chose. Nothing is agreed to yet.
    public func pay(_ bill: String, through provider: String, from source: Funding) async throws -> Payment {
        try await home.payments.blocking { try $0.payFrom(bill: bill, provider: provider, funding: source) }
    }

    /// The payment businesses for this bill, the one that gives back most first, each with why.
    public func offers(_ bill: String) async throws -> [ProviderOffer] {
        try await home.payments.blocking { try $0.offers(bill: bill) }
    }

    /// The deals as this phone was told of them last.
    public func deals() async throws -> [Deal] { try await home.payments.blocking { try $0.deals() } }

    /// The number's agreements on silent debits, as the platform told them last.
    public func agreements() async throws -> [Agreement] { try await home.payments.blocking { try $0.agreements() } }

    /// Asks the platform for them now.
    public func refreshAgreements() async throws -> [Agreement] {
        try await home.payments.waiting { try await $0.refreshAgreements() }
    }

    /// Asks for an agreement, or a higher limit of one: the person agrees at the `url` of what is pending then.
    public func link(_ provider: String, limit: Int64) async throws -> [Agreement] {
        try await home.payments.waiting { try await $0.linkAgreement(provider: provider, limit: limit) }
    }

    /// Lowers the limit of an agreement, at once.
    public func limit(_ provider: String, to limit: Int64) async throws -> [Agreement] {
        try await home.payments.waiting { try await $0.limitAgreement(provider: provider, limit: limit) }
    }

    /// Ends an agreement, and what is pending, at once.
    public func unlink(_ provider: String) async throws -> [Agreement] {
        try await home.payments.waiting { try await $0.unlinkAgreement(provider: provider) }
    }

    /// Where a payment is finished: to be opened as a universal link. Refused where it leads to neither business nor platform.
    public func handOff(_ payment: String) async throws -> String {
        try await home.payments.blocking { try $0.handOff(payment: payment) }
    }

    /// Fetches deals and the keys of receipts now. Paying does so by itself, where they are old.
    public func refresh() async throws { try await home.payments.waiting { try await $0.refresh() } }

    /// The receipt of a payment, verified by the platform's keys that this phone holds.
    public func receipt(_ payment: String) async throws -> Receipt {
        try await home.payments.blocking { try $0.receipt(payment: payment) }
    }

    /// The same as a QR code, for whoever wants to verify it without a network.
    public func receiptQR(_ payment: String) async throws -> Picture {
        try await home.payments.blocking { try $0.receiptQr(payment: payment) }
    }

    /// Judges anybody's receipt, as a file's text or a picture of its QR code.
    public func verify(receipt content: Data) async throws -> Receipt {
        try await home.payments.blocking { try $0.verifyReceipt(content: bounded(content)) }
    }

    /// With the next `sync` or `follow`, the platform is asked about all payments once more: whether money came back.
    public func askAgain() async throws { try await home.payments.blocking { try $0.askAgain() } }

    /// Pays what waits, now: until nothing moves any more, or for `patience`.
    public func sync(patience: Duration = .seconds(20)) async throws -> Synced {
        // No longer than fits; what is negative is nothing.
        let milliseconds = UInt32(clamping: Int64(min(max(patience / .milliseconds(1), 0), Double(UInt32.max))))
        return try await home.payments.waiting { try await $0.sync(patienceMs: milliseconds) }
    }

    /// Pays what waits, whenever it can, from now on; returns when the core is closed. A second caller joins the first.
    public func follow() async throws {
        let door = home.payments
        _ = try door.enter()
        do { try await door.waiting { try await $0.follow() } } catch is ClosedError {}
    }

    /// Every payment that has not ended, and from then on those that change, each list stored before it is told. Whoever
    /// iterates slowly skips what came between and never the last value. Ends when the core is closed or the task is
    /// cancelled; throws where there is nothing more to hear. For one iteration.
    public func changes() -> AsyncThrowingStream<[Payment], any Error> {
        let watch = Watch(home)
        return AsyncThrowingStream { try await watch.next() }
    }

    /// All payments that have not ended, and those that ended while it was iterated, as they stand after each change.
    public func live() -> AsyncThrowingStream<[Payment], any Error> {
        let watch = Watch(home)
        let known = Locked<[Payment]>([])
        return AsyncThrowingStream {
            guard let changed = try await watch.next() else { return nil }
            return known.with { known in
                merge(changed, into: &known)
                return known
            }
        }
    }
}
