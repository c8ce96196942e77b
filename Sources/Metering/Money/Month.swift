// SPDX-License-Identifier: Apache-2.0

/// A calendar month in UTC: what quotas, tiers and invoices count by.
package struct Month: Sendable, Hashable, Comparable {
    /// Months since January of year 0.
    let number: Int

    init(number: Int) {
        self.number = number
    }

    /// Reads `YYYY-MM`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, parts[0].utf8.count == 4,
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }),
            let year = Int(parts[0]), let month = Int(parts[1]), year > 0, (1...12).contains(month)
        else { return nil }
        number = year * 12 + month - 1
    }

    /// The month of a time in milliseconds since 1970, UTC.
    package init(containing milliseconds: Int) {
        let date = Day(containing: milliseconds).civil
        number = date.year * 12 + date.month - 1
    }

    /// `YYYY-MM`.
    package var text: String {
        let year = String(number / 12)
        let month = String(number % 12 + 1)
        return String(repeating: "0", count: max(0, 4 - year.count)) + year
            + (month.count == 1 ? "-0" : "-") + month
    }

    /// First millisecond of the month.
    package var start: Int {
        Day(year: number / 12, month: number % 12 + 1, day: 1).start
    }

    /// The month after.
    package var next: Month { Month(number: number + 1) }

    /// By time.
    package static func < (left: Month, right: Month) -> Bool { left.number < right.number }
}

/// A calendar day in UTC.
package struct Day: Sendable, Hashable, Comparable {
    static let milliseconds = 86_400_000

    /// Days since 1970-01-01.
    let number: Int

    init(number: Int) {
        self.number = number
    }

    /// The day of a time in milliseconds since 1970, UTC.
    package init(containing milliseconds: Int) {
        let whole = milliseconds / Day.milliseconds
        number = milliseconds % Day.milliseconds < 0 ? whole - 1 : whole
    }

    /// The day of a date of the Gregorian calendar.
    ///
    /// Source: Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Year, month and day of the Gregorian calendar; the inverse of the above.
    var civil: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }

    /// First millisecond of the day.
    package var start: Int { number * Day.milliseconds }

    /// The day after.
    package var next: Day { Day(number: number + 1) }

    /// `YYYY-MM-DD`.
    package var text: String {
        let day = civil.day
        return Month(containing: start).text + (day < 10 ? "-0" : "-") + String(day)
    }

    /// By time.
    package static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}
