// SPDX-License-Identifier: Apache-2.0

/// A wall-clock moment as a record states it: minutes since 1970-01-01 00:00 local time.
///
/// Clinical intervals are counted between the dates people wrote down, so the offset from UTC is
/// dropped on purpose: a visit at 23:50 belongs to that day wherever the server stood.
package struct CivilTime: Hashable, Sendable, Comparable, Codable {
    package let minutes: Int64

    package init(minutes: Int64) {
        self.minutes = minutes
    }

    package init(day: CivilDay, minuteOfDay: Int = 0) {
        minutes = Int64(day.number) * 1440 + Int64(minuteOfDay)
    }

    /// The calendar day this moment falls on.
    package var day: CivilDay {
        CivilDay(number: Int32((minutes - (minutes %% 1440)) / 1440))
    }

    package var minuteOfDay: Int { Int(minutes %% 1440) }

    package static func < (left: CivilTime, right: CivilTime) -> Bool {
        left.minutes < right.minutes
    }
}

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
package struct CivilDay: Hashable, Sendable, Comparable, Codable {
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    /// A calendar date; nil for a month or day that does not exist or a year outside 1...9999.
    ///
    /// Source of the arithmetic: Hinnant, chrono-Compatible Low-Level Date Algorithms (2014).
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDay.length(ofMonth: month, year: year)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Days in a month, leap years included; 0 for a month outside 1...12.
    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }

    /// Year, month and day of the date.
    package var parts: (year: Int, month: Int, day: Int) {
        let shifted = Int(number) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// Completed years from this day (of birth) to another; 29 February counts from 1 March.
    package func completedYears(to other: CivilDay) -> Int {
        let from = parts
        let until = other.parts
        let before = (until.month, until.day) < (from.month, from.day)
        return until.year - from.year - (before ? 1 : 0)
    }

    /// The date as `YYYY-MM-DD`.
    package var iso: String {
        let (year, month, day) = parts
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    package static func < (left: CivilDay, right: CivilDay) -> Bool {
        left.number < right.number
    }
}

infix operator %% : MultiplicationPrecedence

/// The remainder that is never negative: `-1 %% 1440 == 1439`.
private func %% (value: Int64, modulus: Int64) -> Int64 {
    let remainder = value % modulus
    return remainder < 0 ? remainder + modulus : remainder
}
