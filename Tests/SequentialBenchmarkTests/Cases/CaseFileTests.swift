// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import SequentialBenchmark
import Statistics
import Testing

@Suite("case files")
struct CaseFileTests {
    @Test("a case is read with all that it says")
    func reads() throws {
        let item = try CaseSamples.read(CaseSamples.complete)
        #expect(item.id == "t-1")
        #expect(item.stratum == .common)
        #expect(item.age == 34)
        #expect(item.sex == .female)
        #expect(!item.isEmergencyDepartment)
        #expect(item.findings.count == 6)
        #expect(item.findings[1].text == "No \"fever\" é.")
        #expect(item.findings[3].gate == .order)
        #expect(item.findings[4].isPathognomonic)
        #expect(!item.findings[3].isPathognomonic)
        #expect(item.findings[5].names == ["occupation", "job"])
        #expect(item.findings[5].gate == .ask)
        #expect(item.diagnosis.accepted == ["lobar pneumonia"])
        #expect(!item.diagnosis.isNoDisease)
        #expect(item.twinOf == "t-0")
        #expect(item.prevalenceWeight == 1)
    }

    @Test("numbers get their outcome from the reference interval")
    func outcomes() throws {
        let catalogue = try CaseSamples.catalogue()
        let item = try CaseSamples.read(CaseSamples.complete)
        #expect(item.findings[2].outcome(in: catalogue, sex: item.sex) == "high")
        let observation = item.findings[3].observation(in: catalogue, sex: item.sex)
        #expect(observation?.finding == "wbc")
        #expect(observation?.outcome == "high")
        #expect(observation?.number == 15.2)
        #expect(item.findings[5].observation(in: catalogue, sex: item.sex) == nil)
        #expect(item.volunteered(catalogue).map(\.finding) == ["cough"])
    }

    @Test("what was written is read back, byte for byte the same when written again")
    func roundTrip() throws {
        let item = try CaseSamples.read(CaseSamples.complete)
        let again = try CaseSamples.read(item.json)
        #expect(again == item)
        #expect(again.json == item.json)
        #expect(again.digest == item.digest)
        #expect(item.digest.count == 64)
    }

    @Test("any change of a case changes its digest")
    func digest() throws {
        let item = try CaseSamples.read(CaseSamples.complete)
        var changes: [BenchmarkCase] = []
        func change(_ edit: (inout BenchmarkCase) -> Void) {
            var other = item
            edit(&other)
            changes.append(other)
        }
        change { $0.abstract += " " }
        change { $0.age = 35 }
        change { $0.findings[2].number = 38.8 }
        change { $0.findings[3].flag = nil }
        change { $0.findings[4].isPathognomonic = false }
        change { $0.diagnosis.isNoDisease = true }
        change { $0.mustNotMiss = [] }
        change { $0.defaultPolicy = .notRecorded }
        change { $0.prevalenceWeight = 2 }
        change { $0.sources = [] }
        change { $0.twinOf = nil }
        #expect(Set(changes.map(\.digest) + [item.digest]).count == changes.count + 1)
        #expect(
            BenchmarkCase.digest(of: [item, changes[0]])
                != BenchmarkCase.digest(of: [changes[0], item]))
    }

    @Test("random cases survive writing and reading")
    func randomRoundTrip() throws {
        let words = ["a", "\"", "\\", "\n", "é", "👩‍⚕️", "\u{1}", "/", "\u{2028}", "0", " "]
        for seed in UInt64(1)...40 {
            var random = SeededRandom(seed: seed)
            func text() -> String {
                "x" + (0..<random.below(9)).map { _ in words[random.below(words.count)] }.joined()
            }
            let item = BenchmarkCase(
                id: text(), abstract: text(), stratum: Stratum.allCases[random.below(5)],
                age: random.chance(0.5) ? random.below(121) : nil,
                sex: random.chance(0.5) ? .male : nil, isEmergencyDepartment: random.chance(0.5),
                initial: ["cough"],
                findings: [
                    CaseFinding(kind: .symptom, id: "cough", outcome: "present", text: text()),
                    CaseFinding(
                        kind: .lab, names: [text()], number: random.uniform() * 1000, unit: text(),
                        gate: .order, test: text(), loinc: text()),
                    CaseFinding(kind: .lab, id: "wbc", number: random.uniform() / 1000),
                ],
                defaultPolicy: DefaultPolicy.allCases[random.below(3)],
                diagnosis: CaseDiagnosis(
                    text: text(), mondo: [text()], partial: [text()],
                    isNoDisease: random.chance(0.5)),
                provenance: CaseProvenance(
                    source: text(), author: text(), licence: text(), note: text()),
                prevalenceWeight: random.uniform() + 0.001, difficulty: text(),
                sources: [CaseSource(figure: text(), source: text())])
            #expect(try CaseSamples.read(item.json) == item)
        }
    }

    @Test(
        "a broken case is refused in one sentence with file, line and place",
        arguments: [
            ("\"age\": 34", "\"age\": \"34\"", "t.json, line 4, age: expected a whole number"),
            ("\"age\": 34", "\"age\": 340", "t.json, line 4, age: expected a whole number"),
            ("\"age\": 34", "\"age\": true", "t.json, line 4, age: expected a whole number"),
            ("\"age\": 34", "\"alter\": 34", "t.json, line 4, alter: expected one of the keys"),
            ("\"female\"", "\"lady\"", "t.json, line 4, sex: expected one of female"),
            ("\"common\"", "\"usual\"", "t.json, line 2, stratum: expected one of common"),
            ("[\"cough\"]", "[\"fever\", \"ague\"]", "t.json, line 4, initial[1]: expected the id"),
            (
                "\"id\": \"fever\"", "\"id\": \"ague\"",
                "t.json, line 7, findings[1].id: expected an id of the catalogue"
            ),
            (
                "\"value\": \"absent\"", "\"value\": \"low\"",
                "t.json, line 7, findings[1].value: expected one of absent, present"
            ),
            (
                "\"value\": \"absent\"", "\"number\": 3",
                "t.json, line 7, findings[1].number: expected no number"
            ),
            ("38.7", "1e400", "t.json, line 8: expected a number of ordinary size"),
            ("38.7", "1e12", "t.json, line 8, findings[2].number: expected a number below"),
            ("\"kind\": \"history\", ", "", "t.json, line 11, findings[5]: expected a kind"),
            ("\"text\": \"Pneumonia\"", "\"text\": \" \"", "t.json, line 14, diagnosis.text"),
            ("\"licence\": \"Apache-2.0\"", "\"licence\": []", "t.json, line 18, provenance.lic"),
            ("\"id\": \"t-1\", ", "", "t.json, line 1, id: expected a value"),
            ("\"age\": 34,", "\"age\": 34, \"age\": 35,", "t.json, line 4: expected each key once"),
            ("bedside-case/1", "bedside-case/2", "t.json, line 2, format: expected \"bedside"),
            ("\"findings\": [", "\"findings\": {", "t.json, line 6: expected a key"),
        ])
    func broken(_ old: String, _ new: String, _ start: String) throws {
        #expect(CaseSamples.complete.contains(old))
        let sentence = try CaseSamples.refusal(CaseSamples.complete.replacing(old, with: new))
        #expect(sentence?.hasPrefix(start) == true, "\(sentence ?? "accepted")")
        #expect(sentence?.contains("baker") == false)
    }

    @Test("every cut of a case is refused, never accepted or a crash")
    func cuts() throws {
        let bytes = Array(CaseSamples.complete.utf8)
        let catalogue = try CaseSamples.catalogue()
        for end in stride(from: 1, to: bytes.count - 2, by: 7) {
            #expect(throws: BenchmarkError.self) {
                try CaseImport(Array(bytes[..<end]), file: "t.json", catalogue: catalogue)
            }
        }
    }

    @Test("flipped bytes never crash the reader")
    func flips() throws {
        let catalogue = try CaseSamples.catalogue()
        var accepted = 0
        for seed in UInt64(1)...300 {
            var random = SeededRandom(seed: seed)
            var bytes = Array(CaseSamples.complete.utf8)
            for _ in 0..<3 { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            do {
                _ = try CaseImport(bytes, file: "t.json", catalogue: catalogue)
                accepted += 1
            } catch {
                #expect(error.sentence.hasPrefix("t.json"))
            }
        }
        #expect(accepted < 300)
    }

    @Test("deep nesting, other text and packed files are refused")
    func hostile() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(
            try CaseSamples.refusal(deep) == "t.json, line 1: expected at most 16 levels of "
                + "nesting.")
        #expect(try CaseSamples.refusal("{}")?.contains("expected a Bedside case") == true)
        #expect(try CaseSamples.refusal("[1, 2]")?.contains("expected a Bedside case") == true)
        #expect(try CaseSamples.refusal("name,age\nx,1\n")?.contains("a Bedside case") == true)
        #expect(try CaseSamples.refusal("  \n ") == "t.json: expected at least one case.")
        #expect(try CaseSamples.refusal("\u{1F}\u{8B}")?.contains("unpack gzip") == true)
        #expect(try CaseSamples.refusal("\u{0}\u{0}")?.contains("a Bedside case") == true)
    }

    @Test("a folder gives its cases, and refuses an id that comes twice")
    func folders() throws {
        let catalogue = try CaseSamples.catalogue()
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "cases-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: BenchmarkError.noCases(name: folder.lastPathComponent)) {
            try CaseLibrary.read(path: folder.path, catalogue: catalogue)
        }
        let other = CaseSamples.complete.replacing("\"t-1\"", with: "\"t-2\"")
        try Data(other.utf8).write(to: folder.appending(path: "a.json"))
        try Data(CaseSamples.complete.utf8).write(to: folder.appending(path: "b.json"))
        let lines = try CaseSamples.read(CaseSamples.complete.replacing("t-1", with: "t-3")).json
        try Data((lines + "\n").utf8).write(to: folder.appending(path: "c.jsonl"))
        try Data("not a case".utf8).write(to: folder.appending(path: "README.md"))
        let cases = try CaseLibrary.read(path: folder.path, catalogue: catalogue)
        #expect(cases.map(\.id) == ["t-2", "t-1", "t-3"])
        try Data(other.utf8).write(to: folder.appending(path: "d.json"))
        #expect(throws: BenchmarkError.duplicateCase(file: "d.json", id: "t-2")) {
            try CaseLibrary.read(path: folder.path, catalogue: catalogue)
        }
    }

    @Test("a file that isn't there, and a stratum that isn't one, are refused")
    func missing() throws {
        let catalogue = try CaseSamples.catalogue()
        #expect(throws: BenchmarkError.unreadable(file: "none.json")) {
            try CaseLibrary.read(path: "/nowhere/none.json", catalogue: catalogue)
        }
        #expect(
            throws: BenchmarkError.badOption(
                name: "own:", expected: "one of common, no-disease, emergency, rare")
        ) {
            try CaseLibrary.read(path: "own:easy", catalogue: catalogue)
        }
    }
}
