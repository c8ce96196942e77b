// SPDX-License-Identifier: Apache-2.0
import Crypto
import Diagnosis
import Hummingbird
import Site
import Statistics
import Workbench

/// One of the own cases worked up by whoever sits here, with the benchmark's own rules.
struct PlayPage: Sendable {
    let service: Service
    private let rooms: PlayRooms
    private let keptRun = KeptPanelRun()

    init(service: Service, rooms: PlayRooms = PlayRooms()) {
        self.service = service
        self.rooms = rooms
    }

    private var table: PlayTable { PlayTable(service.site) }

    /// The choice of a case, and how earlier plays came out.
    func start(needed: String? = nil) async throws -> PlayView {
        let table = table
        let keptRun = keptRun
        let path = service.site.path
        return try await Background.run {
            let desk = try PlayDesk.opened.get()
            let (rows, unreadable) = try table.rows()
            let arms = PlayTable.summaries(of: rows, arms: PlayArm.allCases.map(\.rawValue))
            return .choosing(
                PlayChoice(
                    items: desk.items,
                    results: arms.map { PlayChoice.Result($0) } + PlayPage.panel(rows)
                        + keptRun.result(desk.desk, site: path),
                    unreadable: unreadable, needed: needed))
        }
    }

    /// How the panel did on the cases people played, each play counted.
    private static func panel(_ rows: [PlayRow]) -> [PlayChoice.Result] {
        let scores = rows.compactMap(\.panelScore)
        let cents = rows.compactMap(\.panelCents)
        guard !scores.isEmpty else { return [] }
        return [
            PlayChoice.Result(
                name: "The panel, same cases",
                accuracy: Proportion(scores.count { $0 >= 4 }, of: scores.count),
                cost: Double(cents.reduce(0, +)) / 100 / Double(max(1, cents.count)))
        ]
    }

    /// Begins a play; a form that lacks something shows the choice again.
    func begin(_ form: Form, _ session: Session) async throws -> PlayView {
        let beginning: PlayForm.Beginning
        switch PlayForm.beginning(form.fields) {
        case .failure(let refusal): return try await start(needed: refusal.sentence)
        case .success(let read): beginning = read
        }
        let desk = try await Background.run { try PlayDesk.opened.get() }
        let (id, chance) = PlayPage.freshID()
        let number = beginning.number ?? Int(chance % UInt64(max(1, desk.cases.count))) + 1
        guard (1...max(1, desk.cases.count)).contains(number), !desk.cases.isEmpty else {
            return try await start(needed: "There is no case of that number.")
        }
        let state = desk.state(
            id: id, session: session.id, number: number, arm: beginning.arm,
            speciality: beginning.speciality)
        rooms.add(state)
        return try await Background.run { .working(desk.room(state)) }
    }

    /// A name nobody can guess, and a number drawn with it.
    private static func freshID() -> (id: String, chance: UInt64) {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            (
                Files.hex(bytes.prefix(16)),
                bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
            )
        }
    }

    /// A play as it stands.
    func view(_ id: String?, _ session: Session) async throws -> PlayView {
        guard let id, let (state, _) = rooms.change(id, of: session.id, { _ in }) else {
            throw PageRefusal.noPlay
        }
        return try await shown(state)
    }

    private func shown(_ state: PlayState, needed: String? = nil) async throws -> PlayView {
        if let verdict = state.verdict { return .judged(verdict) }
        return try await Background.run {
            .working(try PlayDesk.opened.get().room(state, needed: needed))
        }
    }

    /// What a form did to a play.
    fileprivate enum Effect: Sendable {
        case done
        case needed(String)
        case judge(PlayStatement)
    }

    /// Asks, orders, looks up, commits or confirms.
    func act(_ form: Form, _ id: String?, _ session: Session) async throws -> PlayView {
        let action = PlayForm.action(form.fields)
        let changed = id.flatMap { rooms.change($0, of: session.id) { $0.apply(action) } }
        guard let (state, effect) = changed else { throw PageRefusal.noPlay }
        switch effect {
        case .done: return try await shown(state)
        case .needed(let sentence): return try await shown(state, needed: sentence)
        case .judge(let statement): return try await judged(statement, state)
        }
    }

    /// The verdict, once it is in the table; what can't be kept isn't told, so that no play is lost.
    private func judged(_ statement: PlayStatement, _ state: PlayState) async throws -> PlayView {
        let desk = try PlayDesk.opened.get()
        let verdict = await desk.verdict(statement, state)
        do {
            let table = table
            let row = PlayRow(verdict, speciality: state.speciality)
            try await Background.run { try table.append(row) }
        } catch {
            _ = rooms.change(state.id, of: state.session) { $0.isJudging = false }
            throw error
        }
        _ = rooms.change(state.id, of: state.session) { $0.verdict = verdict }
        return .judged(verdict)
    }
}

extension PlayState {
    /// Does what a form says; while a verdict is made or there, nothing.
    fileprivate mutating func apply(_ action: PlayForm.Action) -> PlayPage.Effect {
        guard verdict == nil else { return .done }
        guard !isJudging else {
            return .needed("The diagnosis is being judged; open this page again.")
        }
        switch action {
        case .ask(let text): return answer(.ask(text)).map { .needed($0) } ?? .done
        case .order(let text): return answer(.order(text)).map { .needed($0) } ?? .done
        case .look(let text):
            guard arm == .references else {
                return .needed("References belong to another arm than the one declared.")
            }
            looked = text
        case .commit(let statement):
            return commit(statement, isSure: false).map { .judge($0) } ?? .done
        case .confirm(let statement):
            return commit(statement, isSure: true).map { .judge($0) } ?? .done
        case .goOn: pending = nil
        case .needed(let sentence): return .needed(sentence)
        }
        return .done
    }
}

extension PlayChoice.Result {
    init(_ summary: PlaySummary) {
        self.init(
            name: summary.arm, accuracy: summary.accuracy, cost: summary.cost,
            questions: summary.questions, tests: summary.tests, minutes: summary.minutes,
            certainty: summary.certainty, brier: summary.brier)
    }
}

extension PageRefusal {
    static let noPlay = PageRefusal(
        status: .notFound, title: "No such play",
        sentence: "This play was not begun in this session, or was left for too long.",
        needed: ["Begin another under Play."])
}
