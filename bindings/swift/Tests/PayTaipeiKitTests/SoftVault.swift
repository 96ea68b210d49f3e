import CSoftVault
import Foundation

@testable import PayTaipeiKit

/// A key vault in memory. Keys live as long as the object: a phone's live on.
class SoftVault: KeyVault, @unchecked Sendable {
    private let secret: [UInt8]
    private var keys: [KeyPurpose: OpaquePointer]

    init() {
        var random = SystemRandomNumberGenerator()
        secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        keys = [.consent: soft_key_new()!, .session: soft_key_new()!]
    }

    deinit {
        keys.values.forEach(soft_key_free)
    }

    func wrap(key: Data) throws -> Data {
        var out = [UInt8](repeating: 0, count: key.count + 28)
        let length = soft_seal(secret, [UInt8](key), key.count, &out)
        guard length > 0 else { throw VaultError.Failed }
        return Data(out.prefix(length))
    }

    func unwrap(wrapped: Data) throws -> Data {
        var out = [UInt8](repeating: 0, count: wrapped.count + 28)
        let length = soft_open(secret, [UInt8](wrapped), wrapped.count, &out)
        guard length > 0 else { throw VaultError.KeyLost }
        return Data(out.prefix(length))
    }

    func publicKey(purpose: KeyPurpose) throws -> Data {
        var point = [UInt8](repeating: 0, count: 65)
        guard soft_key_public(keys[purpose]!, &point) == 1 else { throw VaultError.Failed }
        return Data(point)
    }

    func renew() throws {
        keys.values.forEach(soft_key_free)
        keys = [.consent: soft_key_new()!, .session: soft_key_new()!]
    }

    func sign(purpose: KeyPurpose, message: Data) throws -> Data {
        var signature = [UInt8](repeating: 0, count: 80)
        let length = soft_key_sign(keys[purpose]!, [UInt8](message), message.count, &signature)
        guard length > 0 else { throw VaultError.Failed }
        return Data(signature.prefix(length))
    }

    func confirmPresence(reason: String) throws -> Bool { true }
}
