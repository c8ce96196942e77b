// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Testing

@testable import SequentialBenchmark

@Suite("The gatekeeper refuses")
struct RefusalTests {
    @Test(
        "too broad requests, politely, without revealing or charging anything",
        arguments: [
            EncounterRequest.order("blood work"), .order("Labs"), .order("basic labs please"),
            .order("imaging"), .order("CT"), .order("a scan"), .order("blood tests"),
            .order("all tests"), .order("full work-up"), .ask("full history"),
            .ask("physical exam"), .ask("Physical examination?"), .ask("tell me everything"),
            .ask("Any symptoms?"), .ask("review of systems"), .ask(""), .order("  ?! "),
        ])
    func vague(request: EncounterRequest) throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(request)
        #expect(answer.status == .vague)
        #expect(answer.observations.isEmpty)
        #expect(answer.text == RefusalWording.vague)
        #expect(gatekeeper.spentCents == 0)
        #expect(gatekeeper.counts.refused == 1)
    }

    @Test(
        "results asked for as if they were history",
        arguments: [
            "Have you had any imaging and what did it show?", "What were your lab results?",
            "chest x-ray", "troponin", "cxr-consolidation", "wbc", "white cell count",
            "Did your recent CT scan show anything?", "cold agglutinins", "MR venography",
            "magnesium",
        ])
    func results(text: String) throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.ask(text))
        #expect(answer.status == .needsOrder)
        #expect(answer.observations.isEmpty)
        for secret in ["opacity", "15.2", "1:256", "Patent"] {
            #expect(!answer.text.contains(secret))
        }
        #expect(gatekeeper.spentCents == 0)
    }

    @Test("a name by half, and names what may have been meant but no value")
    func ambiguous() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        let answer = gatekeeper.answer(.ask("headache one-sided or throbbing pain?"))
        #expect(answer.status != .vague)
        let abdominal = gatekeeper.answer(.order("CT of the pelvis"))
        #expect(abdominal.status == .ambiguous)
        #expect(abdominal.text.contains("CT abdomen and pelvis with contrast"))
        #expect(abdominal.text.contains("CT abdomen and pelvis, no contrast"))
        #expect(abdominal.cents == 0)
        #expect(abdominal.observations.isEmpty)
    }

    @Test("to take another test for the one that is named")
    func anotherTest() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        for text in ["urine sodium and creatinine ratio", "MRI of the brain spectroscopy"] {
            let answer = gatekeeper.answer(.order(text))
            #expect(answer.status != .recorded, "\(text)")
            #expect(!answer.observations.contains { $0.finding == "sodium" }, "\(text)")
        }
    }

    @Test("what it doesn't understand")
    func nonsense() throws {
        var gatekeeper = try GatekeeperFixture.gatekeeper()
        #expect(gatekeeper.answer(.ask("xyzzy plugh")).status == .notUnderstood)
        #expect(gatekeeper.answer(.order("xyzzy plugh")).status == .notUnderstood)
        #expect(gatekeeper.log.map(\.status) == [.notUnderstood, .notUnderstood])
        #expect(gatekeeper.spentCents == 0)
    }

    @Test("nothing that the catalogue names in full")
    func names() throws {
        let catalogue = try GatekeeperFixture.catalogue()
        let vocabulary = try GatekeeperFixture.vocabulary()
        let item = GatekeeperFixture.item(findings: [])
        let reader = RequestReader(
            vocabulary: vocabulary, index: CaseIndex(item, vocabulary), item: item)
        for (index, finding) in catalogue.findings.enumerated() {
            let isAskable = finding.kind.isAskable
            for name in [finding.id, finding.name] {
                let reading = reader.read(isAskable ? .ask(name) : .order(name))
                // A test of the same name reveals just this, and a group holds it.
                let isMeant = reading.topics.contains { topic in
                    switch topic {
                    case .finding(let found): found == index
                    case .test(let test): catalogue.tests[test].reveals.contains(index)
                    case .group(let group):
                        RequestGroup.all[group].findings.contains(finding.id)
                    default: false
                    }
                }
                #expect(isMeant || reading.options.contains(.finding(index)), "\(name)")
            }
        }
        for (index, test) in catalogue.tests.enumerated() {
            for name in [test.id, test.name] + test.synonyms {
                #expect(reader.read(.order(name)).topics.contains(.test(index)), "\(name)")
            }
        }
    }

    @Test("never for lack of findings that the groups hold")
    func groups() throws {
        let catalogue = try GatekeeperFixture.catalogue()
        for group in RequestGroup.all {
            for id in group.findings {
                let finding = try #require(catalogue.finding(id), "\(id)")
                #expect(catalogue.findings[finding].kind.isAskable)
            }
        }
    }
}
