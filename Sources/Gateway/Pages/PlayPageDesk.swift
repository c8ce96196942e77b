// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records
import SequentialBenchmark
import Site
import Workbench

/// Cases, prices and names for the play page, opened when somebody first asks for it.
struct PlayDesk: Sendable {
    let desk: AgentDesk
    /// In an order that says nothing about a case, so that its number doesn't either.
    let cases: [BenchmarkCase]
    let schedule: PriceSchedule
    let vocabulary: RequestVocabulary
    /// What can be asked or examined, by name.
    let findings: [PlayRoom.Option]
    /// What can be ordered, by name with its price.
    let tests: [PlayRoom.Option]

    /// The same for every server of the process.
    static let opened = Result { () throws(SiteError) -> PlayDesk in try PlayDesk() }

    private init() throws(SiteError) {
        let desk = try AgentDesk()
        let schedule = try desk.schedule("us-medicare")
        self.desk = desk
        self.schedule = schedule
        cases = try desk.cases("own").sorted { PlayDesk.place($0) < PlayDesk.place($1) }
        vocabulary = RequestVocabulary(catalogue: desk.catalogue, schedule: schedule)
        findings = desk.catalogue.findings.filter(\.kind.isAskable)
            .map { PlayRoom.Option(name: $0.name) }.sorted { $0.name < $1.name }
        tests = desk.catalogue.tests.map { test in
            PlayRoom.Option(
                name: test.name,
                note: schedule.burden(test: test.id).cents
                    .map { NumberText.dollars(Double($0) / 100) } ?? "no price")
        }.sorted { $0.name < $1.name }
    }

    private static func place(_ item: BenchmarkCase) -> String {
        Files.digest(of: Array(item.id.utf8))
    }

    var items: [PlayChoice.Item] {
        cases.enumerated().map { index, item in
            PlayChoice.Item(
                number: index + 1, age: item.age, sex: item.sex?.rawValue,
                setting: item.isEmergencyDepartment ? "Emergency department" : "Practice")
        }
    }

    /// A case before the first request.
    func state(
        id: String, session: String, number: Int, arm: PlayArm, speciality: String
    ) -> PlayState {
        let item = cases[number - 1]
        return PlayState(
            id: id, session: session, item: item, number: number, arm: arm,
            speciality: speciality,
            gatekeeper: Gatekeeper(
                case: item, vocabulary: vocabulary, background: desk.background, seed: 1))
    }

    /// What the page shows of a play.
    ///
    /// - Complexity: with the panel, one deliberation of it.
    func room(_ state: PlayState, needed: String? = nil) -> PlayRoom {
        PlayRoom(
            id: state.id, number: state.number, arm: state.arm, abstract: state.item.abstract,
            spentCents: state.gatekeeper.spentCents, visits: state.gatekeeper.visits,
            visitCents: visitCents(state.item), exchanges: state.answers.map(exchange),
            findings: findings, tests: tests,
            panel: state.arm == .panel && state.pending == nil ? panel(state) : nil,
            reference: state.arm == .references ? state.looked.map(reference) : nil,
            pending: state.pending, needed: needed)
    }

    func exchange(_ answer: EncounterAnswer) -> PlayExchange {
        let isOrder = if case .order = answer.request { true } else { false }
        return PlayExchange(
            request: name(answer.request), isOrder: isOrder,
            lines: answer.text.split(separator: "\n").map(String.init),
            isRefused: !PlayDesk.met.contains(answer.status), cents: answer.cents,
            unpriced: answer.unpriced)
    }

    /// Answers that count as a question or test.
    static let met: Set<AnswerStatus> = [.recorded, .byDefault, .notRecorded]

    /// A request as a person reads it: ids become names.
    private func name(_ request: EncounterRequest) -> String {
        let catalogue = desk.catalogue
        switch request {
        case .ask(let text):
            return catalogue.finding(text).map { catalogue.findings[$0].name } ?? text
        case .order(let text):
            return catalogue.test(text).map { catalogue.tests[$0].name } ?? text
        }
    }

    private func visitCents(_ item: BenchmarkCase) -> Int {
        schedule.visitCents(isEmergencyDepartment: item.isEmergencyDepartment)
    }

    /// What the panel makes of the same answers.
    private func panel(_ state: PlayState) -> PlayRoom.Panel {
        let item = state.item
        var session = desk.panel.session(
            EncounterStart(
                caseID: item.id, abstract: item.abstract, age: item.age, sex: item.sex,
                isEmergencyDepartment: item.isEmergencyDepartment,
                volunteered: item.volunteered(desk.catalogue), visitCents: visitCents(item),
                burdens: schedule.burdens))
        var turn = session.next([], spentCents: 0, isConfirming: false)
        if !state.answers.isEmpty {
            // Its opening questions are behind it; what was answered instead is what it goes by.
            turn = session.next(
                state.answers, spentCents: state.gatekeeper.spentCents, isConfirming: false)
        }
        return PlayRoom.Panel(
            differential: turn.differential.map {
                PlayRoom.Hypothesis(name: $0.name, probability: $0.probability)
            },
            statements: turn.statements.map {
                WorkUpView.Statement(role: $0.role.rawValue, text: $0.sentence)
            },
            suggestions: turn.requests.map { request in
                let isOrder = if case .order = request { true } else { false }
                return PlayRoom.Suggestion(
                    id: request.text, name: name(request), isOrder: isOrder)
            },
            commits: turn.diagnosis.map { $0.name + "." })
    }
}
