import CSoftVault
import Foundation

@testable import PayTaipeiKit

/// A key vault in memory. Keys live as long as the object: a phone's live on.
class SoftVault: KeyVault, @unchecked Sendable {
    private let secret: [UInt8]
    private let keys = Locked(SoftVault.newKeys())

    init() {
        var random = SystemRandomNumberGenerator()
        secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    deinit {
        keys.with { $0.values.forEach(soft_key_free) }
    }

    private static func newKeys() -> [KeyPurpose: OpaquePointer] {
        [.consent: soft_key_new()!, .session: soft_key_new()!]
    }

    func renew() throws {
        keys.with { keys in
            keys.values.forEach(soft_key_free)
            keys = SoftVault.newKeys()
        }
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
        guard keys.with({ soft_key_public($0[purpose]!, &point) }) == 1 else { throw VaultError.Failed }
        return Data(point)
    }

    func sign(purpose: KeyPurpose, message: Data) throws -> Data {
        var signature = [UInt8](repeating: 0, count: 80)
        let length = keys.with { soft_key_sign($0[purpose]!, [UInt8](message), message.count, &signature) }
        guard length > 0 else { throw VaultError.Failed }
        return Data(signature.prefix(length))
    }

    func confirmPresence(reason: String) throws -> Bool { true }
}
