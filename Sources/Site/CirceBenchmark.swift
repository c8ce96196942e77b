// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Intake
import Records
import Timelines

/// Runs a library of Circe definitions over a site and holds the results against expected ones.
package enum CirceBenchmark {
    /// An expected result, as the OHDSI phenotype library's own SQL gives it.
    struct Expected: Decodable, Equatable {
        var cohortId: Int
        var entries: Int
        var persons: Int
        var minStart: String?
        var maxStart: String?
        var sumDays: Int?
        var sumStartEpochDays: Int?

        enum CodingKeys: String, CodingKey {
            case cohortId, entries, persons
            case minStart = "min_start"
            case maxStart = "max_start"
            case sumDays = "sum_days"
            case sumStartEpochDays = "sum_start_epoch_days"
        }
    }

    private struct ExpectedFile: Decodable {
        var results: [Expected]
    }

    /// A definition whose result is not the expected one.
    package struct Mismatch: Encodable, Sendable, Hashable {
        package var cohortId: Int
        /// The first field that differs, with both values.
        package var field: String
        package var expected: String
        package var found: String
    }

    /// A definition that can't be run.
    package struct Unsupported: Encodable, Sendable, Hashable {
        package var cohortId: Int
        package var reason: String
    }

    package struct Report: Encodable, Sendable, Hashable {
        /// Definitions run.
        package var definitions = 0
        /// Of these, with somebody in the cohort.
        package var nonEmpty = 0
        /// Definitions with an expected result.
        package var compared = 0
        package var matched = 0
        package var mismatched: [Mismatch] = []
        package var unsupported: [Unsupported] = []
        /// Expected results without a definition in the library.
        package var withoutDefinition: [Int] = []
        /// Reading definitions included, opening the site not.
        package var seconds = 0.0

        enum CodingKeys: String, CodingKey {
            case definitions, compared, matched, mismatched, unsupported, seconds
            case nonEmpty = "non_empty"
            case withoutDefinition = "without_definition"
        }
    }

    /// - Parameters:
    ///   - definitions: lines of `{"file", "expression"}`, plain or gzip.
    ///   - expected: a JSON object with `results`; nil to run without comparing.
    /// - Throws: `.refused` where the site holds no OMOP tables with true dates, or a file is not
    ///   what was expected.
    package static func run(
        site: SiteDirectory, definitions: String, expected: String?
    ) throws(SiteError) -> Report {
        let ground = try site.discovery()
        guard let concepts = ground.concepts, ground.keepsTrueDates else {
            throw .refused(
                "\(site.path): no OMOP tables with true dates; expected a site filled by "
                    + "bedside import --format omop --profile limited-data-set")
        }
        let wanted = try expected.map(read) ?? []
        let lines = try stage { try WholeText.read(definitions) }
        let clock = ContinuousClock()
        let started = clock.now
        var engine = CirceEngine(
            TimelineClinicalSource(store: ground.store, concepts: concepts))
        var report = Report()
        var results: [Int: CirceReport] = [:]
        let all = lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in all.enumerated() where !line.isEmpty {
            let entry = try stage {
                try CirceLibraryEntry(line, file: definitions, line: number + 1)
            }
            do {
                let result = try engine.run(entry.definition.expression)
                report.definitions += 1
                if result.entries > 0 { report.nonEmpty += 1 }
                results[entry.id] = CirceReport(name: "", result)
            } catch {
                report.unsupported.append(
                    Unsupported(cohortId: entry.id, reason: error.sentence))
            }
        }
        report.seconds = (clock.now - started).seconds
        compare(wanted, results, &report)
        return report
    }

    private static func read(_ path: String) throws(SiteError) -> [Expected] {
        let bytes = try Files.readBytes(path)
        guard let file = try? JSONDecoder().decode(ExpectedFile.self, from: Data(bytes)) else {
            throw .badConfiguration(
                file: path, line: nil,
                expected: "expected a JSON object with results of cohortId, entries, persons, "
                    + "min_start, max_start, sum_days and sum_start_epoch_days")
        }
        return file.results
    }

    private static func compare(
        _ wanted: [Expected], _ results: [Int: CirceReport], _ report: inout Report
    ) {
        let refused = Set(report.unsupported.map(\.cohortId))
        for expected in wanted {
            guard let found = results[expected.cohortId] else {
                if !refused.contains(expected.cohortId) {
                    report.withoutDefinition.append(expected.cohortId)
                }
                continue
            }
            report.compared += 1
            if let difference = difference(expected, found) {
                report.mismatched.append(difference)
            } else {
                report.matched += 1
            }
        }
    }

    private static func difference(_ expected: Expected, _ found: CirceReport) -> Mismatch? {
        func text(_ value: Int?) -> String { value.map(String.init) ?? "null" }
        let fields: [(String, String, String)] = [
            ("entries", text(expected.entries), text(found.entries)),
            ("persons", text(expected.persons), text(found.persons)),
            ("min_start", day(expected.minStart), day(found.minStart)),
            ("max_start", day(expected.maxStart), day(found.maxStart)),
            ("sum_days", text(expected.sumDays), text(found.sumDays)),
            (
                "sum_start_epoch_days", text(expected.sumStartEpochDays),
                text(found.sumStartEpochDays)
            ),
        ]
        return fields.first { $0.1 != $0.2 }.map {
            Mismatch(cohortId: expected.cohortId, field: $0.0, expected: $0.1, found: $0.2)
        }
    }

    /// The date alone, where a time of day follows it.
    private static func day(_ text: String?) -> String {
        text.map { String($0.prefix(10)) } ?? "null"
    }
}
