import Foundation

/// The folder of the core's store: in no backup, and readable from the first unlock after a start on.
public enum Storage {
    /// - Parameter group: the app group that extensions leave bills in.
    public static func folder(group: String?) throws -> URL {
        let files = FileManager.default
        var base: URL?
        #if canImport(Darwin)
            base = group.flatMap { files.containerURL(forSecurityApplicationGroupIdentifier: $0) }
        #endif
        let support =
            try base
            ?? files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        return try prepared(support.appending(path: "paytaipei", directoryHint: .isDirectory))
    }

    /// Makes the folder where it is missing, and sees each time that it is in no backup: what is restored on another phone could
    /// not be opened there, and what is restored here would be old.
    static func prepared(_ folder: URL) throws -> URL {
        let files = FileManager.default
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        #if os(iOS)
            // Files made in it are protected alike. With `complete`, nothing could be paid while the phone is locked.
            attributes[.protectionKey] = FileProtectionType.completeUntilFirstUserAuthentication
        #endif
        try files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: attributes)
        #if canImport(Darwin)
            var folder = folder
            var values = URLResourceValues()
            values.isExcludedFromBackup = true
            try folder.setResourceValues(values)
        #endif
        return folder
    }
}
