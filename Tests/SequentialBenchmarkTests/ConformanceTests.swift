// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import SequentialBenchmark
import Statistics
import Testing

// Where it is absent: "skipped: shared data not found".
@Suite(
    "conformance with the reference on DDXPlus",
    .enabled(if: SharedData.isPresent, "skipped: shared data not found"))
struct ConformanceTests {
    @Test("stop at 0.95, floor 0.02: 1,351 of 1,360 right after 8.0765 questions")
    func stopRule() throws {
        let result = try DDXPlusBenchmark.run(
            file: SharedData.patients, method: .reference,
            .init(method: .reference, stop: 0.95, questions: 30, floor: 0.02))
        #expect(result.n == 1360)
        #expect(result.top1 == 1351)
        #expect(result.top5 == 1359)
        #expect(Wording.decimal(result.meanQuestions, places: 4) == "8.0765")
    }

    @Test("fifteen questions, floor 0.001: 1,329 right, 1,355 in the first five")
    func fixed() throws {
        let result = try DDXPlusBenchmark.run(
            file: SharedData.patients, method: .reference,
            .init(method: .reference, stop: nil, questions: 15, floor: 0.001))
        #expect(result.top1 == 1329)
        #expect(result.top5 == 1355)
        #expect(result.meanQuestions == 15)
    }

    @Test("the panel with its checks is right as often, and asks less")
    func panelMethod() throws {
        let result = try DDXPlusBenchmark.run(
            file: SharedData.patients, method: .panel, .init())
        #expect(result.method == .panel)
        #expect(result.top1 >= 1351)
        #expect(result.top5 >= 1359)
        #expect(result.meanQuestions < 8.0765)
        #expect(result.mustNotMissFound == result.mustNotMiss)
    }

    @Test("the best method is right more often after fewer questions")
    func bestMethod() throws {
        let stopped = try DDXPlusBenchmark.run(
            file: SharedData.patients, method: .best, .init(stop: 0.999))
        #expect(stopped.method == .best)
        #expect(stopped.top1 > 1351)
        #expect(stopped.meanQuestions < 6.5)
        let fixed = try DDXPlusBenchmark.run(
            file: SharedData.patients, method: .best, .init(stop: nil, questions: 15))
        #expect(fixed.meanQuestions == 15)
        #expect(fixed.top1Share.value >= 0.975)
    }

    @Test("the best method finds out how noisy answers are, and stays calibrated")
    func noise() throws {
        for seed in [UInt64(1), 2] {
            let result = try DDXPlusBenchmark.run(
                file: SharedData.patients, method: .best,
                .init(stop: 0.999, flip: 0.05, seed: seed))
            #expect(abs(result.floor - 0.05) < 0.02)
            #expect(result.top1Share.value >= 0.95)
            #expect(result.ece <= 0.015)
        }
    }

    @Test("sixteen replayed patients: every question, answer, gain and probability")
    func replay() throws {
        let data = try Data(
            contentsOf: SharedData.ddxplus.appending(path: "conformance_eig.json"))
        let file = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let cases = try #require(file["cases"] as? [[String: Any]])
        #expect(cases.count == 16)
        let knowledge = try KnowledgeBase.ddxplus()
        let patients = try DDXPlusFile.read(SharedData.patients, knowledge)
        let engine = PanelEngine(
            knowledge: knowledge, settings: try PanelSettings(method: .reference))
        for entry in cases {
            let patient = patients[try #require(entry["row"] as? Int)]
            #expect(knowledge.conditions[patient.condition].name == entry["truth"] as? String)
            #expect(knowledge.evidences[patient.initial].id == entry["initial"] as? String)
            var state = PanelState(engine)
            state.take(Answer(evidence: patient.initial, isPresent: true), asked: false)
            for step in try #require(entry["steps"] as? [[Any]]) {
                guard case .ask(let evidence) = Deliberation.decide(state) else {
                    Issue.record("stopped before the reference did")
                    break
                }
                #expect(knowledge.evidences[evidence].id == step[0] as? String)
                #expect(patient.answers[evidence] == step[1] as? Bool)
                let gain = try #require(step[2] as? Double)
                #expect(abs(state.outlook.bits[evidence] - gain) <= 5.001e-7)
                state.take(
                    Answer(evidence: evidence, isPresent: patient.answers[evidence]), asked: true)
            }
            guard case .diagnose = Deliberation.decide(state) else {
                Issue.record("asked on after the reference stopped")
                continue
            }
            let top = try #require(entry["top5"] as? [[Any]])
            for (rank, condition) in state.belief.ranking(5).enumerated() {
                #expect(knowledge.conditions[condition].name == top[rank][0] as? String)
                let probability = try #require(top[rank][1] as? Double)
                #expect(abs(state.belief.probabilities[condition] - probability) <= 5.001e-7)
            }
        }
    }
}
