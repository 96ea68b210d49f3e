import Foundation
import PayTaipeiKit

/// The phone that the app runs on: whatever differs between an iPhone and a test.
@MainActor
public protocol Device: AnyObject {
    /// Opens the core with this device's vault and connectivity. Never before the first frame.
    func open(_ lang: Lang) async throws -> PayTaipei

    /// Returns once nothing of a core that was closed holds the store's lock.
    func released() async

    /// Whether the phone believes to be connected; observable. Decides on words only.
    var online: Bool { get }
    var preferences: any Preferences { get }
    var now: Date { get }

    /// Opens an `https` address in the app that it belongs to, or in a browser.
    func openLink(_ address: String)

    /// Has the person choose where a text goes, as a file of this name.
    func share(_ name: String, _ text: String)
}

/// What is remembered of how the person likes the app. Nothing of it is personal data.
@MainActor
public protocol Preferences: AnyObject {
    subscript(name: String) -> String? { get set }
}

public enum Theme: String, CaseIterable, Sendable {
    case system, light, dark
}

extension Preferences {
    var lang: Lang? {
        get {
            switch self["lang"] {
            case "zh-Hant": .zhHant
            case "en": .en
            default: nil
            }
        }
        set { self["lang"] = newValue.map { $0 == .en ? "en" : "zh-Hant" } }
    }

    var theme: Theme {
        get { self["theme"].flatMap(Theme.init) ?? .system }
        set { self["theme"] = newValue.rawValue }
    }
}
