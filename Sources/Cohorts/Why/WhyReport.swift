// SPDX-License-Identifier: Apache-2.0

/// Why one subject is in a cohort or not: each rule, the events that decided it, and those that
/// nearly did.
///
/// Tells events of one subject, so it is for pages of the site itself and never leaves it. Days
/// count from the index date; no calendar date is told.
package struct WhyReport: Hashable, Sendable {
    /// An event of the subject.
    package struct Mention: Hashable, Sendable {
        package var code: String
        /// The vocabulary's words for the code; may be empty.
        package var name: String
        /// Name of the OMOP table the event is a row of; empty where it is none.
        package var table: String
        /// Days from the index date.
        package var day: Int
        /// Number and unit, or the answer; empty for an event without a value.
        package var value: String
        /// What kept the event from counting; empty where it counts.
        package var note: String
    }

    /// What one rule says of the subject.
    package struct Rule: Hashable, Sendable {
        /// Position among the definition's rules; nil for what lets a subject in.
        package var position: Int?
        package var name: String
        package var isMet: Bool
        /// False for a rule that was switched off: it decides nothing.
        package var isOn: Bool
        package var reason: String
        /// Events that count towards the rule, by day.
        package var fired: [Mention]
        /// Events that would count but for one thing, the nearest first.
        package var nearMisses: [Mention]
    }

    package var isMember: Bool
    /// One sentence.
    package var summary: String
    /// The entry event first; nothing else where the subject has none.
    package var rules: [Rule]

    /// Most events told of one kind; the reason still counts all of them.
    static let mentionLimit = 8

    /// The report in lines of plain text, ready to be read from top to bottom.
    package var text: String {
        var lines = [summary]
        for (number, rule) in rules.enumerated() {
            let mark = rule.isMet ? "met" : "NOT met"
            let off = rule.isOn ? "" : ", switched off"
            lines.append("\(number). \(rule.name): \(mark)\(off). \(rule.reason)")
            lines += rule.fired.map { "   counted: \($0.words)" }
            lines += rule.nearMisses.map { "   nearly: \($0.words)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension WhyReport.Mention {
    /// Such as `day -3: Fever (SNOMED/386661006) 39.1 °C; 4 days too early`.
    package var words: String {
        var words = "day \(day): " + (name.isEmpty ? code : "\(name) (\(code))")
        if !value.isEmpty { words += " \(value)" }
        if !note.isEmpty { words += "; \(note)" }
        return words
    }
}

/// An event that nearly counted and how near it was.
struct NearMiss {
    var mention: WhyReport.Mention
    /// Days outside a window come before other reasons, the fewer the better.
    var distance: Double

    static func nearest(_ all: [NearMiss]) -> [WhyReport.Mention] {
        let sorted = all.enumerated().sorted {
            ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
        }
        return sorted.prefix(WhyReport.mentionLimit).map(\.element.mention)
    }
}

/// Numbers and days in the words of a report.
enum WhyWords {
    static func number(_ value: Double) -> String {
        let rounded = (value * 1e6).rounded() / 1e6
        return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }

    static func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count) days" }

    /// How far a number lies outside bounds; nil inside.
    static func distance(_ value: Double, _ lower: Double?, _ upper: Double?) -> String? {
        if let lower, value < lower { return "\(number(lower - value)) below \(number(lower))" }
        if let upper, value > upper { return "\(number(value - upper)) above \(number(upper))" }
        return nil
    }
}
