// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import SequentialBenchmark
import Site

/// Times single decisions: the next question on DDXPlus patients, and the clinical panel's next turn.
enum DecisionBenchmark {
    static func run(_ path: String) async throws {
        try questions(path)
        try await panel()
    }

    private static func questions(_ path: String) throws {
        let base = try KnowledgeBase.ddxplus()
        let values = try ValuedKnowledge.ddxplus(base)
        let patients = try DDXPlusFile.read(path, base, values)
        let tables = QuestionTables(base, values, noise: 0.001)
        var times: [Double] = []
        for patient in patients.prefix(500) {
            var state = Questioning(tables, values, age: patient.age, sex: patient.sex)
            state.take(.yesNo(patient.initial, true), isAsked: false)
            while state.asked < 8, state.probabilities[state.leader] < 0.999 {
                let started = ContinuousClock.now
                let next = state.next()
                times.append((ContinuousClock.now - started).seconds)
                guard let next else { break }
                switch next.question {
                case .yesNo(let evidence):
                    state.take(.yesNo(evidence, patient.answers[evidence]), isAsked: true)
                case .valued(let evidence):
                    let said = patient.values[evidence]
                    let usual = [values.evidences[evidence].usual]
                    state.take(.valued(evidence, said.isEmpty ? usual : said), isAsked: true)
                }
            }
        }
        say("next question, DDXPlus", times)
    }

    private static func panel() async throws {
        let desk = try AgentDesk()
        let prices = try desk.schedule("us-medicare")
        let settings = RunSettings(agent: "panel")
        var times: [Double] = []
        for item in try desk.cases("own").prefix(40) {
            let started = ContinuousClock.now
            let record = await EncounterPlay(
                item, agent: desk.panel, settings: settings, catalogue: desk.catalogue,
                schedule: prices, background: desk.background
            ).run()
            let seconds = (ContinuousClock.now - started).seconds
            times.append(seconds / Double(max(record.turns.count, 1)))
        }
        say("a turn of the clinical panel, gatekeeper included", times)
    }

    private static func say(_ name: String, _ times: [Double]) {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return }
        let median = sorted[sorted.count / 2] * 1e6
        let late = sorted[sorted.count * 99 / 100] * 1e6
        print(
            String(
                format: "%@: median %.1f microseconds, 99th percentile %.1f, of %d", name, median,
                late, sorted.count))
    }
}
