// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Moments as pages write and read them: in UTC, whatever the machine's clock is set to.
enum PageTime {
    private static let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    private static let second = day.dateTimeSeparator(.space)
        .time(includingFractionalSeconds: false)

    private static func date(_ milliseconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// Milliseconds since 1970 as `2026-06-02 14:05:09`.
    static func text(_ milliseconds: Int) -> String {
        date(milliseconds).formatted(second)
    }

    /// Milliseconds since 1970 as `2026-06-02`.
    static func day(_ milliseconds: Int) -> String {
        date(milliseconds).formatted(day)
    }

    /// Milliseconds since 1970 as `14:05`.
    static func minute(_ milliseconds: Int) -> String {
        String(date(milliseconds).formatted(second).dropFirst(11).prefix(5))
    }

    /// Reads `2026-06-02`, `2026-06-02T14:05` or `2026-06-02T14:05:09` as browsers send them; nil
    /// for anything else, such as the 31st of June.
    static func milliseconds(_ text: String) -> Int? {
        let digits = Array(text.utf8)
        guard [10, 16, 19].contains(digits.count), digits.allSatisfy({ $0 < 0x80 }) else {
            return nil
        }
        var whole = text
        if digits.count == 10 { whole += "T00:00:00" }
        if digits.count == 16 { whole += ":00" }
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        guard let date = try? style.parse(whole + "Z"),
            date.formatted(second) == whole.replacing("T", with: " ")
        else { return nil }
        return Int(date.timeIntervalSince1970 * 1000)
    }
}
