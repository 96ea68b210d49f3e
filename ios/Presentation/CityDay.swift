import Foundation
import PayTaipeiKit

/// A day as people of the city read it: Asia/Taipei, UTC+8 without summer time.
public struct CityDay: Hashable, Sendable {
    public let year, month, day: Int

    private static let city: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
        return calendar
    }()

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    public init(_ date: Date) {
        let parts = CityDay.city.dateComponents([.year, .month, .day], from: date)
        self.init(year: parts.year ?? 0, month: parts.month ?? 1, day: parts.day ?? 1)
    }

    /// `YYYY-MM-DD`, as bills have it.
    public init?(_ text: String) {
        let parts = text.split(separator: "-").map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], 1...12 ~= month,
            1...31 ~= day
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The city's day of an instant (RFC 3339, UTC).
    public init?(instant: String) {
        guard let date = CityDay.date(instant) else { return nil }
        self.init(date)
    }

    var firstOfMonth: CityDay { CityDay(year: year, month: month, day: 1) }

    /// Days from `now` to this day, negative once it is past.
    public func daysLeft(_ now: Date) -> Int {
        CityDay.city.dateComponents([.day], from: CityDay(now).midnight, to: midnight).day ?? 0
    }

    /// With the year, which in Chinese is that of the Republic.
    public func long(_ words: AppWords) -> String {
        words.dateWithYear(
            day: "\(day)", month: words.lang == .en ? String(monthName.prefix(3)) : "\(month)", year: yearText(words))
    }

    public func monthText(_ words: AppWords) -> String {
        words.historyMonth(month: words.lang == .en ? monthName : "\(month)", year: yearText(words))
    }

    /// How long is left until a bill's last day.
    public func left(_ now: Date, _ words: AppWords) -> String {
        switch daysLeft(now) {
        case ..<0: words.duePast
        case 0: words.dueToday
        case 1: words.dueTomorrow
        case let days: words.dueInDays(days: "\(days)")
        }
    }

    /// An instant (RFC 3339, UTC) as day and time of the city; as it is, where it is none.
    public static func moment(_ instant: String, _ words: AppWords) -> String {
        guard let date = date(instant) else { return instant }
        let parts = city.dateComponents([.hour, .minute], from: date)
        let time = [parts.hour ?? 0, parts.minute ?? 0].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(CityDay(date).long(words)) \(time)"
    }

    private static func date(_ instant: String) -> Date? {
        (try? Date(instant, strategy: .iso8601))
            ?? (try? Date(instant, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    private var midnight: Date {
        CityDay.city.date(from: DateComponents(year: year, month: month, day: day)) ?? .distantPast
    }

    private func yearText(_ words: AppWords) -> String { "\(words.lang == .en ? year : year - 1911)" }

    private var monthName: String {
        [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ][month - 1]
    }
}
