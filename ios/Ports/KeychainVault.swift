#if canImport(Security) && canImport(LocalAuthentication) && canImport(CryptoKit)
    import CryptoKit
    import Foundation
    import LocalAuthentication
    import PayTaipeiKit
    import Security

    /// The core's keys in the Keychain and the Secure Enclave. All of them stay on this device. What opens the store and signs
    /// for the session can be used from the first unlock after a start on, also in the background while the phone is locked;
    /// what signs consents only by somebody who has just shown who they are. An extension that leaves bills names the same
    /// access group.
    public final class KeychainVault: KeyVault, @unchecked Sendable {
        private let service = "taipei.pay.vault"
        private let group: String?
        private let lock = NSLock()
        /// Of whoever confirmed to be present and has signed nothing yet.
        private var presence: LAContext?

        /// - Parameter group: the Keychain access group shared with extensions.
        public init(group: String? = nil) {
            self.group = group
        }

        public func wrap(key: Data) throws -> Data {
            let sealing = try sealingKey() ?? makeSealingKey()
            guard let box = try? AES.GCM.seal(key, using: sealing).combined else { throw VaultError.Failed }
            return box
        }

        public func unwrap(wrapped: Data) throws -> Data {
            guard let sealing = try sealingKey() else { throw VaultError.KeyLost }
            guard let box = try? AES.GCM.SealedBox(combined: wrapped), let key = try? AES.GCM.open(box, using: sealing)
            else { throw VaultError.KeyLost }
            return key
        }

        public func publicKey(purpose: KeyPurpose) throws -> Data {
            try (signingKey(purpose) ?? makeSigningKey(purpose)).publicKey.x963Representation
        }

        public func renew() throws {
            for purpose in [KeyPurpose.consent, .session] { try delete(name(purpose)) }
        }

        public func sign(purpose: KeyPurpose, message: Data) throws -> Data {
            // One confirmation, one signature.
            let context = purpose == .consent ? takePresence() : nil
            if purpose == .consent, context == nil { throw VaultError.NotPresent }
            guard let key = try signingKey(purpose, context) else { throw VaultError.KeyLost }
            guard let signature = try? key.signature(for: message) else { throw VaultError.Failed }
            return signature.derRepresentation
        }

        /// Face, finger or the device's code, for the next consent. The Enclave asks for the same: without it the key does not
        /// sign, whatever this app is made to do.
        public func confirmPresence(reason: String) throws -> Bool {
            let context = LAContext()
            var unavailable: NSError?
            guard context.canEvaluatePolicy(.deviceOwnerAuthentication, error: &unavailable) else {
                throw VaultError.NotPresent
            }
            // Called on a thread that may be kept busy, never on the main one.
            let answer = Answer<Bool>()
            context.evaluateAccessControl(
                try access(.consent), operation: .useKeySign, localizedReason: reason
            ) { confirmed, _ in answer.give(confirmed) }
            guard answer.wait() == true else { return false }
            lock.withLock { presence = context }
            return true
        }

        private func takePresence() -> LAContext? {
            lock.withLock {
                defer { presence = nil }
                return presence
            }
        }

        // MARK: Keys

        private func sealingKey() throws -> SymmetricKey? { try read("seal").map { SymmetricKey(data: $0) } }

        private func makeSealingKey() throws -> SymmetricKey {
            let key = SymmetricKey(size: .bits256)
            try add("seal", key.withUnsafeBytes { Data($0) })
            // Where an extension was quicker, its key counts.
            return try sealingKey() ?? key
        }

        private func signingKey(
            _ purpose: KeyPurpose, _ context: LAContext? = nil
        ) throws -> SecureEnclave.P256.Signing.PrivateKey? {
            guard let wrapped = try read(name(purpose)) else { return nil }
            // Made by another device's Enclave, or by this one before it was erased.
            guard
                let key = try? SecureEnclave.P256.Signing.PrivateKey(
                    dataRepresentation: wrapped, authenticationContext: context)
            else {
                throw VaultError.KeyLost
            }
            return key
        }

        private func makeSigningKey(_ purpose: KeyPurpose) throws -> SecureEnclave.P256.Signing.PrivateKey {
            guard let key = try? SecureEnclave.P256.Signing.PrivateKey(accessControl: access(purpose)) else {
                throw VaultError.Failed
            }
            try add(name(purpose), key.dataRepresentation)
            return try signingKey(purpose) ?? key
        }

        private func access(_ purpose: KeyPurpose) throws -> SecAccessControl {
            let (protection, flags): (CFString, SecAccessControlCreateFlags) =
                switch purpose {
                case .consent: (kSecAttrAccessibleWhenUnlockedThisDeviceOnly, [.privateKeyUsage, .userPresence])
                case .session: (kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage)
                }
            var problem: Unmanaged<CFError>?
            guard let access = SecAccessControlCreateWithFlags(nil, protection, flags, &problem) else {
                problem?.release()
                throw VaultError.Failed
            }
            return access
        }

        private func name(_ purpose: KeyPurpose) -> String {
            switch purpose {
            case .consent: "consent"
            case .session: "session"
            }
        }

        // MARK: Keychain

        private func item(_ name: String) -> [CFString: Any] {
            var item: [CFString: Any] = [
                kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: name,
                kSecUseDataProtectionKeychain: true, kSecAttrSynchronizable: false,
            ]
            item[kSecAttrAccessGroup] = group
            return item
        }

        private func read(_ name: String) throws -> Data? {
            var query = item(name)
            query[kSecReturnData] = true
            var found: CFTypeRef?
            switch SecItemCopyMatching(query as CFDictionary, &found) {
            case errSecSuccess: return found as? Data
            case errSecItemNotFound: return nil
            // Not unlocked since it was started, for one: later it works.
            default: throw VaultError.Failed
            }
        }

        /// Leaves what is there already.
        private func add(_ name: String, _ data: Data) throws {
            var new = item(name)
            new[kSecAttrAccessible] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
            new[kSecValueData] = data
            let status = SecItemAdd(new as CFDictionary, nil)
            guard status == errSecSuccess || status == errSecDuplicateItem else { throw VaultError.Failed }
        }

        private func delete(_ name: String) throws {
            let status = SecItemDelete(item(name) as CFDictionary)
            guard status == errSecSuccess || status == errSecItemNotFound else { throw VaultError.Failed }
        }
    }
#endif
