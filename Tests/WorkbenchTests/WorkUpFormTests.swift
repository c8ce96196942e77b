// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Workbench

@Suite struct WorkUpFormTests {
    private let choices = Samples().choices

    private func form(_ fields: [(String, String)]) -> WorkUpForm {
        WorkUpForm(fields: fields.map { (name: $0.0, value: $0.1) }, choices: choices)
    }

    @Test("a first complaint begins a case, by name, question, code or list entry")
    func firstComplaint() {
        let ways = ["cough", " COUGH ", "E_201", "cough (E_201)", "Do you have a cough?"]
        for way in ways {
            let form = form([("complaint", way), ("age", "54"), ("sex", "female")])
            #expect(form.findings == [Finding(evidence: "E_201", isPresent: true)])
            #expect(form.age == 54)
            #expect(form.sex == .female)
            #expect(form.needed == nil)
        }
    }

    @Test("answers, don't know and removal change one finding and keep the rest in order")
    func answers() {
        let state = [("finding", "E_201:yes"), ("finding", "E_91:yes"), ("skipped", "E_79")]
        let absent = form(state + [("answer", "E_214:no")])
        #expect(absent.findings.map(\.evidence) == ["E_201", "E_91", "E_214"])
        #expect(absent.findings.last?.isPresent == false)
        #expect(absent.skipped == ["E_79"])
        let changed = form(state + [("answer", "E_91:no")])
        #expect(changed.findings.map(\.isPresent) == [true, false])
        let unknown = form(state + [("answer", "E_50:unknown")])
        #expect(unknown.skipped == ["E_79", "E_50"])
        #expect(unknown.findings.count == 2)
        #expect(form(state + [("remove", "E_201")]).findings.map(\.evidence) == ["E_91"])
        #expect(form(state + [("remove", "E_79")]).skipped.isEmpty)
        #expect(form(state + [("answer", "E_79:yes")]).skipped.isEmpty)
        #expect(form(state + [("restart", "1")]) == form([("restart", "1")]))
    }

    @Test("what cannot be used is named and changes nothing")
    func refusals() {
        #expect(form([]).needed?.contains("at least one finding") == true)
        let state = [("finding", "E_201:yes")]
        for bad in [
            ("complaint", "no such thing"), ("answer", "E_0:yes"), ("answer", "E_91:maybe"),
            ("answer", ""), ("age", "-3"), ("age", "old"),
        ] {
            let form = form(state + [bad])
            #expect(form.needed != nil, "\(bad)")
            #expect(form.findings == [Finding(evidence: "E_201", isPresent: true)])
        }
        #expect(form([("finding", "E_unknown:yes"), ("finding", "E_201")]).findings.isEmpty)
    }

    @Test("a form that was refused and would leave another case than its page showed is told apart")
    func refusedAsAWhole() {
        let state = [("finding", "E_201:yes"), ("age", "54")]
        #expect(!form(state).isRefused)
        #expect(!form(state + [("complaint", "fever")]).isRefused)
        #expect(!form(state + [("complaint", "no such thing")]).isRefused)
        #expect(form([("complaint", "cough"), ("age", "old")]).isRefused)
        #expect(form([("finding", "E_201:yes"), ("age", "old")]).isRefused)
        #expect(form(state + [("complaint", "fever"), ("answer", "E_91:maybe")]).isRefused)
    }

    @Test("a first form that was refused keeps the complaint that was chosen")
    func keepsTheComplaint() {
        var view = WorkUpView(choices: choices, needed: "The age needs to be a whole number.")
        view.findings = [.init(id: "E_201", name: "cough", isPresent: true)]
        let markup = Markup(view.render(in: Samples().frame))
        #expect(markup.tags.first { $0["id"] == "complaint" }?["value"] == "cough (E_201)")
    }

    @Test("a name that two findings share is not guessed")
    func ambiguousNames() {
        let twins = [
            EvidenceChoice(id: "E_1", name: "pain", question: "Here?"),
            EvidenceChoice(id: "E_2", name: "pain", question: "There?"),
        ]
        #expect(WorkUpForm.evidence(named: "pain", among: twins) == nil)
        #expect(WorkUpForm.evidence(named: "pain (E_2)", among: twins) == "E_2")
    }

    @Test("the page sends back exactly the case it shows")
    func roundTrip() {
        let view = Samples().running
        let markup = Markup(view.render(in: Samples().frame))
        let state = markup.tags.filter { $0["type"] == "hidden" }
            .map { (name: $0["name"] ?? "", value: $0["value"] ?? "") }
        let form = WorkUpForm(fields: state, choices: choices)
        #expect(form.findings.map(\.evidence) == view.findings.map(\.id))
        #expect(form.findings.map(\.isPresent) == view.findings.map(\.isPresent))
        #expect(form.skipped == view.skipped)
        #expect(form.age == view.age)
        #expect(form.sex == view.sex)
    }
}
