// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Testing

@testable import SequentialBenchmark

@Suite("The gatekeeper never leaks")
struct LeakTests {
    /// What a patient's answers may not hold: words of reports, but for very short ones.
    private func secrets(_ item: BenchmarkCase) -> [String] {
        item.findings.filter { $0.gate == .order }.compactMap(\.text).filter { $0.count > 15 }
    }

    @Test("a gated finding through all the questions that can be asked, in any bundled case")
    func questions() throws {
        let catalogue = try GatekeeperFixture.catalogue()
        let vocabulary = try GatekeeperFixture.vocabulary()
        let cases = try GatekeeperFixture.ownCases()
        #expect(!cases.isEmpty)
        let requests =
            catalogue.findings.map { EncounterRequest.ask($0.name) }
            + catalogue.findings.map { .ask($0.id) }
            + catalogue.tests.map { .ask($0.name) }
            + RequestGroup.all.map { .ask($0.name) }
        for item in cases {
            var gatekeeper = Gatekeeper(
                case: item, vocabulary: vocabulary, background: { _, _ in 0 }, seed: 3)
            let gated = Set(
                item.findings.filter { $0.gate == .order }.compactMap(\.id)
                    + catalogue.findings.filter { !$0.kind.isAskable }.map(\.id)
            ).subtracting(item.findings.filter { $0.gate == .ask }.compactMap(\.id))
            let secrets = secrets(item)
            for request in requests {
                let answer = gatekeeper.answer(request)
                #expect(answer.cents == 0, "\(item.id): \(request.text)")
                #expect(
                    !answer.observations.contains { gated.contains($0.finding) },
                    "\(item.id): \(request.text)")
                #expect(
                    !secrets.contains { answer.text.contains($0) }, "\(item.id): \(request.text)")
            }
            #expect(gatekeeper.bill.tests.isEmpty)
        }
    }

    @Test("the diagnosis in an answer to a question, beyond the words that were asked")
    func diagnosis() throws {
        let catalogue = try GatekeeperFixture.catalogue()
        let vocabulary = try GatekeeperFixture.vocabulary()
        for item in try GatekeeperFixture.ownCases() where !item.diagnosis.isNoDisease {
            var gatekeeper = Gatekeeper(
                case: item, vocabulary: vocabulary, background: { _, _ in 0 }, seed: 3)
            let names = ([item.diagnosis.text] + item.diagnosis.accepted).map(LeakPattern.init)
            for finding in catalogue.findings where finding.kind.isAskable {
                let answer = gatekeeper.answer(.ask(finding.id))
                let line = answer.text.replacing(AnswerWording.title(finding.name), with: "")
                #expect(!names.contains { $0.matches(line) }, "\(item.id): \(finding.id)")
            }
        }
    }

    @Test("a refusal differs by nothing between cases")
    func refusals() throws {
        let vocabulary = try GatekeeperFixture.vocabulary()
        let requests: [EncounterRequest] = [
            .ask("chest x-ray"), .ask("labs"), .order("imaging"), .ask("troponin and CBC"),
            .order("CT pelvis"), .ask("pain"), .order("xyzzy"), .ask("what did the scan show"),
        ]
        let items = [
            GatekeeperFixture.item(), GatekeeperFixture.item(findings: []),
            GatekeeperFixture.item(policy: .notRecorded),
        ]
        let texts = items.map { item in
            var gatekeeper = Gatekeeper(
                case: item, vocabulary: vocabulary, background: { _, _ in 0 }, seed: 1)
            return gatekeeper.answers(requests).map(\.text)
        }
        #expect(texts[0] == texts[1])
        #expect(texts[0] == texts[2])
        #expect(Set(texts[0]).count > 3)
    }

    @Test("an order opens what was ordered and nothing of any other test")
    func orders() throws {
        let catalogue = try GatekeeperFixture.catalogue()
        let vocabulary = try GatekeeperFixture.vocabulary()
        for item in try GatekeeperFixture.ownCases().prefix(20) {
            var gatekeeper = Gatekeeper(
                case: item, vocabulary: vocabulary, background: { _, _ in 0 }, seed: 3)
            for test in catalogue.tests {
                let answer = gatekeeper.answer(.order(test.id))
                let revealed = Set(test.reveals.map { catalogue.findings[$0].id })
                #expect(
                    Set(answer.observations.map(\.finding)).isSubset(of: revealed),
                    "\(item.id): \(test.id)")
                #expect(gatekeeper.bill.tests.last?.id == test.id)
            }
        }
    }
}
