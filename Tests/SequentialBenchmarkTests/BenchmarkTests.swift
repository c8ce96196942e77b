// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import SequentialBenchmark
import Statistics
import Testing

@Suite("a benchmark run")
struct BenchmarkTests {
    let knowledge: KnowledgeBase

    init() throws { knowledge = try KnowledgeBase.ddxplus() }

    /// Patients drawn from the figures: a condition by its share, answers by its frequencies.
    private func patients(_ count: Int, seed: UInt64) -> [DDXPlusPatient] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { index in
            let condition = random.below(knowledge.conditions.count)
            var answers = knowledge.evidences.indices.map {
                random.chance(knowledge.probability(evidence: $0, condition: condition))
            }
            let yes = answers.indices.filter { answers[$0] }
            let initial = yes.isEmpty ? 0 : yes[random.below(yes.count)]
            answers[initial] = true
            return DDXPlusPatient(
                line: index + 2, condition: condition, initial: initial, answers: answers)
        }
    }

    @Test("gives the same counts each time, however its patients are spread over threads")
    func deterministic() throws {
        let patients = patients(60, seed: 3)
        for flip in [0, 0.05] {
            let options = DDXPlusBenchmark.Options(flip: flip)
            var first = try DDXPlusBenchmark.run(patients, knowledge: knowledge, options)
            var second = try DDXPlusBenchmark.run(patients, knowledge: knowledge, options)
            first.seconds = 0
            second.seconds = 0
            #expect(first == second)
        }
        let engine = PanelEngine(knowledge: knowledge, settings: .standard)
        var random = SeededRandom(seed: 1)
        let alone = patients.map { DDXPlusBenchmark.workUp($0, engine, &random) }
        let together = try DDXPlusBenchmark.run(patients, knowledge: knowledge, .init())
        #expect(together.top1 == alone.count { $0.rank == 1 })
        #expect(
            together.meanQuestions
                == Double(alone.reduce(0) { $0 + $1.questions }) / Double(alone.count))
    }

    @Test("asks exactly the number of questions that was fixed, whatever the method")
    func fixed() throws {
        for method in DiagnosticMethod.allCases {
            let result = try DDXPlusBenchmark.run(
                patients(10, seed: 4), knowledge: knowledge,
                .init(method: method, stop: nil, questions: 6))
            #expect(result.meanQuestions == 6)
        }
    }

    @Test("answers wrongly turned round cost accuracy and are drawn from the seed")
    func flips() throws {
        let patients = patients(80, seed: 5)
        let clean = try DDXPlusBenchmark.run(patients, knowledge: knowledge, .init(floor: 0.001))
        let noisy = try DDXPlusBenchmark.run(
            patients, knowledge: knowledge, .init(floor: 0.001, flip: 0.2))
        #expect(noisy.top1 < clean.top1)
    }

    @Test("refuses options outside their limits and a run without patients")
    func options() {
        let patients = patients(1, seed: 1)
        for options in [
            DDXPlusBenchmark.Options(floor: 0), .init(stop: 2), .init(questions: -1),
            .init(flip: 0.6),
        ] {
            #expect(throws: BenchmarkError.self) {
                try DDXPlusBenchmark.run(patients, knowledge: knowledge, options)
            }
        }
        #expect(throws: BenchmarkError.empty(file: "patients")) {
            try DDXPlusBenchmark.run([], knowledge: knowledge, .init())
        }
    }

    @Test("prints one line of JSON with counts, shares and intervals")
    func json() throws {
        let result = try DDXPlusBenchmark.run(
            patients(20, seed: 6), knowledge: knowledge, .init())
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(result.json.utf8)) as? [String: Any])
        #expect(object["n"] as? Int == 20)
        #expect(object["top1"] as? Int == result.top1)
        #expect(object["method"] as? String == "panel")
        let share = try #require(object["top1_share"] as? [String: Double])
        let lower = try #require(share["lower"])
        #expect(lower <= result.top1Share.value)
        #expect(!result.json.contains("\n"))
    }
}

@Suite("a file of patients")
struct PatientFileTests {
    private static let header = "age,sex,diagnosis,features,feature_id\n"

    private func run(_ text: String) throws -> BenchmarkResult {
        try run(Array(text.utf8))
    }

    private func run(_ bytes: [UInt8]) throws -> BenchmarkResult {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "patients-\(ProcessInfo.processInfo.globallyUniqueString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        do {
            return try DDXPlusBenchmark.run(file: path, method: .best, .init())
        } catch {
            // The name of the temporary file differs from run to run.
            throw Renamed(error)
        }
    }

    private struct Renamed: Error, Equatable {
        var sentence: String

        init(_ error: BenchmarkError) {
            let text = error.sentence
            let end = text.range(of: ".csv")?.upperBound ?? text.startIndex
            sentence = "F" + text[end...]
        }
    }

    private func refusal(_ text: String) -> String? {
        do {
            _ = try run(text)
            return nil
        } catch let error as Renamed {
            return error.sentence
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "may quote fields, break lines inside quotes, end lines as Windows does, or start with a mark"
    )
    func accepted() throws {
        let row = "39,F,Anemia,\"['E_24', 'E_54_@_V_161', 'E_208']\",E_24"
        #expect(try run(Self.header + row + "\n").n == 1)
        #expect(try run(Self.header + row).n == 1)
        #expect(try run("\u{FEFF}" + Self.header + row + "\n\n").n == 1)
        #expect(
            try run(
                (Self.header + row + "\n" + row + "\n").replacing("\n", with: "\r\n")
            ).n == 2)
        let wrapped = "39,\"F\n\"\"x\"\"\",\"Anemia\",\"[]\",E_24\n"
        #expect(try run(Self.header + wrapped + row).n == 2)
        #expect(
            try run("AGE,PATHOLOGY,EVIDENCES,INITIAL_EVIDENCE\n3,Anemia,\"[\"\"E_24\"\"]\",E_24").n
                == 1)
    }

    @Test("is refused with file, line and what was expected")
    func refusals() {
        let h = Self.header
        let table: [(String, String)] = [
            ("", "F, line 1: expected a line of column names and at least one patient."),
            (h, "F, line 1: expected a line of column names and at least one patient."),
            ("a,b\n1,2\n", "F, line 1: expected a column named diagnosis."),
            (h + "1,F,Anemia,[]\n", "F, line 2: expected 5 fields and found 4."),
            (
                h + "1,F,Anemia,[],E_24\n1,F,Scurvy,[],E_24\n",
                "F, line 3, column diagnosis: expected one of the 49 DDXPlus conditions."
            ),
            (
                h + "1,F,Anemia,[],E_54\n",
                "F, line 2, column feature_id: expected the code of a yes/no evidence, such as "
                    + "E_53."
            ),
            (
                h + "1,F,Anemia,E_24,E_24\n",
                "F, line 2, column features: expected a list such as ['E_53', 'E_54_@_V_161']."
            ),
            (
                h + "1,F,Anemia,\"['E_24', 12]\",E_24\n",
                "F, line 2, column features: expected a list such as ['E_53', 'E_54_@_V_161']."
            ),
            (
                h + "1,\"F,Anemia,[],E_24\n",
                "F, line 2: expected each quoted field to end with a quote and a comma."
            ),
            (
                h + "1,\"F\"x,Anemia,[],E_24\n",
                "F, line 2: expected each quoted field to end with a quote and a comma."
            ),
            (
                h + "1,F\"F\",Anemia,[],E_24\n",
                "F, line 2: expected each quoted field to end with a quote and a comma."
            ),
        ]
        for (text, sentence) in table { #expect(refusal(text) == sentence) }
    }

    @Test("that is absent or not text is refused")
    func unreadable() {
        #expect(throws: BenchmarkError.unreadable(file: "none.csv")) {
            try DDXPlusBenchmark.run(file: "/nowhere/none.csv", method: .panel, .init())
        }
        #expect(throws: Renamed(.notUTF8(file: "x.csv"))) {
            try run(Array(Self.header.utf8) + [0xC3, 0x28, 0x0A])
        }
    }
}
