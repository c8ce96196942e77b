// SPDX-License-Identifier: Apache-2.0
import Records

/// Reads FHIR `date`, `dateTime` and `instant` as the wall clock showed them.
///
/// The offset from UTC is checked and dropped, seconds too. A partial date stands for its first
/// day: `2019` is 1 January 2019, `2019-05` is 1 May 2019; a date without a time is midnight.
enum DateText {
    enum Refusal: Error {
        case unreadable
        /// Before 1850 or after 2199, the year 0000 included.
        case outOfRange
    }

    static let years = 1850...2199

    static func time(_ text: ByteText) throws(Refusal) -> CivilTime {
        guard let year = digits(text, 0, 4) else { throw .unreadable }
        var month = 1
        var day = 1
        var minute = 0
        if text.count > 4 {
            guard isAt(text, 4, "-"), let number = digits(text, 5, 2) else { throw .unreadable }
            month = number
        }
        if text.count > 7 {
            guard isAt(text, 7, "-"), let number = digits(text, 8, 2) else { throw .unreadable }
            day = number
        }
        if text.count > 10 {
            guard isAt(text, 10, "T"), let number = minuteOfDay(text) else { throw .unreadable }
            minute = number
        }
        guard years.contains(year) else { throw .outOfRange }
        guard let date = CivilDay(year: year, month: month, day: day) else { throw .unreadable }
        return CivilTime(day: date, minuteOfDay: minute)
    }

    /// Minutes since 1970 in UTC; nil for a text without an offset, or that `time` refuses.
    static func instant(_ text: ByteText) -> Int64? {
        guard text.count > 16, let time = try? time(text) else { return nil }
        if text[text.count - 1] == UInt8(ascii: "Z") { return time.minutes }
        let sign = text.count - 6
        guard isAt(text, sign, "+") || isAt(text, sign, "-"),
            let hours = digits(text, sign + 1, 2), let minutes = digits(text, sign + 4, 2)
        else { return nil }
        let offset = Int64(hours * 60 + minutes)
        return isAt(text, sign, "-") ? time.minutes + offset : time.minutes - offset
    }

    /// `hh:mm`, then perhaps seconds, a fraction and an offset, up to the end of the text.
    private static func minuteOfDay(_ text: ByteText) -> Int? {
        guard let hour = digits(text, 11, 2), hour < 24, isAt(text, 13, ":"),
            let minute = digits(text, 14, 2), minute < 60
        else { return nil }
        var index = 16
        if isAt(text, index, ":") {
            // 60 is a leap second.
            guard let second = digits(text, index + 1, 2), second <= 60 else { return nil }
            index += 3
            if isAt(text, index, ".") {
                let first = index + 1
                index = first
                while index < text.count, text[index] &- 0x30 < 10 { index += 1 }
                guard index > first else { return nil }
            }
        }
        guard index < text.count, !(isAt(text, index, "Z") && index + 1 == text.count) else {
            return hour * 60 + minute
        }
        guard isAt(text, index, "+") || isAt(text, index, "-"), index + 6 == text.count,
            let hours = digits(text, index + 1, 2), hours <= 14, isAt(text, index + 3, ":"),
            let minutes = digits(text, index + 4, 2), minutes < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func isAt(_ text: ByteText, _ index: Int, _ character: Unicode.Scalar) -> Bool {
        index < text.count && text[index] == UInt8(ascii: character)
    }

    private static func digits(_ text: ByteText, _ start: Int, _ count: Int) -> Int? {
        guard start + count <= text.count else { return nil }
        var value = 0
        for index in start..<start + count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
