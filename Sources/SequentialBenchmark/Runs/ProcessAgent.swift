// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
import Records

/// An agent of the caller's own: a process that reads one JSON object a line and answers with one.
///
/// To the process: `{"type": "start", ...}` with abstract, age, sex, variant, budget and prices,
/// then `{"type": "answers", "answers": [...], "spent": 12.5, "confirming": false}`. From it: a turn,
/// `{"questions": [...], "tests": [...]}` or `{"diagnosis": {"name": ..., "icd10": [...],
/// "differential": [{"name", "icd10", "probability"}], "no_disease": false}}`.
package struct ProcessAgent: DiagnosticAgent {
    package let name: String
    package var digest: String { "process:" + command }
    private let command: String
    private let seconds: Int

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`, once for each case.
    ///   - seconds: patience for one turn.
    package init(command: String, seconds: Int = 60) {
        self.command = command
        self.seconds = seconds
        name = "process:" + (command.split(separator: " ").first.map(String.init) ?? "")
    }

    package func begin(_ start: EncounterStart) async throws -> any AgentSession {
        let lines = try LineProcess(command: command, seconds: seconds)
        return ProcessSession(lines: lines, start: start)
    }
}

private struct ProcessSession: AgentSession {
    let lines: LineProcess
    var start: EncounterStart?

    init(lines: LineProcess, start: EncounterStart) {
        self.lines = lines
        self.start = start
    }

    mutating func next(
        _ news: [EncounterAnswer], spentCents: Int, isConfirming: Bool
    ) async throws -> AgentTurn {
        let message: any Encodable
        if let start {
            message = ProcessStart(start)
            self.start = nil
        } else {
            message = ProcessAnswers(
                answers: news.map(ProcessAnswers.Answer.init), spent: Double(spentCents) / 100,
                confirming: isConfirming)
        }
        let line = [UInt8](try RunLog.encoder().encode(message))
        let reply = try await lines.exchange(line)
        guard let turn = try? JSONDecoder().decode(ProcessTurn.self, from: Data(reply)) else {
            throw AgentError.notATurn(
                expected: "one line of JSON with questions, tests or a diagnosis")
        }
        return turn.turn
    }
}

/// The first message.
private struct ProcessStart: Encodable {
    var type = "start"
    var abstract: String
    var age: Int?
    var sex: String?
    var variant: String
    var budget: Double?
    var visit: Double
    var prices: [String: Double]

    init(_ start: EncounterStart) {
        abstract = start.abstract
        age = start.age
        sex = start.sex?.rawValue
        variant = start.variant.rawValue
        budget = start.budgetCents.map { Double($0) / 100 }
        visit = Double(start.visitCents) / 100
        prices = start.burdens.compactMapValues { $0.cents.map { Double($0) / 100 } }
    }
}

/// What came back for the last turn.
private struct ProcessAnswers: Encodable {
    struct Answer: Encodable {
        var request: String
        var text: String
        var refused: Bool
        var price: Double

        init(_ answer: EncounterAnswer) {
            request = answer.request.text
            text = answer.text
            // Whether an answer was recorded or a default stays in the log.
            refused = ![.recorded, .byDefault, .notRecorded].contains(answer.status)
            price = Double(answer.cents) / 100
        }
    }

    var type = "answers"
    var answers: [Answer]
    var spent: Double
    var confirming: Bool
}

private struct ProcessTurn: Decodable {
    struct Condition: Decodable {
        var name: String
        var icd10: [String]?
        var probability: Double?
    }
    struct Stated: Decodable {
        var name: String
        var icd10: [String]?
        var differential: [Condition]?
        var no_disease: Bool?
    }

    var questions: [String]?
    var tests: [String]?
    var diagnosis: Stated?

    var turn: AgentTurn {
        let stated = diagnosis.map { stated in
            StatedDiagnosis(
                name: stated.name, icd10: stated.icd10 ?? [],
                differential: (stated.differential ?? []).map {
                    StatedCondition(
                        name: $0.name, icd10: $0.icd10 ?? [],
                        probability: min(max($0.probability ?? 0, 0), 1))
                }, isNoDisease: stated.no_disease ?? false)
        }
        return AgentTurn(
            requests: (questions ?? []).map { .ask($0) } + (tests ?? []).map { .order($0) },
            diagnosis: stated, differential: stated?.differential ?? [])
    }
}
