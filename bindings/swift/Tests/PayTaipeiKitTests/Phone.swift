import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting

extension PayTaipei {
    /// The bill's id on the phone, keyed in while connected.
    func keyIn(_ bill: Issued) async throws -> String {
        let found = try await bills.inquire(biller: bill.biller, number: bill.number)
        try #require(found.count == 1)
        return found[0].id
    }

    /// A payment that somebody agreed to and that nobody has sent yet.
    func agree(_ bill: Issued) async throws -> Payment {
        let wanted = try await payments.pay(bill: keyIn(bill), provider: "jkopay")
        return try await payments.consent(wanted.id)
    }
}

extension Payments {
    /// Waits until a payment is as wanted, and tells it.
    func until(_ id: String, _ wanted: (Payment) -> Bool) async throws -> Payment {
        for try await all in live() {
            if let payment = all.first(where: { $0.id == id && wanted($0) }) { return payment }
        }
        throw Failure(description: "nothing more to hear")
    }
}

/// The refusal that an action must end with.
func refusal<T>(
    _ action: () async throws -> T, _ place: SourceLocation = #_sourceLocation
) async throws -> PayTaipeiError {
    do {
        _ = try await action()
    } catch let refused as PayTaipeiError {
        return refused
    }
    Issue.record("not refused", sourceLocation: place)
    throw Failure(description: "not refused")
}
