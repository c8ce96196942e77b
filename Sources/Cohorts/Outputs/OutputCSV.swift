// SPDX-License-Identifier: Apache-2.0
import Records

/// A table as comma-separated values.
///
/// Source: RFC 4180; lines end with CR LF, and fields with commas, quotes or line ends are quoted.
package struct OutputCSV: Sendable {
    private var lines: [String]

    init(header: [String]) {
        lines = [OutputCSV.line(header)]
    }

    mutating func add(_ fields: [String]) { lines.append(OutputCSV.line(fields)) }

    package var text: String { lines.map { $0 + "\r\n" }.joined() }

    private static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",")
    }

    private static func field(_ text: String) -> String {
        // By scalars: CR LF is one character.
        let isSpecial = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard isSpecial else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    static func number(_ value: Double?) -> String { value.map { Digits.text($0) } ?? "" }
}

extension AttritionTable {
    /// Rules in order, the entry event first.
    package func csv() -> String {
        var table = OutputCSV(header: ["rule", "enabled", "alone", "remaining", "lost", "gain"])
        table.add(["entry event", "true", entered.text, entered.text, "", ""])
        for step in steps {
            table.add([
                step.rule, String(step.isEnabled), step.alone.text, step.remaining.text,
                step.lost.text, step.gain.text,
            ])
        }
        return table.text
    }

    /// Which combinations of rules people satisfy.
    package func intersectionsCSV() -> String {
        var table = OutputCSV(header: steps.map(\.rule) + ["pattern", "persons"])
        for row in intersections {
            let isSingle = row.patterns.count == 1
            let marks = isSingle ? row.patterns[0].map(String.init) : steps.map { _ in "" }
            table.add(marks + [row.patterns.joined(separator: " or "), row.persons.text])
        }
        return table.text
    }
}

extension Characterisation {
    package func csv() -> String {
        var table = OutputCSV(header: [
            "window", "code", "name", "domain", "cohort", "cohort_share", "comparator",
            "comparator_share", "standardised_difference",
        ])
        for row in demographics + codes {
            table.add([
                row.window, row.code?.description ?? "", row.name, row.domain ?? "",
                row.cohort.count.text, OutputCSV.number(row.cohort.share),
                row.comparator.count.text, OutputCSV.number(row.comparator.share),
                OutputCSV.number(row.difference),
            ])
        }
        return table.text
    }
}

extension CohortOutputs {
    package func codesCSV() -> String {
        var table = OutputCSV(header: ["code", "name", "domain", "persons", "share", "events"])
        for row in codes {
            table.add([
                row.code.description, row.display, row.domain ?? "", row.persons.count.text,
                OutputCSV.number(row.persons.share), row.events?.text ?? "",
            ])
        }
        return table.text
    }

    package func histogramsCSV() -> String {
        var table = OutputCSV(header: ["value", "unit", "from", "below", "persons"])
        for histogram in histograms {
            for bin in histogram.bins {
                table.add([
                    histogram.name, histogram.unit, OutputCSV.number(bin.lower),
                    OutputCSV.number(bin.upper), bin.count.text,
                ])
            }
        }
        return table.text
    }
}

extension TimeToEvent {
    /// The curves, one row for each step.
    package func csv() -> String {
        var table = OutputCSV(header: ["outcome", "stratum", "day", "survival", "lower", "upper"])
        for stratum in strata {
            for point in stratum.curve {
                table.add([
                    outcome, stratum.name, OutputCSV.number(point.day),
                    OutputCSV.number(point.survival), OutputCSV.number(point.lower),
                    OutputCSV.number(point.upper),
                ])
            }
        }
        return table.text
    }

    package func ratesCSV() -> String {
        var table = OutputCSV(header: [
            "outcome", "stratum", "year", "events", "person_years", "per_100_years", "lower",
            "upper",
        ])
        for stratum in strata {
            for rate in stratum.rates {
                table.add([
                    outcome, stratum.name, rate.year.map(String.init) ?? "all", rate.events.text,
                    OutputCSV.number(rate.personYears), OutputCSV.number(rate.per100Years),
                    OutputCSV.number(rate.lower), OutputCSV.number(rate.upper),
                ])
            }
        }
        return table.text
    }
}
