import Foundation
import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting
@testable import Presentation

@MainActor
@Suite("The app", .timeLimit(.minutes(3)))
struct StoryTests {
    @Test("a bill is scanned and agreed to without a network, and paid once after a restart")
    func mainJob() async throws {
        try await play { world in
            let desk = Desk(world)
            let issued = try await world.issue(amount: 428)
            let photo = try await world.photo(issued)
            let saved = try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let bill = try await app.scan(photo)
                #expect(bill.payable == 428 && bill.number == issued.number)
                let payment = try await app.choose("jkopay", bill)
                try await app.agree(payment)
                let agreed = try await app.payment(payment) { _ in true }
                #expect(agreed.state == .awaitingNetwork && agreed.agreed == 428)
                #expect(try await world.charges().isEmpty)
                return app.saved
            }
            try await desk.process(restored: saved) { app in
                guard case .onePayment(let id) = app.state.place else {
                    throw Failure(description: "\(app.state.place)")
                }
                #expect(try await app.payment(id) { _ in true }.ended == false)
                try await desk.network(true)
                let paid = try await app.payment(id) { $0.ended }
                #expect(paid.state == .settled && paid.charged == 428 && paid.receipt?.isEmpty == false)
                let held = try await app.held { $0.open.isEmpty }
                #expect(held.due.isEmpty && held.ended.map(\.id) == [id])
                #expect(app.back() && app.state.place == .home && !app.back())
                let months = held.ended.byMonth(String(issued.number.suffix(4)))
                #expect(months.map(\.charged) == [428])
                #expect(held.ended.byMonth("no such biller").isEmpty)
            }
            #expect(try await world.charges().map(\.amount) == [428])
        }
    }

    @Test("a number is keyed in, and the bill is paid while the person looks on")
    func keyedIn() async throws {
        try await play { world in
            let desk = Desk(world)
            let issued = try await world.issue(amount: 310)
            try await desk.process { app in
                try await app.verify(world)
                #expect(try await app.held { !$0.billers.isEmpty }.keyable.map(\.id) == ["kinmen-water"])
                app.go(.keyIn(biller: "kinmen-water"))
                let keyingIn = try await app.at { app.keyingIn("kinmen-water") }
                #expect(keyingIn.state.biller?.inWords(app.words).isEmpty == false)
                keyingIn.type("number", "12")
                keyingIn.ask()
                try await until { keyingIn.state.trouble != nil }
                #expect(!keyingIn.state.busy && app.state.place == .keyIn(biller: "kinmen-water"))
                keyingIn.type("number", issued.number)
                #expect(keyingIn.state.trouble == nil)
                keyingIn.ask()
                let bill = try await app.seen()
                let payment = try await app.choose("esun", bill)
                try await app.agree(payment)
                #expect(try await app.payment(payment) { $0.ended }.charged == 310)
                _ = try await app.held { $0.bill(bill.id)?.status == .paid }
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a payment that was agreed to offline is cancelled, and nothing is charged")
    func cancelled() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue())
            try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let payment = try await app.choose("opay", app.scan(photo))
                try await app.agree(payment)
                let following = try await app.at { app.following(payment) }
                following.ask(true)
                #expect(following.state.asking)
                following.cancel()
                #expect(!following.state.asking)
                #expect(try await app.payment(payment) { $0.ended }.state == .cancelled)
                try await until { !following.state.busy }
                try await desk.network(true)
                let refreshing = try await app.at { app.refreshing(.home) }
                refreshing.refresh()
                try await until { !refreshing.state.busy }
                #expect(refreshing.state.trouble == nil)
                #expect(try await app.held { !$0.due.isEmpty }.due.count == 1)
            }
            #expect(try await world.charges().isEmpty)
        }
    }

    @Test("another business is chosen before anything is agreed to")
    func otherwise() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue())
            try await desk.process { app in
                try await app.verify(world)
                let bill = try await app.scan(photo)
                let first = try await app.choose("opay", bill)
                try await app.at { app.agreeing(first) }.otherwise()
                try await until { app.state.place == .choose(bill: bill.id) }
                let second = try await app.choose("jkopay", bill)
                #expect(try await app.payment(second) { _ in true }.provider == "jkopay")
                #expect(try await app.payment(first) { _ in true }.state == .cancelled)
            }
        }
    }

    @Test("leaving a screen stops no payment, and leads nowhere later")
    func leaving() async throws {
        try await play { world in
            let vault = Slow()
            let photo = try await world.photo(world.issue())
            try await Desk(world, vault: vault).process { app in
                try await app.verify(world)
                let payment = try await app.choose("jkopay", app.scan(photo))
                try await app.at { app.agreeing(payment) }.agree()
                while !vault.isAsked { try await Task.sleep(for: .milliseconds(10)) }
                app.start(.history)
                vault.answer.signal()
                let paid = try await app.payment(payment) { $0.ended }
                #expect(paid.state == .settled)
                #expect(app.state.place == .history)
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a language is changed at once, and whatever waits goes on in it")
    func language() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue())
            try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let payment = try await app.choose("jkopay", app.scan(photo))
                try await app.agree(payment)
                #expect(app.words.payBill == "Pay this bill")
                app.speak(.zhHant)
                #expect(app.words.payBill == "繳這張帳單")
                let waits = try await app.payment(payment) { _ in true }
                #expect(waits.words.unicodeScalars.contains { $0.value > 0x4e00 })
                app.dress(.dark)
                app.live("taipei")
                _ = try await app.held { $0.county == "taipei" }
                try await desk.network(true)
                _ = try await app.payment(payment) { $0.ended }
            }
            let next = AppModel(desk)
            #expect(next.words.lang == .zhHant && next.state.theme == .dark)
            #expect(try await world.charges().count == 1)
        }
    }
}

/// Runs a test in a world of its own, on the main actor.
@MainActor
func play(_ test: @MainActor (World) async throws -> Void) async throws {
    let world = try await World()
    defer { world.end() }
    try await test(world)
}

/// A vault whose person takes their time.
final class Slow: SoftVault, @unchecked Sendable {
    let answer = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var asked = false
    var isAsked: Bool { lock.withLock { asked } }

    override func confirmPresence(reason: String) throws -> Bool {
        lock.withLock { asked = true }
        answer.wait()
        return true
    }
}
