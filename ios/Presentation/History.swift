import Foundation
import PayTaipeiKit

public struct HistoryState: Sendable {
    public internal(set) var sought = ""
}

/// Payments that have ended, by month, those that hold what is sought.
public final class Recalling: Holder<HistoryState> {
    init(_ app: AppModel) {
        super.init(app, HistoryState())
    }

    public func seek(_ text: String) { state.sought = String(text.prefix(40)) }
}

/// The payments of one month of the city's calendar, in the order they came in.
public struct Month: Sendable {
    /// The first of the month.
    public let day: CityDay
    public let payments: [Payment]

    /// NT dollars.
    public var charged: Int64 { payments.compactMap(\.charged).reduce(0, +) }
}

extension [Payment] {
    /// By month, the latest first where the payments are.
    public func byMonth(_ sought: String) -> [Month] {
        let wanted = sought.trimmingCharacters(in: .whitespaces)
        let found = filter {
            wanted.isEmpty || $0.billerName.localizedCaseInsensitiveContains(wanted)
                || $0.number.localizedCaseInsensitiveContains(wanted)
        }
        var (order, months): ([CityDay], [CityDay: [Payment]]) = ([], [:])
        for payment in found {
            guard let first = CityDay(instant: payment.settledAt ?? payment.updatedAt)?.firstOfMonth else { continue }
            if months[first] == nil { order.append(first) }
            months[first, default: []].append(payment)
        }
        return order.map { Month(day: $0, payments: months[$0] ?? []) }
    }
}
