// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Testing

@Suite("the DDXPlus figures that come with the program")
struct DDXPlusTests {
    let knowledge: KnowledgeBase

    init() throws { knowledge = try KnowledgeBase.ddxplus() }

    @Test("hold 49 conditions, 208 questions and 562 frequencies of 1,025,602 patients")
    func counts() {
        #expect(knowledge.conditions.count == 49)
        #expect(knowledge.evidences.count == 208)
        #expect(knowledge.trainTotal == 1_025_602)
        var listed = 0
        for evidence in 0..<208 {
            for condition in 0..<49
            where knowledge.probability(evidence: evidence, condition: condition) > 0 {
                listed += 1
            }
        }
        #expect(listed == 562)
        let priors = (0..<49).reduce(0) { $0 + knowledge.prior(condition: $1) }
        #expect(abs(priors - 1) < 1e-12)
    }

    @Test("can be asked: each question ends in a question mark and has a short name of its own")
    func wording() {
        var names: Set<String> = []
        for evidence in knowledge.evidences {
            #expect(evidence.question.hasSuffix("?"))
            #expect(evidence.question.count <= 200)
            #expect((1...5).contains(evidence.shortName.split(separator: " ").count))
            #expect(names.insert(evidence.shortName.lowercased()).inserted)
        }
    }

    @Test("are found by code, short name and question, whatever the capitals and spaces")
    func lookup() {
        for (index, evidence) in knowledge.evidences.enumerated() {
            #expect(knowledge.evidence(named: evidence.id.lowercased()) == index)
            #expect(knowledge.evidence(named: "  \(evidence.shortName.uppercased()) ") == index)
            #expect(knowledge.evidence(named: evidence.question) == index)
        }
        for (index, condition) in knowledge.conditions.enumerated() {
            #expect(knowledge.condition(named: condition.name) == index)
        }
        #expect(knowledge.evidence(named: "E_54") == nil)
        #expect(knowledge.condition(named: "Scurvy") == nil)
    }

    @Test("name their source")
    func attribution() {
        #expect(knowledge.source.contains("Fansi Tchango"))
        #expect(knowledge.source.contains("CC BY"))
    }

    // Where it is absent: "skipped: shared data not found".
    @Test(
        "equal the derived figures bit for bit, in the same order",
        .enabled(if: SharedData.isPresent, "skipped: shared data not found"))
    func figures() throws {
        let upstream = try Upstream()
        #expect(knowledge.evidences.map(\.id) == upstream.order)
        #expect(knowledge.conditions.count == upstream.conditions.count)
        for (index, theirs) in upstream.conditions.enumerated() {
            let ours = knowledge.conditions[index]
            #expect(ours.name == theirs["name"] as? String)
            #expect(ours.icd10 == (theirs["icd10"] as? String)?.uppercased())
            #expect(ours.severity == theirs["severity"] as? Int)
            #expect(ours.trainCount == theirs["train_count"] as? Int)
            let shares = try #require(theirs["p_yes"] as? [String: Double])
            for (position, evidence) in knowledge.evidences.enumerated() {
                let share = knowledge.probability(evidence: position, condition: index)
                #expect(share == shares[evidence.id] ?? 0)
            }
        }
        for evidence in knowledge.evidences {
            #expect(evidence.isAntecedent == upstream.evidences[evidence.id]?.isAntecedent)
        }
    }

    @Test(
        "ask in words of our own: no question is a sentence of the data set",
        .enabled(if: SharedData.isPresent, "skipped: shared data not found"))
    func ownWords() throws {
        let upstream = try Upstream()
        let theirs = Set(upstream.evidences.values.map { normalised($0.question) })
        #expect(theirs.count == 208)
        for evidence in knowledge.evidences {
            #expect(!theirs.contains(normalised(evidence.question)))
            #expect(!theirs.contains(normalised(evidence.shortName)))
        }
    }

    private func normalised(_ text: String) -> String {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }
}

/// `derived_kb.json` of the shared data.
private struct Upstream {
    var order: [String]
    var conditions: [[String: Any]]
    var evidences: [String: (question: String, isAntecedent: Bool)] = [:]

    init() throws {
        let data = try Data(contentsOf: SharedData.ddxplus.appending(path: "derived_kb.json"))
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        order = try #require(json["evidence_order"] as? [String])
        conditions = try #require(json["conditions"] as? [[String: Any]])
        for (id, entry) in try #require(json["evidences"] as? [String: [String: Any]]) {
            evidences[id] = (
                try #require(entry["question_en"] as? String),
                try #require(entry["is_antecedent"] as? Bool)
            )
        }
    }
}
