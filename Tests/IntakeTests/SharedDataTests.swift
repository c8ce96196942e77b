// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

/// The data shared beside the repository, or where BEDSIDE_DATA says.
enum SharedData {
    static let root: String = {
        if let given = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] { return given }
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return repository.appendingPathComponent("../shared/data").standardizedFileURL.path
    }()

    static func path(_ name: String) -> String { root + "/ehr/" + name }

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: path("synthea-r4-ndjson"))
    }
}

@Suite(
    "Shared data", .enabled(if: SharedData.isPresent, "skipped: shared data not found"),
    .serialized)
struct SharedDataTests {
    private func extractions(_ name: String) throws -> [Extraction] {
        try SourceFiles.list(SharedData.path(name)).files.map {
            try FHIRReader().extract(file: $0, displayName: ($0 as NSString).lastPathComponent)
        }
    }

    /// Each patient's events, by the medical record number of the patient.
    private func eventsByRecordNumber(_ extractions: [Extraction]) -> [String: [PlainEvent]] {
        var numbers: [String: String] = [:]
        for person in extractions.flatMap(\.persons) {
            let number = person.identifiers.first {
                $0.system == "http://hospital.smarthealthit.org"
            }
            numbers[person.key] = number?.value
        }
        var events: [String: [PlainEvent]] = [:]
        for var event in extractions.flatMap(\.plainEvents) {
            event.patient = numbers[event.patient] ?? "unknown"
            events[event.patient, default: []].append(event)
        }
        return events.mapValues { $0.sorted() }
    }

    @Test("the Synthea NDJSON and its untouched bundles give the same events, patient by patient")
    func synthea() throws {
        let lines = try extractions("synthea-r4-ndjson")
        let report = lines.map(\.report).reduce(IntakeReport(), +)
        #expect(report.resources == 189_111)
        #expect(report.isBalanced)
        #expect(report.issues.isEmpty)
        #expect(report.rejected.keys.allSatisfy { $0.hasPrefix("type not imported: ") })
        #expect(report.byType["Observation"] == 88_674)
        #expect(report.byType["Encounter"] == 18_098)
        #expect(report.withheldTexts == 190)
        #expect(lines.flatMap(\.persons).count == 615)
        #expect(lines.flatMap(\.persons).filter(\.isDeceased).count == 124)

        let bundles = try extractions("synthea-r4-bundles-sample")
        let fromBundles = bundles.map(\.report).reduce(IntakeReport(), +)
        #expect(fromBundles.isBalanced)
        #expect(fromBundles.issues.map(\.kind) == ["empty file", "empty file"])
        #expect(bundles.flatMap(\.persons).count == 38)

        let expected = eventsByRecordNumber(lines)
        let found = eventsByRecordNumber(bundles)
        #expect(expected["unknown"] == nil)
        #expect(found.count == 38)
        for (number, events) in found {
            #expect(events == expected[number])
        }
        for extraction in lines + bundles {
            #expect(try Extraction(decoding: extraction.encoded()) == extraction)
        }
    }

    @Test("the bulk export gives its 1,215 notes with their text")
    func bulk() throws {
        let all = try extractions("bulk-fhir-10-partial")
        let notes = all.flatMap(\.notes)
        #expect(notes.count == 1215)
        #expect(notes.map(\.body.count).reduce(0, +) > 1_500_000)
        #expect(notes.allSatisfy { String(validating: $0.body, as: UTF8.self) != nil })
        #expect(all.flatMap(\.persons).count == 13)
        let report = all.map(\.report).reduce(IntakeReport(), +)
        #expect(report.isBalanced)
        #expect(report.byType["DocumentReference"] == 1215)
        #expect(report.byType["MedicationRequest"] == 1745)
    }
}
