// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import Site
import Workbench

/// The work-up of one patient as told by whoever sits here; every assessment shown is on record.
struct WorkUpPage: Sendable {
    private let service: Service
    private let choices: [EvidenceChoice]

    /// Whom the ledger names for calls from the pages.
    static let principal = "workbench"

    init(service: Service) {
        self.service = service
        choices = service.knowledge.evidences.map {
            EvidenceChoice(id: $0.id, name: $0.shortName, question: $0.question)
        }
    }

    func start() -> WorkUpView {
        WorkUpView(choices: choices)
    }

    func view(_ form: Form, in session: Session) async throws -> WorkUpView {
        let posted = WorkUpForm(fields: form.fields, choices: choices)
        var view = WorkUpView(
            choices: choices, age: posted.age, sex: posted.sex,
            findings: posted.findings.map(recorded), skipped: posted.skipped,
            needed: posted.needed)
        if !posted.findings.isEmpty, !posted.isRefused {
            view.standing = try await standing(posted, in: session)
        }
        return view
    }

    private func recorded(_ finding: Finding) -> WorkUpView.RecordedFinding {
        let index = service.knowledge.evidence(named: finding.evidence)
        return WorkUpView.RecordedFinding(
            id: finding.evidence,
            name: index.map { service.knowledge.evidences[$0].shortName } ?? finding.evidence,
            isPresent: finding.isPresent)
    }

    /// The same case shown again in one session is one call: the page is billed for cases, not for
    /// how often they are looked at.
    private func standing(_ posted: WorkUpForm, in session: Session) async throws
        -> WorkUpView.Standing
    {
        let input = CaseInput(age: posted.age, sex: posted.sex, findings: posted.findings)
        let call = try await service.calls.predict(
            input, model: Service.panelName,
            by: Caller(
                principal: .workbench, dialect: Dialect.workbench.rawValue,
                idempotencyKey: WorkUpPage.key(of: input, in: session)))
        let state = service.panel.admit(input)
        return WorkUpView.Standing(
            call, round: service.panel.conference(state), state: state,
            skipped: Set(posted.skipped))
    }

    private static func key(of input: CaseInput, in session: Session) -> String {
        let text = JSONBody.text(CaseArguments(input))
        return "\(session.id)/\(Files.digest(of: Array(text.utf8)))"
    }
}
