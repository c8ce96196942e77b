// SPDX-License-Identifier: Apache-2.0
package import Knowledge
package import Records

/// An answer by position in the knowledge base.
package struct Answer: Sendable, Equatable {
    package var evidence: Int
    package var isPresent: Bool

    package init(evidence: Int, isPresent: Bool) {
        self.evidence = evidence
        self.isPresent = isPresent
    }
}

/// What all rounds of a panel share: knowledge, settings, and the tables made from both.
package final class PanelEngine: Sendable {
    package let knowledge: KnowledgeBase
    package let settings: PanelSettings
    package let tables: InferenceTables

    package init(knowledge: KnowledgeBase, settings: PanelSettings) {
        self.knowledge = knowledge
        self.settings = settings
        tables = InferenceTables(knowledge: knowledge, floor: settings.likelihoodFloor)
    }
}

/// The one table all five roles look at: the answers so far and what follows from them.
package struct PanelState: Sendable {
    package let engine: PanelEngine
    package private(set) var answers: [Answer] = []
    /// What was believed before each answer.
    package private(set) var earlier: [Belief] = []
    package private(set) var belief: Belief
    package private(set) var outlook: Outlook
    /// Answers that were asked for, in contrast to volunteered ones.
    package private(set) var asked = 0
    /// As recorded; the figures don't use them, the Checklist does.
    package var age: Int?
    package var sex: Sex?
    /// What the Checklist found when the case came in.
    package var admissionRemarks: [ChecklistRemark] = []

    package init(_ engine: PanelEngine) {
        self.engine = engine
        belief = Belief(engine.tables)
        outlook = Outlook(belief, engine.tables)
    }

    /// Takes in one answer; each evidence may be answered once.
    package mutating func take(_ answer: Answer, asked isAsked: Bool) {
        earlier.append(belief)
        answers.append(answer)
        belief.take(evidence: answer.evidence, isPresent: answer.isPresent, engine.tables)
        outlook = Outlook(belief, engine.tables)
        if isAsked { asked += 1 }
    }

    /// Takes a "don't know": the evidence is not asked again and says nothing.
    package mutating func setAside(evidence: Int) {
        belief.setAside(evidence: evidence)
        outlook = Outlook(belief, engine.tables)
    }

    /// Belief after one more answer, without taking it.
    func belief(after evidence: Int, isPresent: Bool) -> Belief {
        var belief = belief
        belief.take(evidence: evidence, isPresent: isPresent, engine.tables)
        return belief
    }

    /// The leader's probability has reached the stop.
    func isCertain(_ belief: Belief) -> Bool {
        guard let stop = engine.settings.stop else { return false }
        return belief.probabilities[belief.leader] >= stop
    }

    /// Must-not-miss conditions other than the leader that are still open, most probable first.
    var openDangers: [Weighed] {
        let settings = engine.settings
        let leader = belief.leader
        return belief.probabilities.indices.filter {
            $0 != leader && belief.probabilities[$0] >= settings.dangerProbability
                && engine.knowledge.conditions[$0].severity <= settings.dangerSeverity
        }
        .map { Weighed(condition: $0, probability: belief.probabilities[$0]) }
        .sorted {
            $0.probability != $1.probability
                ? $0.probability > $1.probability : $0.condition < $1.condition
        }
    }

    func name(_ condition: Int) -> String { engine.knowledge.conditions[condition].name }

    func shortName(_ evidence: Int) -> String { engine.knowledge.evidences[evidence].shortName }
}

/// A condition by position with its probability.
package struct Weighed: Sendable, Equatable {
    package var condition: Int
    package var probability: Double

    package init(condition: Int, probability: Double) {
        self.condition = condition
        self.probability = probability
    }
}
