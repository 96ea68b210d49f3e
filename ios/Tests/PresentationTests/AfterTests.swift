import Foundation
import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting
@testable import Presentation

@MainActor
@Suite("Deals, receipts and other ways", .timeLimit(.minutes(3)))
struct AfterTests {
    @Test("the business that gives back most stands first, and what it gave, the receipt's code and the table follow")
    func paid() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue(amount: 428))
            try await desk.process { app in
                try await app.verify(world)
                let bill = try await app.scan(photo)
                app.go(.choose(bill: bill.id))
                let choosing = try await app.at { app.choosing(bill.id) }
                await choosing.open()
                let best = try #require(choosing.state.offers.first)
                #expect(choosing.state.offers.count == 8 && best.id == "jkopay" && best.cashback == 20)
                #expect(!best.why.isEmpty && choosing.state.trouble == nil)
                let id = try await app.choose("jkopay", bill)
                try await app.agree(id)
                let paid = try await app.payment(id) { $0.ended }
                #expect(paid.cashback == 20 && paid.signed)
                app.go(.receipt(payment: id))
                let showing = try await app.at { app.showing(id) }
                showing.open()
                #expect(try await until { showing.state.qr }.png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
                #expect(try await app.held { !$0.months.isEmpty }.months.map(\.charged) == [428])
                app.go(.settings)
                try await app.at { app.exporting }.payments()
                while desk.shared.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
                #expect(desk.shared["payments.csv"]?.contains(bill.number) == true)
            }
        }
    }

    @Test("a bill that was scanned shows its barcodes for a counter, until somebody agrees to pay it here")
    func counter() async throws {
        try await play { world in
            let photo = try await world.photo(world.issue(amount: 428))
            try await Desk(world).process { app in
                try await app.verify(world)
                let bill = try await app.scan(photo)
                app.go(.otherWays(bill: bill.id))
                let elsewhere = try await app.at { app.elsewhere(bill.id) }
                elsewhere.open()
                #expect(try await until { elsewhere.state.barcodes }.texts.count == 3)
                #expect(elsewhere.state.ways?.contains { $0.byBarcodes } == true && elsewhere.state.trouble == nil)
                let id = try await app.choose("jkopay", bill)
                try await app.agree(id)
                app.go(.otherWays(bill: bill.id))
                let late = try await app.at { app.elsewhere(bill.id) }
                late.open()
                #expect(try await until { late.state.trouble }.message.isEmpty == false)
                #expect(late.state.barcodes == nil)
            }
        }
    }
}
