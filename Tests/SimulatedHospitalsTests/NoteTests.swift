// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing

@testable import SimulatedHospitals

@Suite("Identifying text in notes")
struct NoteTests {
    /// What a patient or clinician of a hospital is called, in lower case, by reference.
    private func names(_ resource: [String: Any]) -> [String] {
        let name = (resource["name"] as? [[String: Any]])?.first
        let given = name?["given"] as? [String] ?? []
        return ([name?["family"] as? String].compactMap(\.self) + given).map { $0.lowercased() }
    }

    @Test("every span lies in its note, and name spans hold the patient's or a clinician's name")
    func spans() throws {
        let simulation = try WrittenSimulation(seed: 5, patients: 120)
        let spans = try simulation.objects("truth/phi-spans.jsonl")
        var kinds: Set<String> = []
        for hospital in Hospital.allCases {
            let notes = try simulation.notes(at: hospital)
            var patients: [String: [String]] = [:]
            for patient in try simulation.resources("Patient", at: hospital) {
                patients["Patient/\(patient["id"] as? String ?? "")"] = names(patient)
            }
            let staff = try simulation.resources("Practitioner", at: hospital).flatMap(names)
            var subjects: [String: String] = [:]
            for document in try simulation.resources("DocumentReference", at: hospital) {
                let subject = document["subject"] as? [String: String]
                subjects[document["id"] as? String ?? ""] = subject?["reference"]
            }
            for span in spans where span["hospital"] as? String == hospital.rawValue {
                let id = try #require(span["documentReference"] as? String)
                let note = try #require(notes[id])
                let start = try #require(span["start"] as? Int)
                let end = try #require(span["end"] as? Int)
                let kind = try #require(span["type"] as? String)
                kinds.insert(kind)
                try #require(0 <= start && start < end && end <= note.count)
                let text = try #require(String(validating: note[start..<end], as: UTF8.self))
                guard kind == "NAME" else { continue }
                let subject = try #require(subjects[id])
                let patient = try #require(patients[subject])
                let lower = text.lowercased()
                #expect((patient + staff).contains { lower.contains($0) })
            }
        }
        let expected = Set(IdentifierKind.allCases.map(\.rawValue)).subtracting(["AGE90"])
        #expect(kinds.isSuperset(of: expected))
    }

    @Test("record numbers and addresses never stand outside the spans")
    func nothingUnmarked() throws {
        let simulation = try WrittenSimulation(seed: 6, patients: 80)
        let spans = try simulation.objects("truth/phi-spans.jsonl")
        for hospital in Hospital.allCases {
            let rows = try simulation.rows("identities.csv").filter { $0[1] == hospital.rawValue }
            for (id, note) in try simulation.notes(at: hospital) {
                var masked = note
                for span in spans where span["documentReference"] as? String == id {
                    guard let start = span["start"] as? Int, let end = span["end"] as? Int else {
                        continue
                    }
                    for index in start..<end { masked[index] = UInt8(ascii: "#") }
                }
                let text = String(decoding: masked, as: UTF8.self)
                #expect(!rows.contains { text.contains($0[3]) })
                #expect(!text.contains("555"))
                #expect(!text.contains(hospital.title))
                #expect(!text.contains("{"))
            }
        }
    }

    @Test("ages of 90 and more are marked, in digits and in words")
    func ninety() throws {
        let simulation = try WrittenSimulation(seed: 8, patients: 500)
        let spans = try simulation.objects("truth/phi-spans.jsonl")
        var texts: [String] = []
        for hospital in Hospital.allCases {
            let notes = try simulation.notes(at: hospital)
            for span in spans where span["type"] as? String == "AGE90" {
                guard span["hospital"] as? String == hospital.rawValue,
                    let note = notes[span["documentReference"] as? String ?? ""],
                    let start = span["start"] as? Int, let end = span["end"] as? Int
                else { continue }
                texts.append(String(decoding: note[start..<end], as: UTF8.self))
            }
        }
        #expect(!texts.isEmpty)
        for text in texts {
            #expect((Int(text) ?? 0) >= 90 || text.lowercased().hasPrefix("ninety"))
        }
    }

    @Test("quotes, backslashes, letters of any script and control characters survive JSON")
    func escaping() throws {
        let text = "a\"b\\c\nd\te\u{1}f é 名"
        var json = JSONLine()
        json.object { $0.field("text", text) }
        let object = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: String]
        #expect(object == ["text": text])
    }

    @Test(
        "numbers have a fixed count of decimals",
        arguments: [
            (7.04, 1, "7.0"), (-0.456, 2, "-0.46"), (0.05, 2, "0.05"), (120, 0, "120"),
            (-0.001, 2, "0.00"), (1234.5, 0, "1235"),
        ])
    func decimals(value: Double, count: Int, text: String) {
        #expect(FixedDecimals.text(value, decimals: count) == text)
    }

    @Test("Base64 agrees with Foundation for every length")
    func base64() {
        var random = SeededRandom(seed: 3)
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
        }
    }
}
