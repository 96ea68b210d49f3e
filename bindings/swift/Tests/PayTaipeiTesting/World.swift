import Foundation

@testable import PayTaipeiKit

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The tester's number: invented.
let msisdn = "0900000018"
let e164 = "+886900000018"

private let programs = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["PAYTAIPEI_PROGRAMS"] ?? "../../target/debug")

/// A bill as the sandbox issued it, and as the printer wants it.
struct Issued: Decodable {
    let biller: String
    let number: String
    let owner: String
    fileprivate(set) var json = Data()

    private enum CodingKeys: String, CodingKey { case biller, number, owner }
}

struct Charge: Decodable, Equatable {
    let paymentId: String
    let amount: Int64
}

struct Failure: Error, CustomStringConvertible {
    let description: String
}

/// The sandbox as a program of its own, and a folder for whatever a test needs.
final class World: Sendable {
    private struct Ready: Decodable { let platform, control, ca: String }

    let folder: URL
    let platform: String
    private let root: Data
    private let control: String
    private let sandbox: Process
    private let input: Pipe

    init() async throws {
        // A child that ended is a failure with a name, and not the end of all tests.
        signal(SIGPIPE, SIG_IGN)
        folder = FileManager.default.temporaryDirectory.appending(path: "paytaipei-swift-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (sandbox, input, output) = (Process(), Pipe(), Pipe())
        sandbox.executableURL = programs.appending(path: "paytaipei-sandbox")
        sandbox.arguments = ["--until-stdin-closes", "--data", folder.appending(path: "sandbox").path]
        sandbox.standardInput = input
        sandbox.standardOutput = output
        try sandbox.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let last = byte.first, last != 10 { line += byte }
        let ready = try JSONDecoder().decode(Ready.self, from: line)
        (self.sandbox, self.input, control, platform) = (sandbox, input, ready.control, ready.platform)
        root = try Data(contentsOf: URL(fileURLWithPath: ready.ca))
        _ = try await post("settings", ["poll_interval_s": 1])
    }

    func end() {
        try? input.fileHandleForWriting.close()
        sandbox.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    func config(_ name: String = "phone", platform: String? = nil, root: Data?? = nil) -> Config {
        Config(
            dataFolder: folder.appending(path: name).path, platform: platform ?? self.platform,
            extraRoot: root ?? self.root, lang: .en)
    }

    func open(_ vault: any KeyVault = SoftVault(), _ name: String = "phone") async throws -> PayTaipei {
        try await PayTaipei.open(config(name), vault: vault, connectivity: Connected())
    }

    /// A phone whose number is verified: the person approves on the handset.
    func verified(_ vault: any KeyVault = SoftVault(), _ name: String = "phone") async throws -> PayTaipei {
        let phone = try await open(vault, name)
        try await verify(phone)
        return phone
    }

    func verify(_ phone: PayTaipei) async throws {
        _ = try await phone.identity.start(msisdn)
        async let finished: Void = phone.identity.finish()
        _ = try await post("handset", ["msisdn": e164, "approve": true])
        try await finished
    }

    func issue(
        _ biller: String = "kinmen-water", amount: Int = 428, owner: String = "王大明", fields: [String: String] = [:]
    ) async throws -> Issued {
        let json = try await post("bills", ["biller": biller, "amount": amount, "owner": owner, "fields": fields])
        var issued = try JSONDecoder().decode(Issued.self, from: json)
        issued.json = json
        return issued
    }

    func openPort(_ open: Bool) async throws { _ = try await post("port", ["open": open]) }

    func fault(_ kind: String, route: String, ms: Int? = nil) async throws {
        var fields: [String: any Sendable] = ["kind": kind, "route": route, "times": 1]
        fields["ms"] = ms
        _ = try await post("faults", fields)
    }

    func clearFaults() async throws { _ = try await send("DELETE", "faults") }

    /// Charges at the businesses' accounts. Fails where a bill was charged more than once.
    func charges() async throws -> [Charge] {
        struct Ledger: Decodable {
            struct Bill: Decodable {}
            let doubleCharged: [Bill]
            let charges: [Charge]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let ledger = try decoder.decode(Ledger.self, from: try await send("GET", "ledger"))
        guard ledger.doubleCharged.isEmpty else { throw Failure(description: "charged more than once: \(ledger)") }
        return ledger.charges
    }

    func revoke() async throws { _ = try await post("revoke", ["msisdn": e164]) }

    func handset(approve: Bool) async throws { _ = try await post("handset", ["msisdn": e164, "approve": approve]) }

    /// A photo of the bill, by the bill printer and its simulated camera: `.jpg`, or `.pgm` for brightness alone.
    func photo(_ bill: Issued, _ name: String = "photo.jpg", seed: Int = 1) async throws -> Data {
        let out = folder.appending(path: name)
        return try await onThread {
            let (printer, input) = (Process(), Pipe())
            printer.executableURL = programs.appending(path: "paytaipei-print")
            printer.arguments = ["--out", out.path, "--photo", "gentle", "--seed", "\(seed)"]
            printer.standardInput = input
            try printer.run()
            try input.fileHandleForWriting.write(contentsOf: bill.json)
            try input.fileHandleForWriting.close()
            printer.waitUntilExit()
            guard printer.terminationStatus == 0 else { throw Failure(description: "the printer failed") }
            return try Data(contentsOf: out)
        }
    }

    private func post(_ path: String, _ fields: [String: any Sendable]) async throws -> Data {
        try await send("POST", path, JSONSerialization.data(withJSONObject: fields))
    }

    /// Fetches over the mobile network, which the sandbox plays, and waits for the answer.
    func cellularGet(_ url: String, sim number: String) throws -> UInt16 {
        struct Told: Decodable { let status: UInt16 }
        var request = URLRequest(url: URL(string: "\(control)/control/cellular")!)
        request.httpMethod = "POST"
        request.httpBody = try JSONSerialization.data(withJSONObject: ["url": url, "msisdn": number])
        let (answer, done) = (Locked<Data?>(nil), DispatchSemaphore(value: 0))
        URLSession.shared.dataTask(with: request) { data, _, _ in
            answer.with { $0 = data }
            done.signal()
        }.resume()
        done.wait()
        guard let data = answer.with({ $0 }) else { throw CellularError.Failed }
        return try JSONDecoder().decode(Told.self, from: data).status
    }

    private func send(_ method: String, _ path: String, _ body: Data? = nil) async throws -> Data {
        var request = URLRequest(url: URL(string: "\(control)/control/\(path)")!)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        let (answer, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, status < 400 else {
            throw Failure(description: "the sandbox refused: \(String(decoding: answer, as: UTF8.self))")
        }
        return answer
    }
}

/// Runs a test in a world of its own.
func story(_ test: (World) async throws -> Void) async throws {
    let world = try await World()
    defer { world.end() }
    try await test(world)
}

/// A phone with this number's SIM, on the mobile network.
final class Sim: Cellular {
    private let (world, number): (World, String)

    init(world: World, number: String) { (self.world, self.number) = (world, number) }

    func cellularGet(url: String) throws -> UInt16 { try world.cellularGet(url, sim: number) }
}

final class NoMobileData: Cellular {
    func cellularGet(url: String) throws -> UInt16 { throw CellularError.NoMobileData }
}

final class Connected: Connectivity {
    func isConnected() -> Bool { true }
}
