import Foundation
import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting
@testable import Presentation

@MainActor
@Suite("Trouble", .timeLimit(.minutes(3)))
struct TroubleTests {
    @Test("a number that is none is refused in words, and another try is made")
    func number() async throws {
        try await play { world in
            try await Desk(world).process { app in
                try await until { app.state.place == .verify }
                #expect(!app.back(), "nothing is behind it before a number is verified")
                let verifying = try await app.at { app.verifying }
                verifying.type("09-12 34x")
                #expect(verifying.state.number == "091234")
                verifying.start()
                let trouble = try await until { verifying.state.trouble }
                #expect(!trouble.message.isEmpty && trouble.hint.first?.isUppercase == true && !verifying.state.busy)
                verifying.type(msisdn)
                #expect(verifying.state.trouble == nil)
            }
        }
    }

    @Test("what is refused on the handset is told, and asking again leads home")
    func refusedOnHandset() async throws {
        try await play { world in
            try await Desk(world).process { app in
                try await until { app.state.place == .verify }
                let verifying = try await app.at { app.verifying }
                verifying.type(msisdn)
                verifying.start()
                try await until { verifying.state.asked != nil }
                try await world.handset(approve: false)
                #expect(try await until { verifying.state.trouble }.code == "verification_refused")
                #expect(verifying.state.asked == nil)
                try await app.verify(world)
            }
        }
    }

    @Test("who stops waiting for the handset may key in another number")
    func another() async throws {
        try await play { world in
            try await Desk(world).process { app in
                try await until { app.state.place == .verify }
                let verifying = try await app.at { app.verifying }
                verifying.type("0900000019")
                verifying.start()
                try await until { verifying.state.asked != nil }
                verifying.again()
                #expect(verifying.state.asked == nil && verifying.state.number == "0900000019")
                try await app.verify(world)
                #expect(try await app.held { $0.number != nil }.number?.hasSuffix("018") == true)
            }
        }
    }

    @Test("a picture without a bill is refused, and the next one is taken")
    func noBill() async throws {
        try await play { world in
            let photo = try await world.photo(world.issue())
            try await Desk(world).process { app in
                try await app.verify(world)
                app.go(.scan)
                let scanning = try await app.at { app.scanning }
                scanning.picture(Data("no picture".utf8))
                let refused = try await until { scanning.state.refused }
                #expect(!refused.message.isEmpty && !scanning.state.busy)
                let luma = Data(repeating: 128, count: 64 * 64)
                luma.withUnsafeBytes { bytes in
                    #expect(!scanning.looking.look(bytes, width: 64, height: 64, stride: 64, rotation: .r0))
                }
                scanning.again()
                #expect(scanning.state.refused == nil)
                luma.withUnsafeBytes { bytes in
                    #expect(scanning.looking.look(bytes, width: 64, height: 64, stride: 64, rotation: .r0))
                }
                _ = try await app.scan(photo)
            }
        }
    }

    @Test("the camera's frame that shows a bill leads to it, and no other is wanted")
    func frame() async throws {
        try await play { world in
            let issued = try await world.issue()
            let picture = try await world.photo(issued, "frame.pgm")
            try await Desk(world).process { app in
                try await app.verify(world)
                app.go(.scan)
                let looking = try await app.at { app.scanning }.looking
                let luma = try Luma(pgm: picture)
                // The camera's thread, not the main one.
                let wanted = await Task.detached {
                    luma.bytes.withUnsafeBytes { bytes in
                        (0..<2).map { _ in
                            looking.look(
                                bytes, width: luma.width, height: luma.height, stride: luma.width, rotation: .r0)
                        }
                    }
                }.value
                #expect(wanted == [false, false])
                #expect(try await app.seen().number == issued.number)
            }
        }
    }

    @Test("nobody present agrees to nothing, and the next try pays")
    func nobodyPresent() async throws {
        try await play { world in
            let vault = Shy()
            let photo = try await world.photo(world.issue())
            try await Desk(world, vault: vault).process { app in
                try await app.verify(world)
                let payment = try await app.choose("jkopay", app.scan(photo))
                vault.present = false
                let agreeing = try await app.at { app.agreeing(payment) }
                agreeing.agree()
                let trouble = try await until { agreeing.state.trouble }
                #expect(trouble.code == "presence_refused" && trouble.hint == app.words.hint("presence_refused"))
                #expect(try await app.payment(payment) { _ in true }.agreed == nil)
                vault.present = true
                try await app.agree(payment)
                _ = try await app.payment(payment) { $0.ended }
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a refresh without a network is over soon, and loses nothing")
    func offline() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue())
            try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let payment = try await app.choose("jkopay", app.scan(photo))
                try await app.agree(payment)
                app.start(.progress)
                let refreshing = try await app.at { app.refreshing(.progress) }
                refreshing.refresh()
                #expect(refreshing.state.busy)
                try await until { !refreshing.state.busy }
                #expect(try await app.payment(payment) { _ in true }.state == .awaitingNetwork)
                try await desk.network(true)
                #expect(try await app.payment(payment) { $0.ended }.state == .settled)
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a store that does not open is told, and opens when its keys are there again")
    func closedStore() async throws {
        try await play { world in
            let vault = Shy()
            let desk = Desk(world, vault: vault)
            try await desk.process { try await $0.verify(world) }
            vault.locked = true
            try await desk.process { app in
                let trouble = try await until {
                    if case .closed(let trouble) = app.state.phase { trouble } else { nil as Trouble? }
                }
                #expect(trouble.hint == app.words.hint("vault_failed"))
                #expect(app.scanning == nil)
                vault.locked = false
                app.launch()
                #expect(try await app.held { $0.loaded }.number != nil)
                #expect(app.state.place == .home)
            }
        }
    }
}

/// A vault whose person is away, or whose phone has not been unlocked yet.
final class Shy: SoftVault, @unchecked Sendable {
    private let lock = NSLock()
    private var (isPresent, isLocked) = (true, false)
    var present: Bool {
        get { lock.withLock { isPresent } }
        set { lock.withLock { isPresent = newValue } }
    }
    var locked: Bool {
        get { lock.withLock { isLocked } }
        set { lock.withLock { isLocked = newValue } }
    }

    override func confirmPresence(reason: String) throws -> Bool { present }

    override func unwrap(wrapped: Data) throws -> Data {
        if locked { throw VaultError.Failed }
        return try super.unwrap(wrapped: wrapped)
    }
}

/// Brightness, one byte a pixel, from a PGM picture of the simulated camera's.
struct Luma: Sendable {
    let width, height: Int
    let bytes: Data

    init(pgm: Data) throws {
        var at = pgm.startIndex
        var fields: [Int] = []
        while fields.count < 4, let end = pgm[at...].firstIndex(where: { $0 == 10 || $0 == 32 }) {
            fields.append(Int(String(decoding: pgm[at..<end], as: UTF8.self)) ?? 0)
            at = end + 1
        }
        guard fields.count == 4, fields[3] == 255 else { throw Failure(description: "no PGM") }
        (width, height, bytes) = (fields[1], fields[2], Data(pgm[at...]))
    }
}
