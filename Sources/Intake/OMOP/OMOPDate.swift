// SPDX-License-Identifier: Apache-2.0
import Records

/// Dates and times as exports of the common data model write them.
///
/// `2010-01-31`, `20100131`, and either followed by a time: after a space or `T`, `HH:MM` with or
/// without seconds, fraction and a zone (`Z`, `UTC`, `+01:00`). The zone is dropped, as in all of
/// intake: the date people wrote down counts.
enum OMOPDate {
    /// Days of the years 1800 to 2299: their distance in minutes fits 32 bits.
    static let days: ClosedRange<Int64> = -62_091...120_529

    enum Reading {
        case date(day: Int32, minute: Int32?)
        case unreadable
        /// A date of the calendar, but outside `days`; true where it is after them.
        case outOfRange(isLate: Bool)
    }

    static func read(_ text: ByteText) -> Reading {
        guard text.count >= 8 else { return .unreadable }
        let isDashed = text[4] == UInt8(ascii: "-")
        let length = isDashed ? 10 : 8
        guard text.count >= length, let year = number(text, 0, 4) else { return .unreadable }
        if isDashed, text[7] != UInt8(ascii: "-") { return .unreadable }
        guard let month = number(text, isDashed ? 5 : 4, 2),
            let dayOfMonth = number(text, isDashed ? 8 : 6, 2),
            let day = CivilDay(year: year, month: month, day: dayOfMonth)
        else { return .unreadable }
        guard days.contains(Int64(day.number)) else { return .outOfRange(isLate: year > 2000) }
        if text.count == length { return .date(day: day.number, minute: nil) }
        guard let minute = minute(text, from: length) else { return .unreadable }
        return .date(day: day.number, minute: minute)
    }

    /// The minute of the day of a time that begins with its separator.
    private static func minute(_ text: ByteText, from separator: Int) -> Int32? {
        guard text[separator] == UInt8(ascii: " ") || text[separator] == UInt8(ascii: "T"),
            text.count >= separator + 6, text[separator + 3] == UInt8(ascii: ":"),
            let hour = number(text, separator + 1, 2), hour <= 24,
            let minute = number(text, separator + 4, 2), minute <= 59
        else { return nil }
        var at = separator + 6
        if at < text.count, text[at] == UInt8(ascii: ":") {
            guard at + 3 <= text.count, let second = number(text, at + 1, 2), second <= 60 else {
                return nil
            }
            at += 3
            if at < text.count, text[at] == UInt8(ascii: ".") {
                at += 1
                while at < text.count, text[at] &- 0x30 < 10 { at += 1 }
            }
        }
        // A zone, which is passed.
        while at < text.count {
            switch text[at] {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"),
                UInt8(ascii: " "), UInt8(ascii: "Z"), UInt8(ascii: "U"), UInt8(ascii: "T"),
                UInt8(ascii: "C"):
                at += 1
            default: return nil
            }
        }
        guard hour < 24 else { return minute == 0 ? 1439 : nil }
        return Int32(hour * 60 + minute)
    }

    @inline(__always)
    private static func number(_ text: ByteText, _ from: Int, _ count: Int) -> Int? {
        guard from + count <= text.count else { return nil }
        var value = 0
        for index in from..<from + count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
