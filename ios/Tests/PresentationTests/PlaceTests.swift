import Foundation
import PayTaipeiKit
import Testing

@testable import Presentation

@Suite("Places and days")
struct PlaceTests {
    @Test("every place is found again, and what is none is left out")
    func saved() {
        let places: [Place] = [
            .home, .progress, .history, .settings, .verify, .scan, .household, .keyIn(biller: "kinmen-water"),
            .oneBill(id: "b/1"),
            .choose(bill: "b"), .agree(payment: "p"), .onePayment(id: "p"), .otherWays(bill: "b"),
            .receipt(payment: "p"),
        ]
        #expect(places.map { Place(saved: $0.saved) } == places)
        #expect(Place(saved: "") == nil && Place(saved: "elsewhere/1") == nil)
    }

    @Test("days are the city's, and in Chinese of the Republic's years")
    func days() throws {
        // 23:30 in London is the next morning in the city.
        let day = try #require(CityDay(instant: "2026-12-31T23:30:00Z"))
        #expect(day.long(AppWords(lang: .zhHant)) == "民國 116 年 1 月 1 日")
        #expect(day.long(AppWords(lang: .en)) == "1 Jan 2027")
        #expect(CityDay.moment("2026-12-31T23:05:00Z", AppWords(lang: .en)) == "1 Jan 2027 07:05")
        #expect(CityDay("2026-02") == nil && CityDay("2026-13-01") == nil && CityDay("水") == nil)
    }

    @Test("a bill is due today until the city's midnight")
    func due() throws {
        let (last, words) = (try #require(CityDay("2026-11-25")), AppWords(lang: .en))
        let left = { try last.left(Date($0, strategy: .iso8601), words) }
        #expect(try left("2026-11-25T15:59:59Z") == words.dueToday)
        #expect(try left("2026-11-25T16:00:00Z") == words.duePast)
        #expect(try left("2026-11-24T15:59:59Z") == words.dueTomorrow)
        #expect(try left("2026-11-18T00:00:00Z") == words.dueInDays(days: "7"))
    }
}
