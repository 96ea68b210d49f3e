import Foundation
import Presentation

/// Universal links of the app: `https://HOST/app/payment/ID`, where a business's app leads back to, and `/app/scan`.
public struct Links: Sendable {
    private let host: String

    public init(host: String) {
        self.host = host
    }

    /// Where a link leads, or nothing: whoever makes a link leads a person to a place that shows what the phone holds, and to
    /// nothing that agrees, cancels or pays.
    public func place(_ url: URL) -> Place? {
        guard url.scheme?.lowercased() == "https", url.host()?.lowercased() == host, url.port ?? 443 == 443,
            url.user() == nil
        else { return nil }
        let parts = url.pathComponents
        guard parts.count >= 3, parts[1] == "app" else { return nil }
        switch (parts[2], parts.count) {
        case ("scan", 3): return .scan
        case ("progress", 3): return .progress
        case ("history", 3): return .history
        case ("payment", 4) where Links.isID(parts[3]): return .onePayment(id: parts[3])
        default: return nil
        }
    }

    /// As the core makes them: what is none names no payment.
    private static func isID(_ text: String) -> Bool { UUID(uuidString: text) != nil && text == text.lowercased() }
}
