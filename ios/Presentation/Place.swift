/// Where in the app a person is. `saved` survives the process; `init(saved:)` takes what was saved, or nothing.
public enum Place: Hashable, Sendable {
    case home
    case progress
    case history
    case settings
    case verify
    case scan
    case household
    case keyIn(biller: String)
    case oneBill(id: String)
    case otherWays(bill: String)
    case choose(bill: String)
    case agree(payment: String)
    case onePayment(id: String)
    case receipt(payment: String)

    /// The places of the bar at the bottom.
    public static let tabs: [Place] = [.home, .progress, .history, .settings]

    public var saved: String {
        switch self {
        case .home: "home"
        case .progress: "progress"
        case .history: "history"
        case .settings: "settings"
        case .verify: "verify"
        case .scan: "scan"
        case .household: "household"
        case .keyIn(let biller): "key-in/\(biller)"
        case .oneBill(let id): "bill/\(id)"
        case .otherWays(let bill): "other-ways/\(bill)"
        case .choose(let bill): "choose/\(bill)"
        case .agree(let payment): "agree/\(payment)"
        case .onePayment(let id): "payment/\(id)"
        case .receipt(let payment): "receipt/\(payment)"
        }
    }

    public init?(saved: String) {
        let parts = saved.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let id = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "home": self = .home
        case "progress": self = .progress
        case "history": self = .history
        case "settings": self = .settings
        case "verify": self = .verify
        case "scan": self = .scan
        case "household": self = .household
        case "key-in": self = .keyIn(biller: id)
        case "bill": self = .oneBill(id: id)
        case "other-ways": self = .otherWays(bill: id)
        case "choose": self = .choose(bill: id)
        case "agree": self = .agree(payment: id)
        case "payment": self = .onePayment(id: id)
        case "receipt": self = .receipt(payment: id)
        default: return nil
        }
    }
}
