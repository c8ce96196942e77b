// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("Encoded extractions")
struct CodecTests {
    private func sample() throws -> Extraction {
        try extract(Samples.ndjson + "{\n" + Samples.glucose)
    }

    @Test("an extraction comes back as it was, in the same bytes each time")
    func roundTrip() throws {
        let extraction = try sample()
        #expect(extraction.events.contains { $0.end != nil && $0.kind == .none })
        #expect(!extraction.notes.isEmpty && !extraction.report.issues.isEmpty)
        let bytes = extraction.encoded()
        #expect(try Extraction(decoding: bytes) == extraction)
        #expect(try sample().encoded() == bytes)
        #expect(try Extraction(decoding: Extraction().encoded()) == Extraction())
    }

    @Test("extreme values come back")
    func extremes() throws {
        var extraction = Extraction()
        extraction.patientKeys = ["", "✓"]
        extraction.codes = [CodeEntry(code: Code(.loinc, "1"), display: "é")]
        extraction.units = [""]
        for (number, minute) in zip(
            [-Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 1e-300],
            [-1_000_000_000, 0, 4_200_000_000, -1] as [Int64])
        {
            extraction.events.append(
                SourceEvent(
                    patient: 1, code: 0, start: CivilTime(minutes: minute),
                    end: CivilTime(minutes: -minute / 8), kind: .above, number: number, unit: 0,
                    resource: ResourceKey(high: .max, low: 0), line: .max))
        }
        #expect(try Extraction(decoding: extraction.encoded()) == extraction)
    }

    @Test("a blob cut at any length is refused")
    func cut() throws {
        let bytes = try sample().encoded()
        for length in 0..<bytes.count {
            #expect(throws: IntakeError.self) { try Extraction(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: IntakeError.damagedExtraction(reason: "bytes follow after its end")) {
            try Extraction(decoding: bytes + [0])
        }
        #expect(throws: IntakeError.damagedExtraction(reason: "its version is not known")) {
            try Extraction(decoding: [99] + bytes.dropFirst())
        }
    }

    @Test(
        "damaged and random blobs throw or decode into safe indices, and never stop the program",
        arguments: 0..<4)
    func damaged(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        let whole = try sample().encoded()
        var decoded = 0
        for _ in 0..<1500 {
            var bytes = whole
            for _ in 0..<(1 + dice.roll(4)) {
                bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
            }
            guard let extraction = try? Extraction(decoding: bytes) else { continue }
            decoded += 1
            for event in extraction.events {
                #expect(extraction.patientKeys.indices.contains(Int(event.patient)))
                #expect(extraction.codes.indices.contains(Int(event.code)))
                #expect(event.valueCode < extraction.codes.count)
                #expect(event.unit < extraction.units.count)
                _ = event.start.day.parts
                _ = event.end?.day.parts
            }
            for person in extraction.persons { _ = person.birthDay?.parts }
        }
        #expect(decoded > 0)
        for _ in 0..<1500 {
            let noise = [1] + (0..<dice.roll(60)).map { _ in UInt8(dice.roll(256)) }
            _ = try? Extraction(decoding: noise)
        }
    }
}
