#if canImport(UIKit) && canImport(Network) && os(iOS)
    import Foundation
    import Observation
    import PayTaipeiKit
    import Presentation
    import UIKit

    /// The iPhone that the app runs on.
    @MainActor
    public final class Phone: Device {
        private let platform: String
        private let group: String?
        private let vault: KeychainVault
        private let reachability = Reachability()
        public let preferences: any Preferences = Defaults()

        /// - Parameters:
        ///   - platform: the platform's `https` address.
        ///   - group: the app group, and the Keychain group of the same name, shared with extensions.
        public init(platform: String, group: String?) {
            self.platform = platform
            self.group = group
            vault = KeychainVault(group: group)
        }

        public var online: Bool { reachability.online }
        public var now: Date { Date() }

        public func open(_ lang: Lang) async throws -> PayTaipei {
            let folder = try Storage.folder(group: group)
            return try await PayTaipei.open(
                Config(dataFolder: folder.path, platform: platform, extraRoot: nil, lang: lang), vault: vault,
                connectivity: reachability.connectivity)
        }

        public func released() async {
            if let folder = try? Storage.folder(group: group) { await DrainerLock.released(in: folder.path) }
        }

        public func openLink(_ address: String) {
            guard let url = URL(string: address), url.scheme == "https" else { return }
            UIApplication.shared.open(url)
        }

        public func share(_ name: String, _ text: String) {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent(name)
            let scene = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.first
            guard let screen = scene?.keyWindow?.rootViewController,
                (try? Data(text.utf8).write(to: file, options: .completeFileProtection)) != nil
            else { return }
            let sheet = UIActivityViewController(activityItems: [file], applicationActivities: nil)
            sheet.completionWithItemsHandler = { _, _, _, _ in try? FileManager.default.removeItem(at: file) }
            sheet.popoverPresentationController?.sourceView = screen.view
            screen.present(sheet, animated: true)
        }
    }

    @MainActor
    private final class Defaults: Preferences {
        subscript(name: String) -> String? {
            get { UserDefaults.standard.string(forKey: "taipei.pay.\(name)") }
            set { UserDefaults.standard.set(newValue, forKey: "taipei.pay.\(name)") }
        }
    }
#endif
