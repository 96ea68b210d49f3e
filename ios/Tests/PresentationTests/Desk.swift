import Foundation
import Observation
import PayTaipeiKit
import Ports

@testable import PayTaipeiTesting
@testable import Presentation

/// A phone on a desk: the real core, a vault in memory, and a network that the test takes away.
@MainActor
@Observable
final class Desk: Device {
    let world: World
    let vault: SoftVault
    private(set) var online = true
    @ObservationIgnored private(set) var opened: [String] = []
    @ObservationIgnored private(set) var shared: [String: String] = [:]
    @ObservationIgnored let preferences: any Preferences = Kept()
    @ObservationIgnored private let network = Network()
    @ObservationIgnored private let folder: String

    init(_ world: World, vault: SoftVault = SoftVault(), folder: String = "phone") {
        self.world = world
        self.vault = vault
        self.folder = folder
    }

    var now: Date { Date() }

    func open(_ lang: Lang) async throws -> PayTaipei {
        var config = world.config(folder)
        config = Config(
            dataFolder: config.dataFolder, platform: config.platform, extraRoot: config.extraRoot, lang: lang)
        return try await PayTaipei.open(config, vault: vault, connectivity: network)
    }

    func released() async { await DrainerLock.released(in: world.config(folder).dataFolder) }

    func openLink(_ address: String) { opened.append(address) }

    func share(_ name: String, _ text: String) { shared[name] = text }

    func network(_ on: Bool) async throws {
        try await world.openPort(on)
        network.on = on
        online = on
    }

    /// The app on this desk, as one process of it: opened, and closed at the end.
    func process<T: Sendable>(restored: [String] = [], _ use: @MainActor (AppModel) async throws -> T) async throws -> T
    {
        let app = AppModel(self, restored: restored)
        app.launch()
        defer { app.close() }
        return try await use(app)
    }
}

final class Network: Connectivity, @unchecked Sendable {
    private let lock = NSLock()
    private var state = true
    var on: Bool {
        get { lock.withLock { state } }
        set { lock.withLock { state = newValue } }
    }
    func isConnected() -> Bool { on }
}

@MainActor
final class Kept: Preferences {
    private var kept = ["lang": "en"]
    subscript(name: String) -> String? {
        get { kept[name] }
        set { kept[name] = newValue }
    }
}

/// Waits until what is observed is there, as a screen would: it reads again when told that it changed.
@MainActor
func until<T>(_ read: () -> T?) async throws -> T {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
        let (changes, changed) = AsyncStream<Void>.makeStream()
        let value = withObservationTracking(read) { changed.finish() }
        if let value { return value }
        guard ContinuousClock.now < deadline else { throw Failure(description: "what was waited for did not come") }
        let alarm = Task {
            try await Task.sleep(until: deadline)
            changed.finish()
        }
        for await _ in changes {}
        alarm.cancel()
    }
}

/// The same of something that holds or not.
@MainActor
func until(_ holds: () -> Bool) async throws {
    _ = try await until { holds() ? true : nil as Bool? }
}

@MainActor
extension AppModel {
    func opened() async throws -> Holdings {
        try await until {
            if case .open(_, let holdings) = state.phase { holdings } else { nil as Holdings? }
        }
    }

    func held(_ wanted: (Held) -> Bool) async throws -> Held {
        let holdings = try await opened()
        return try await until { wanted(holdings.held) ? holdings.held : nil }
    }

    func payment(_ id: String, _ wanted: (Payment) -> Bool) async throws -> Payment {
        let holdings = try await opened()
        return try await until { holdings.held.payment(id).flatMap { wanted($0) ? $0 : nil } }
    }

    /// The holder of a place that the app is at.
    func at<H>(_ holder: () -> H?) async throws -> H {
        _ = try await opened()
        guard let holder = holder() else { throw Failure(description: "the store is closed") }
        return holder
    }

    /// Verifies the tester's number, with the person who approves it on the handset.
    func verify(_ world: World) async throws {
        try await until { state.place == .verify }
        let verifying = try await at { self.verifying }
        verifying.type(msisdn)
        verifying.start()
        try await until { verifying.state.asked != nil }
        try await world.handset(approve: true)
        try await until { state.place == .home }
        _ = try await held { $0.number != nil }
        live("kinmen")
        _ = try await held { $0.county == "kinmen" }
    }

    /// The bill that a photo shows, as the person sees it then.
    func scan(_ photo: Data) async throws -> Bill {
        go(.scan)
        try await at { scanning }.picture(photo)
        return try await seen()
    }

    /// The bill that is seen.
    func seen() async throws -> Bill {
        let id = try await until { if case .oneBill(let id) = state.place { id } else { nil as String? } }
        let held = try await held { $0.bill(id) != nil }
        guard let bill = held.bill(id) else { throw Failure(description: "no bill") }
        return bill
    }

    /// Chooses a business, and tells the payment that it now asks to agree to.
    func choose(_ provider: String, _ bill: Bill) async throws -> String {
        go(.choose(bill: bill.id))
        let choice = try await at { choosing(bill.id) }
        choice.choose(provider)
        // Without a network it is not known whose bill it is: agreed to by the paper.
        try await until {
            choice.state.unowned != nil || !choice.state.busy || state.place != .choose(bill: bill.id)
        }
        if choice.state.unowned != nil { choice.byPaper() }
        return try await until { if case .agree(let payment) = state.place { payment } else { nil as String? } }
    }

    func agree(_ payment: String) async throws {
        try await at { agreeing(payment) }.agree()
        try await until { state.place == .onePayment(id: payment) }
    }
}
