import Foundation
import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting
@testable import Presentation

@MainActor
@Suite("What is keyed in", .timeLimit(.minutes(3)))
struct KeyedTests {
    @Test("what is keyed in is judged while it is typed, and a plate finds a slip")
    func plate() async throws {
        try await play { world in
            _ = try await world.issue("taipei-parking", amount: 50, fields: ["car_plate": "AAA-8888"])
            try await Desk(world).process { app in
                try await app.verify(world)
                app.live("taipei")
                let held = try await app.held { $0.county == "taipei" }
                let biller = try #require(held.keyable.first { $0.id == "taipei-parking" })
                app.go(.keyIn(biller: biller.id))
                let keyingIn = try await app.at { app.keyingIn(biller.id) }
                keyingIn.by(try #require(biller.ways.firstIndex { $0.fields.contains { $0.name == "car_plate" } }))
                #expect(!keyingIn.state.filled)
                keyingIn.type("car_plate", "AAA-")
                #expect(keyingIn.state.judged["car_plate"] == .unfinished)
                keyingIn.type("car_plate", "AAA-888888888")
                guard case .wrong = keyingIn.state.judged["car_plate"] else { throw Failure(description: "not wrong") }
                keyingIn.type("car_plate", "AAA-8888")
                guard case .complete = keyingIn.state.judged["car_plate"] else {
                    throw Failure(description: "not complete")
                }
                keyingIn.ask()
                #expect(try await app.seen().amount == 50)
            }
        }
    }

    @Test("the numbers of a household are named, and asked about at once")
    func household() async throws {
        try await play { world in
            let issued = try await world.issue(amount: 120)
            try await Desk(world).process { app in
                try await app.verify(world)
                app.go(.keyIn(biller: "kinmen-water"))
                let keyingIn = try await app.at { app.keyingIn("kinmen-water") }
                keyingIn.type("number", issued.number)
                keyingIn.ask()
                let bill = try await app.seen()
                try await app.at { app.considering(bill.id) }.keepNumber()
                try await until { app.state.place == .household }
                let household = try await app.at { app.household }
                #expect(try await until { household.state.naming }.number == bill.number)
                household.type("老家")
                household.keep()
                try await until { household.state.naming == nil }
                #expect(try await app.held { $0.bills.first?.nickname != nil }.bills.map(\.nickname) == ["老家"])

                household.ask()
                #expect(household.state.busy)
                try await until { !household.state.busy }
                #expect(household.state.failed.isEmpty && household.state.trouble == nil)
                let held = try await app.held { !$0.numbers.isEmpty }
                #expect(held.numbers.map { held.due(of: $0).compactMap(\.payable) } == [[120]])
                household.name(held.numbers.first)
                household.forget()
                _ = try await app.held { $0.numbers.isEmpty }
            }
        }
    }

    @Test("whoever waits until it is known whose bill it is, sees the owner before agreeing")
    func owner() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue(owner: "陳大文"))
            try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let bill = try await app.scan(photo)
                #expect(bill.status == .unchecked && bill.owner == nil)
                app.go(.choose(bill: bill.id))
                let choosing = try await app.at { app.choosing(bill.id) }
                choosing.choose("jkopay")
                try await until { choosing.state.unowned != nil }
                choosing.waitForOwner()
                let id = try await until {
                    if case .onePayment(let id) = app.state.place { id } else { nil as String? }
                }
                #expect(try await app.payment(id) { _ in true }.canConsent == false)
                try await desk.network(true)
                _ = try await app.payment(id) { $0.canConsent }
                #expect(try await app.held { $0.bill(bill.id)?.owner != nil }.bill(bill.id)?.owner == "陳○文")
                #expect(try await world.charges().isEmpty)
            }
        }
    }
}
