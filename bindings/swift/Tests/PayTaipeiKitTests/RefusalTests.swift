import Foundation
import Testing

@testable import PayTaipeiKit
@testable import PayTaipeiTesting

@Suite("Refusals", .timeLimit(.minutes(3)))
struct RefusalTests {
    /// Name, exit code, message and hint of each code, from the core's table.
    private struct Row: Equatable {
        let exit: Int
        let words: [String]
    }

    private static let table: [String: Row] = {
        let root = URL(fileURLWithPath: #filePath).appending(path: "../../../../..").standardized
        let source = try! String(contentsOf: root.appending(path: "core/app/src/error.rs"), encoding: .utf8)
        let row = /\w+ "(\w+)" (\d+): "(.+?)" \/ "(.+?)"\s*=> "(.+?)" \/ "(.+?)";/
        return Dictionary(
            uniqueKeysWithValues: source.matches(of: row).map { match in
                let (_, name, exit, zh, en, zhHint, enHint) = match.output
                return (String(name), Row(exit: Int(exit)!, words: [zh, en, zhHint, enHint].map(String.init)))
            })
    }()

    @Test("every code crosses with its words in both languages")
    func everyCode() {
        #expect(Self.table.count > 40)
        let crossed = refusals().map { ($0.code, [$0.message.zh, $0.message.en, $0.hint.zh, $0.hint.en]) }
        #expect(Dictionary(uniqueKeysWithValues: crossed) == Self.table.mapValues(\.words))
        for refusal in refusals() {
            #expect(refusal.message.pick(lang: .zhHant) == refusal.message.zh)
            #expect(refusal.hint.pick(lang: .en) == refusal.hint.en)
        }
    }

    private func exit(_ error: PayTaipeiError) -> Int {
        switch error {
        case .Input: 3
        case .Number: 4
        case .Connection: 5
        case .Platform: 6
        case .Rule: 7
        case .Storage: 8
        case .Internal: 70
        }
    }

    private func refused<T>(
        _ code: String, _ place: SourceLocation = #_sourceLocation, _ action: () async throws -> T
    ) async throws {
        let error = try await refusal(action, place)
        #expect(error.code == code, sourceLocation: place)
        #expect(exit(error) == Self.table[code]?.exit, sourceLocation: place)
        #expect(error.localizedDescription.contains(code), sourceLocation: place)
    }

    /// White pixels in gray: a PNG of one stored block (RFC 1950, RFC 1951, PNG 1.2).
    private func white() -> Data {
        func big(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
        func crc(_ bytes: Data) -> UInt32 {
            ~bytes.reduce(~0) { crc, byte in
                (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            }
        }
        func chunk(_ name: String, _ data: Data) -> Data {
            big(UInt32(data.count)) + Data(name.utf8) + data + big(crc(Data(name.utf8) + data))
        }
        let (width, height) = (240, 180)
        let rows = Data((0..<height).flatMap { _ in [0] + [UInt8](repeating: 255, count: width) })
        let (a, b) = rows.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let a = (sums.0 + UInt32(byte)) % 65_521
            return (a, (sums.1 + a) % 65_521)
        }
        let length = UInt16(rows.count)
        let stored = Data([0x78, 1, 1]) + withUnsafeBytes(of: length.littleEndian) { Data($0) }
            + withUnsafeBytes(of: (~length).littleEndian) { Data($0) } + rows + big(b << 16 | a)
        return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            + chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + Data([8, 0, 0, 0, 0]))
            + chunk("IDAT", stored) + chunk("IEND", Data())
    }

    @Test("what cannot be used is refused by its own name and kind")
    func input() async throws {
        try await story { world in
            let phone = try await world.verified()
            let bills = phone.bills
            try await refused("broken_file") { try await bills.add(picture: Data("no picture".utf8)) }
            try await refused("broken_file") { try await bills.add(picture: Data()) }
            try await refused("no_code") { try await bills.add(picture: white()) }
            try await refused("not_a_bill") { try await bills.add(text: "https://example.com/") }
            try await refused("suspicious_code") {
                try await bills.add(text: "https://pay.taipei.example.com/v2/pay?biller=1&amount=5")
            }
            try await refused("biller_unknown") { try await bills.inquire(biller: "no-such", number: "1234567") }
            try await refused("bill_number_malformed") { try await bills.inquire(biller: "kinmen-water", number: "12") }
            try await refused("msisdn_malformed") { try await phone.identity.start("12345") }
            try await refused("bill_unknown") { try await bills.bill("no-such") }
            try await refused("payment_unknown") { try await phone.payments.payment("no-such") }
            try await refused("payment_unknown") { try await phone.payments.consent("") }
            let bill = try await phone.keyIn(world.issue())
            try await refused("provider_unknown") { try await phone.payments.pay(bill: bill, provider: "JKOPAY") }
        }
    }

    @Test("the way to the platform and its answers are refused by their own names")
    func connection() async throws {
        try await story { world in
            let phone = try await world.verified()
            let number = try await world.issue().number
            for (fault, code) in [
                ("error_before", "platform_trouble"), ("html", "platform_garbled"), ("garbage", "platform_garbled"),
                ("huge", "platform_garbled"), ("quiet_hours", "quiet_hours"),
            ] {
                try await world.fault(fault, route: "inquire")
                try await refused(code) { try await phone.bills.inquire(biller: "kinmen-water", number: number) }
                try await world.clearFaults()
            }
            try await refused("bill_not_found") {
                try await phone.bills.inquire(biller: "kinmen-water", number: "7654321")
            }
            try await world.openPort(false)
            try await refused("offline") { try await phone.identity.start(msisdn) }
            for (off, code) in [
                (world.config(platform: "http://localhost:1"), "insecure_platform"),
                (world.config(platform: "not a url"), "platform_url"),
                (world.config(root: Data([1])), "extra_root_unreadable"),
            ] {
                try await refused(code) {
                    try await PayTaipei.open(off, vault: SoftVault(), connectivity: Connected())
                }
            }
            try await world.openPort(true)
            let stranger = try await PayTaipei.open(
                world.config("stranger", root: .some(nil)), vault: SoftVault(), connectivity: Connected())
            try await refused("tls_failed") { try await stranger.identity.start(msisdn) }
        }
    }

    @Test("the rules of paying and the store refuse by their own names")
    func rules() async throws {
        try await story { world in
            let vault = SoftVault()
            let phone = try await world.verified(vault)
            let bill = try await phone.keyIn(world.issue())
            let wanted = try await phone.payments.pay(bill: bill, provider: "jkopay")
            try await refused("already_being_paid") { try await phone.payments.pay(bill: bill, provider: "opay") }
            _ = try await phone.payments.consent(wanted.id)
            try await refused("consent_not_asked") { try await phone.payments.consent(wanted.id) }
            _ = try await phone.payments.sync()
            try await refused("payment_ended") { try await phone.payments.consent(wanted.id) }
            phone.close()

            try await refused("key_lost") { try await world.open(SoftVault()) }
            let torn = URL(fileURLWithPath: world.config("torn").dataFolder)
            try FileManager.default.createDirectory(at: torn, withIntermediateDirectories: true)
            let garbage = String(repeating: "no database, and longer than its header", count: 9)
            try Data(garbage.utf8).write(to: torn.appending(path: "paytaipei.sqlite"))
            try await refused("store_corrupt") { try await world.open(vault, "torn") }
            try Data().write(to: world.folder.appending(path: "file"))
            try await refused("store_read_only") { try await world.open(vault, "file/phone") }
        }
    }

    private final class FailingVault: SoftVault, @unchecked Sendable {
        private let failure: (wrap: (any Error)?, presence: (any Error)?, sign: (any Error)?)
        let signed = Locked(0)

        init(wrap: (any Error)? = nil, presence: (any Error)? = nil, sign: (any Error)? = nil) {
            failure = (wrap, presence, sign)
        }

        override func wrap(key: Data) throws -> Data {
            if let failure = failure.wrap { throw failure }
            return try super.wrap(key: key)
        }

        override func confirmPresence(reason: String) throws -> Bool {
            if let failure = failure.presence { throw failure }
            return false
        }

        override func sign(purpose: KeyPurpose, message: Data) throws -> Data {
            signed.with { $0 += 1 }
            if let failure = failure.sign { throw failure }
            return try super.sign(purpose: purpose, message: message)
        }
    }

    @Test("a key vault that fails is told as what it said, and nothing is signed")
    func failingVault() async throws {
        try await story { world in
            try await refused("vault_failed") { try await world.open(FailingVault(wrap: VaultError.Failed), "a") }
            try await refused("key_lost") { try await world.open(FailingVault(wrap: VaultError.KeyLost), "b") }
            let secret = "0912345678"
            let odd = try await refusal {
                try await world.open(FailingVault(wrap: Failure(description: secret)), "c")
            }
            #expect(odd.code == "vault_failed")
            #expect(!"\(odd) \(odd.refusal)".contains(secret))

            let absences: [((any Error)?, String)] = [
                (VaultError.NotPresent, "presence_refused"), (Failure(description: ""), "vault_failed"),
                (nil, "presence_refused"),
            ]
            for (number, (absence, code)) in absences.enumerated() {
                let vault = FailingVault(presence: absence)
                let phone = try await world.verified(vault, "presence\(number)")
                let wanted = try await phone.payments.pay(bill: phone.keyIn(world.issue()), provider: "jkopay")
                let before = vault.signed.with { $0 }
                try await refused(code) { try await phone.payments.consent(wanted.id) }
                #expect(vault.signed.with { $0 } == before)
                #expect(try await phone.payments.payment(wanted.id).state == .needsConsent)
            }
            #expect(try await world.charges().isEmpty)
        }
    }

    @Test("a vault that does not sign lets nothing be agreed to")
    func unsigned() async throws {
        final class Unsigned: SoftVault, @unchecked Sendable {
            override func sign(purpose: KeyPurpose, message: Data) throws -> Data {
                if purpose == .consent { throw VaultError.Failed }
                return try super.sign(purpose: purpose, message: message)
            }
        }
        try await story { world in
            let phone = try await world.verified(Unsigned())
            let wanted = try await phone.payments.pay(bill: phone.keyIn(world.issue()), provider: "jkopay")
            try await refused("vault_failed") { try await phone.payments.consent(wanted.id) }
            #expect(try await phone.payments.payment(wanted.id).state == .needsConsent)
            _ = try await phone.payments.sync()
            #expect(try await world.charges().isEmpty)
        }
    }

    @Test("lists that need nothing open are there")
    func lists() {
        #expect(billers(lang: .en).contains { $0.id == "kinmen-water" && $0.served })
        #expect(Set(providers(lang: .zhHant).map(\.id)).count == 8)
        #expect(providers(lang: .zhHant).first { $0.id == "jkopay" }?.name == "街口支付")
        #expect(moneyText(1_280) == "NT$1,280")
    }
}
