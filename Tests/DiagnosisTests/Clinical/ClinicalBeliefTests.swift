// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import Knowledge
import Records
import Statistics
import Testing

/// The rule written down as slowly and plainly as it reads; the fast one is held against it.
struct PlainClinicalTwin {
    let knowledge: ClinicalKnowledge
    let settings: ClinicalSettings

    func likelihood(_ finding: Int, _ outcome: Int, _ hypothesis: Int) -> Double {
        let entry = knowledge.catalogue.findings[finding]
        let floor = entry.tests.isEmpty ? settings.askedFloor : settings.testFloor
        let row = entry.outcomes.indices.map {
            knowledge.probability(finding: finding, outcome: $0, hypothesis: hypothesis)
        }
        var raised = row.map { max($0, floor) }
        let excess = raised.reduce(0, +) - row.reduce(0, +)
        if excess > 0 {
            var largest = 0
            for index in raised.indices where raised[index] > raised[largest] { largest = index }
            raised[largest] -= excess
        }
        return raised[outcome]
    }

    /// Plain Bayes: prior times the product of all likelihoods.
    func posterior(_ outcomes: [Int: Int], _ prior: [Double]) -> [Double] {
        var weights = prior
        for (finding, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            for hypothesis in weights.indices {
                weights[hypothesis] *= likelihood(finding, outcome, hypothesis)
            }
            let total = weights.reduce(0, +)
            weights = weights.map { $0 / total }
        }
        return weights
    }

    func entropy(_ shares: [Double]) -> Double {
        shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    /// Entropy now less the expected entropy, over every combination of outcomes; `after` says what
    /// is believed then.
    func gain(
        _ findings: [Int], _ outcomes: [Int: Int], _ now: [Double],
        after: ([Int: Int]) -> [Double]
    ) -> Double {
        var combinations: [[Int: Int]] = [[:]]
        for finding in findings {
            combinations = combinations.flatMap { partial in
                knowledge.catalogue.findings[finding].outcomes.indices.map { outcome in
                    partial.merging([finding: outcome]) { $1 }
                }
            }
        }
        var expected = 0.0
        for combination in combinations {
            var chance = 0.0
            for hypothesis in now.indices {
                chance += combination.reduce(now[hypothesis]) {
                    $0 * likelihood($1.key, $1.value, hypothesis)
                }
            }
            expected += chance * entropy(after(outcomes.merging(combination) { $1 }))
        }
        return entropy(now) - expected
    }
}

@Suite("the clinical posterior and what inquiries tell")
struct ClinicalBeliefTests {
    private func plain() -> ClinicalSettings {
        var settings = ClinicalSettings.standard
        settings.groupDiscount = 1
        return settings
    }

    @Test("the posterior is Bayes' rule where nothing is discounted", arguments: UInt64(1)...8)
    func bayes(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed)
        let engine = ClinicalEngine(knowledge: knowledge, settings: plain())
        let twin = PlainClinicalTwin(knowledge: knowledge, settings: plain())
        var random = SeededRandom(seed: seed + 100)
        let prior = knowledge.prior(age: 40, sex: .female)
        let outcomes = ClinicalFixture.findings(1 + random.below(30), knowledge, &random)
        let belief = ClinicalBelief(engine, prior: prior, outcomes: outcomes)
        let slow = twin.posterior(outcomes, prior)
        for (fast, slow) in zip(belief.probabilities, slow) { #expect(abs(fast - slow) < 1e-10) }
        #expect(abs(belief.probabilities.reduce(0, +) - 1) < 1e-12)
        #expect(abs(belief.entropyBits - twin.entropy(slow)) < 1e-8)
    }

    @Test(
        "the information of a question equals playing every answer through, discounted or not",
        arguments: UInt64(1)...6)
    func question(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed)
        for discount in [1.0, 0.6] {
            var settings = ClinicalSettings.standard
            settings.groupDiscount = discount
            settings.temperature = seed % 2 == 0 ? 1 : 1.4
            let engine = ClinicalEngine(knowledge: knowledge, settings: settings)
            let twin = PlainClinicalTwin(
                knowledge: knowledge, settings: settings)
            var random = SeededRandom(seed: seed + 200)
            let prior = knowledge.prior(age: 40, sex: nil)
            let outcomes = ClinicalFixture.findings(6, knowledge, &random)
            let belief = ClinicalBelief(engine, prior: prior, outcomes: outcomes)
            let foreseer = Foreseer(engine, belief)
            for finding in knowledge.linkedFindings where outcomes[finding] == nil {
                let slow = twin.gain([finding], outcomes, belief.probabilities) {
                    ClinicalBelief(engine, prior: prior, outcomes: $0).probabilities
                }
                #expect(abs(foreseer.foresee([finding]).bits - slow) < 1e-8)
            }
        }
    }

    @Test(
        "the information of a test equals playing every joint result through",
        arguments: UInt64(1)...4)
    func test(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed, figuresEach: 60)
        let engine = ClinicalEngine(knowledge: knowledge)
        let twin = PlainClinicalTwin(
            knowledge: knowledge, settings: .standard)
        var random = SeededRandom(seed: seed + 300)
        let prior = knowledge.prior(age: 40, sex: nil)
        let outcomes = ClinicalFixture.findings(5, knowledge, &random)
        let belief = ClinicalBelief(engine, prior: prior, outcomes: outcomes)
        let foreseer = Foreseer(engine, belief)
        for id in ["ecg", "chest-xray", "lft", "blood-gas", "head-ct"] {
            let test = try #require(knowledge.catalogue.test(id))
            let findings = knowledge.catalogue.tests[test].reveals
                .filter { outcomes[$0] == nil }.prefix(3)
            let slow = twin.gain(Array(findings), outcomes, belief.probabilities) {
                ClinicalBelief(engine, prior: prior, outcomes: $0).probabilities
            }
            #expect(abs(foreseer.foresee(Array(findings)).bits - slow) < 1e-8)
        }
    }

    @Test("a test is worth at least its best finding and never more than all of them apart")
    func bounds() throws {
        let knowledge = try ClinicalFixture.random(seed: 5, figuresEach: 60)
        let engine = ClinicalEngine(knowledge: knowledge, settings: plain())
        let state = ClinicalState(engine, ClinicalCircumstances(age: 30, sex: .female))
        #expect(!state.outlook.tests.isEmpty)
        for worth in state.outlook.tests {
            guard case .test(let test) = worth.inquiry else { continue }
            let apart = knowledge.catalogue.tests[test].reveals.map { state.outlook.bits[$0] }
            #expect(worth.bits >= (apart.max() ?? 0) - 1e-9)
            #expect(worth.bits <= apart.reduce(0, +) + 1e-9)
        }
    }

    @Test("the order of answers changes no bit of the posterior", arguments: UInt64(1)...6)
    func order(seed: UInt64) throws {
        let knowledge = try ClinicalFixture.random(seed: seed, figuresEach: 40)
        let engine = ClinicalEngine(knowledge: knowledge)
        var random = SeededRandom(seed: seed)
        let catalogue = knowledge.catalogue
        let observations = ClinicalFixture.findings(25, knowledge, &random)
            .sorted { $0.key < $1.key }
            .map {
                Observation(
                    finding: catalogue.findings[$0.key].id,
                    outcome: catalogue.findings[$0.key].outcomes[$0.value])
            }
        func belief(_ observations: [Observation]) -> ClinicalBelief {
            var record = ClinicalRecord()
            for observation in observations { record.take(observation, catalogue) }
            return ClinicalState(engine, ClinicalCircumstances(), record).belief
        }
        let first = belief(observations)
        #expect(belief(observations.reversed()) == first)
        #expect(belief(observations.shuffled(using: &random)) == first)
    }

    @Test("a group of findings never speaks louder than its strongest one times 1 / (1 - discount)")
    func limit() throws {
        let knowledge = try ClinicalFixture.random(seed: 9, conditions: 10, figuresEach: 200)
        let engine = ClinicalEngine(knowledge: knowledge)
        let catalogue = knowledge.catalogue
        let test = catalogue.tests[try #require(catalogue.test("chest-xray"))]
        let prior = knowledge.prior(age: nil, sex: nil)
        func odds(_ outcomes: [Int: Int]) -> [Double] {
            let belief = ClinicalBelief(engine, prior: prior, outcomes: outcomes)
            let none = belief.probabilities[knowledge.noDisease]
            return belief.probabilities.map { log($0 / none) }
        }
        let before = odds([:])
        var all: [Int: Int] = [:]
        var strongest = [Double](repeating: 0, count: knowledge.hypothesisCount)
        for finding in test.reveals {
            all[finding] = 1
            for (index, value) in odds([finding: 1]).enumerated() {
                strongest[index] = max(strongest[index], abs(value - before[index]))
            }
        }
        let after = odds(all)
        let share = 1 - engine.settings.groupDiscount
        for index in before.indices {
            #expect(abs(after[index] - before[index]) <= strongest[index] / share + 1e-9)
        }
        #expect(strongest.contains { $0 > 1 })
    }

    @Test("a higher temperature makes the leader more modest and keeps the order")
    func temperature() throws {
        let knowledge = try ClinicalFixture.small()
        let catalogue = knowledge.catalogue
        let outcomes = [try #require(catalogue.finding("chest-pain")): 1]
        let prior = knowledge.prior(age: 60, sex: .male)
        var warm = ClinicalSettings.standard
        warm.temperature = 2
        let cool = ClinicalBelief(
            ClinicalEngine(knowledge: knowledge), prior: prior, outcomes: outcomes)
        let modest = ClinicalBelief(
            ClinicalEngine(knowledge: knowledge, settings: warm), prior: prior,
            outcomes: outcomes)
        #expect(modest.ranking == cool.ranking)
        #expect(modest.probabilities[modest.leader] < cool.probabilities[cool.leader])
    }

    @Test("seed 1 leaves the figures alone, another seed shifts them a little, the same way twice")
    func seeds() throws {
        let knowledge = try ClinicalFixture.small()
        let plain = ClinicalTables(knowledge, .standard)
        let other = ClinicalTables(knowledge, .standard, seed: 2)
        let again = ClinicalTables(knowledge, .standard, seed: 2)
        let fever = try #require(knowledge.catalogue.finding("fever"))
        let pneumonia = try #require(knowledge.condition("pneumonia"))
        func share(_ tables: ClinicalTables, _ hypothesis: Int) -> Double {
            tables.probability(finding: fever, outcome: 1, hypothesis: hypothesis)
        }
        #expect(share(plain, pneumonia) == 0.8)
        #expect(share(other, pneumonia) != 0.8)
        #expect(abs(share(other, pneumonia) - 0.8) < 0.1)
        #expect(share(other, pneumonia) == share(again, pneumonia))
        #expect(share(other, knowledge.noDisease) == share(plain, knowledge.noDisease))
    }

    @Test("what is believed at first is the rates flattened by the exponent, with 1 the rates")
    func prior() throws {
        let knowledge = try ClinicalFixture.small()
        var settings = ClinicalSettings.standard
        settings.priorExponent = 1
        let rates = knowledge.prior(age: 40, sex: .male)
        let exact = ClinicalEngine(knowledge: knowledge, settings: settings)
        for (one, other) in zip(exact.prior(age: 40, sex: .male), rates) {
            #expect(abs(one - other) < 1e-12)
        }
        settings.priorExponent = 0.5
        let flat = ClinicalEngine(knowledge: knowledge, settings: settings)
            .prior(age: 40, sex: .male)
        #expect(abs(flat.reduce(0, +) - 1) < 1e-12)
        #expect(abs(flat[0] / flat[1] - (rates[0] / rates[1]).squareRoot()) < 1e-9)
    }

    @Test("settings outside their limits are refused by name")
    func settings() throws {
        var settings = ClinicalSettings.standard
        #expect(try settings.checked() == settings)
        settings.temperature = 0
        #expect {
            try settings.checked()
        } throws: { error in
            if case CaseError.settingOutOfRange(let name, _) = error {
                name == "temperature"
            } else {
                false
            }
        }
    }
}
