// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Cohorts

/// Results of Circe's own SQL, run by DuckDB, for definitions of the phenotype library.
struct ExpectedCohort: Decodable {
    var cohortId: Int
    var entries: Int
    var persons: Int
    var min_start: String?
    var max_start: String?
    var sum_days: Int?
    var sum_start_epoch_days: Int?

    static let all: [ExpectedCohort] = {
        struct File: Decodable { var results: [ExpectedCohort] }
        let file = CirceSuites.library.appendingPathComponent("expected-gibleed.json")
        guard let data = try? Data(contentsOf: file),
            let read = try? JSONDecoder().decode(File.self, from: data)
        else { return [] }
        return read.results
    }()

    func differences(from cohort: CirceResult.Cohort) -> String? {
        let days =
            cohort.entries == 0
            ? nil
            : zip(cohort.start, cohort.end)
                .reduce(0) { $0 + Int($1.1 - $1.0) }
        let starts = cohort.entries == 0 ? nil : cohort.start.reduce(0) { $0 + Int($1) }
        func day(_ text: String?) -> Int? { text.map { Int(OMOPTables.day($0)) } }
        let found = [
            cohort.entries, cohort.persons, cohort.start.min().map { Int($0) },
            cohort.start.max().map { Int($0) }, days, starts,
        ]
        let wanted = [
            entries, persons, day(min_start), day(max_start), sum_days, sum_start_epoch_days,
        ]
        guard found != wanted else { return nil }
        func text(_ values: [Int?]) -> String {
            values.map { $0.map { String($0) } ?? "-" }.joined(separator: " ")
        }
        return "\(cohortId): \(text(found)) instead of \(text(wanted))"
    }
}

@Suite(
    "Circe on the phenotype library",
    .enabled(if: CirceSuites.isPresent, "skipped: shared data not found"))
struct CirceLibraryTests {
    @Test("cohorts equal those of Circe's own SQL, to the number of days spent in them")
    func expected() throws {
        let source = CirceTestSource(try OMOPTables.gibleed())
        var engine = CirceEngine(source)
        let definitions = Dictionary(
            uniqueKeysWithValues: CirceSuites.definitions.map { ($0.id, $0.source) })
        #expect(ExpectedCohort.all.count == 561)
        // Three definitions have results but are not in the file of definitions.
        let known = ExpectedCohort.all.filter { definitions[$0.cohortId] != nil }
        #expect(known.count == 558)
        #expect(known.count { $0.entries > 0 } == 82)
        var differing: [String] = []
        for (index, expected) in known.enumerated()
        where expected.entries > 0 || index % CirceSuites.stride(6) == 0 {
            guard let text = definitions[expected.cohortId] else { continue }
            let result = try engine.run(CirceDefinition(text).expression)
            if let text = expected.differences(from: result.cohort) { differing.append(text) }
        }
        #expect(differing == [])
    }

    @Test(
        "how long all definitions take",
        .enabled(if: ProcessInfo.processInfo.environment["CIRCE_TIMING"] != nil))
    func timing() throws {
        let source = CirceTestSource(try OMOPTables.gibleed())
        let definitions = CirceSuites.definitions
        let clock = ContinuousClock()
        let start = clock.now
        let read = try definitions.map { try CirceDefinition($0.source) }
        let middle = clock.now
        var engine = CirceEngine(source)
        var entries = 0
        for definition in read { entries += try engine.run(definition.expression).entries }
        print("\(read.count) definitions: read \(middle - start), run \(clock.now - middle)")
        #expect(entries > 0)
    }
}
