import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting

@Suite(.serialized) struct BillersTests {
    @Test("billers of the chosen county come first, typing is judged, and a household is asked about at once")
    func billers() async throws {
        try await story { world in
            let phone = try await world.verified()
            try await phone.billers.choose(county: "kinmen")
            #expect(try await phone.billers.all().first?.id == "kinmen-water")
            #expect(try await phone.billers.refresh() == false)
            let typing = try phone.billers.typing(biller: "kinmen-water", field: "number", typed: "12x")
            guard case .wrong(let reason, _, _) = typing else {
                Issue.record("judged as \(typing)")
                return
            }
            #expect(reason == "number_foreign_characters")
            let bill = try await world.issue(amount: 428)
            _ = try await phone.billers.remember(biller: "kinmen-water", number: bill.number, nickname: "老家")
            let found = try await phone.billers.household()
            #expect(found.failed.isEmpty && found.bills.map(\.payable) == [428])
            #expect(try await phone.bills.check(found.bills[0].id).map(\.status) == [.payable])
        }
    }
}
