// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

@Suite("questioning with valued questions, age and sex")
struct QuestioningTests {
    let base: KnowledgeBase
    let values: ValuedKnowledge

    init() throws {
        base = try KnowledgeBase.ddxplus()
        values = try ValuedKnowledge.ddxplus(base)
    }

    @Test("yes/no answers under noise give Bayes' posterior, age and sex included")
    func posterior() {
        let noise = 0.04
        let tables = QuestionTables(base, values, noise: noise)
        var random = SeededRandom(seed: 5)
        for _ in 0..<20 {
            var state = Questioning(tables, values, age: 34, sex: .female)
            var weights = base.conditions.indices.map {
                base.prior(condition: $0)
                    * values.demographics(age: 34, sex: .female, condition: $0)
            }
            var asked: Set<Int> = []
            for _ in 0..<6 {
                let evidence = random.below(base.evidences.count)
                guard asked.insert(evidence).inserted else { continue }
                let isYes = random.chance(0.5)
                state.take(.yesNo(evidence, isYes), isAsked: true)
                for condition in weights.indices {
                    let counted = base.probability(evidence: evidence, condition: condition)
                    let share = min(max(counted, 0.001), 0.999)
                    let yes = share * (1 - noise) + (1 - share) * noise
                    weights[condition] *= isYes ? yes : 1 - yes
                }
            }
            let total = weights.reduce(0, +)
            for condition in weights.indices {
                #expect(abs(state.probabilities[condition] - weights[condition] / total) < 1e-9)
            }
        }
    }

    @Test("a valued answer is worth what its outcomes are expected to tell")
    func information() throws {
        let tables = QuestionTables(base, values, noise: 0.05)
        let choice = try #require(values.evidences.firstIndex { !$0.isSeveral })
        let state = Questioning(tables, values, age: nil, sex: nil)
        var expected = 0.0
        func entropy(_ shares: [Double]) -> Double {
            shares.reduce(0) { $0 - ($1 > 0 ? $1 * log2($1) : 0) }
        }
        // Brute force: what is left of the entropy after each value, weighed by its chance.
        var after = 0.0
        var chances = 0.0
        for value in values.evidences[choice].values.indices {
            var next = state
            next.take(.valued(choice, [value]), isAsked: true)
            let chance = zip(state.probabilities, tables.likelihoods(choice, value))
                .reduce(0) { $0 + $1.0 * $1.1 }
            after += chance * entropy(next.probabilities)
            chances += chance
        }
        expected = entropy(state.probabilities) - after
        #expect(abs(chances - 1) < 1e-6)
        let bits = tables.bits(valued: choice, state.probabilities)
        #expect(abs(bits - expected) < 0.01)
        #expect(bits > 0)
    }

    @Test(
        "a condition named by its own typical answers becomes the leader, and one lie doesn't undo it"
    )
    func recovery() throws {
        let tables = QuestionTables(base, values, noise: 0.05)
        var found = 0
        var random = SeededRandom(seed: 9)
        for condition in base.conditions.indices {
            var state = Questioning(tables, values, age: nil, sex: nil)
            while state.asked < 15, let next = state.next() {
                let lie = state.asked == 3
                switch next.question {
                case .yesNo(let evidence):
                    let yes = random.chance(
                        base.probability(evidence: evidence, condition: condition))
                    state.take(.yesNo(evidence, yes != lie), isAsked: true)
                case .valued(let evidence):
                    let info = values.evidences[evidence]
                    var said = info.values.indices.filter {
                        random.chance(
                            values.probability(
                                evidence: evidence, value: $0, condition: condition))
                    }
                    if !info.isSeveral || said.isEmpty { said = [said.first ?? info.usual] }
                    state.take(.valued(evidence, said), isAsked: true)
                }
            }
            if state.leader == condition { found += 1 }
        }
        #expect(found >= 44)
    }

    @Test("control questions are open, and the leader's patients all answered them alike")
    func controls() {
        let tables = QuestionTables(base, values, noise: 0.05)
        var state = Questioning(tables, values, age: 50, sex: .male)
        state.take(.yesNo(10, true), isAsked: false)
        let controls = state.controls()
        #expect(controls.count > 50)
        #expect(controls.allSatisfy { $0.evidence != 10 })
        for control in controls {
            let share = base.probability(evidence: control.evidence, condition: state.leader)
            #expect(control.isYes ? share >= 0.999 : share <= 0.001)
        }
    }

    @Test("tables that name an unknown value are refused with the line")
    func refused() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Knowledge/DDXPlus")
        func text(_ file: String) throws -> String {
            try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        }
        let broken = try text("values.tsv") + "PSVT\tE_55\tV_9999\t0.5\n"
        let lines = broken.split(separator: "\n").count
        #expect(
            throws: KnowledgeError.unknownReference(
                file: "values.tsv", line: lines, name: "E_55 V_9999")
        ) {
            try ValuedKnowledge(
                base, valued: text("valued.tsv"), values: broken,
                demographics: text("demographics.tsv"))
        }
    }
}
