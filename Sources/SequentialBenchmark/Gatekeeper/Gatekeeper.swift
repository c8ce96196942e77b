// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
import Records

/// Whoever holds a case and answers for it, one request at a time.
///
/// A language model may stand here too; a run must then say so.
package protocol GatekeeperAnswering: Sendable {
    /// Answers, charges and remembers.
    mutating func answer(_ request: EncounterRequest) async throws -> EncounterAnswer
    /// Visits and tests so far.
    var bill: EncounterBill { get }
    /// All that was charged, visits included, US cents.
    var spentCents: Int { get }
    /// How requests were met, in their order.
    var log: [GatekeeperEntry] { get }
}

/// How one request was met; for the record of a run, never for the agent.
package struct GatekeeperEntry: Sendable, Hashable, Codable {
    package var request: EncounterRequest
    package var status: AnswerStatus
    /// Findings revealed from the case's record: catalogue ids, or positions such as `findings[3]`.
    package var recorded: [String]
    /// Catalogue ids answered by the case's default policy.
    package var byDefault: [String]
    package var tests: [BilledTest]
    package var openedVisit: Bool
}

/// How often each kind of answer was given.
package struct GatekeeperCounts: Sendable, Hashable, Codable {
    /// Findings from the record.
    package var recorded = 0
    /// Findings by default policy.
    package var byDefault = 0
    /// Requests about something that nothing was recorded of.
    package var notRecorded = 0
    /// Requests that revealed and charged nothing.
    package var refused = 0
}

/// Answers from a case's record by fixed rules: the same request gets the same answer, whoever asks
/// and whatever came before.
///
/// The rules, in the order they are tried: an id or LOINC code; a name, word for word; half a name.
/// Results are opened by an order only, one order opens what was ordered and nothing else, and the
/// diagnosis is never looked at. Visits: a run of questions is one visit, an order ends it, and the
/// first request that is met opens the first. Source of the visit rule: arXiv 2506.22405.
package struct Gatekeeper: GatekeeperAnswering {
    /// At most so many questions in one request.
    package static let questionLimit = 5
    /// At most so many tests in one request.
    package static let orderLimit = 3

    package private(set) var log: [GatekeeperEntry] = []
    package private(set) var bill: EncounterBill
    package private(set) var counts = GatekeeperCounts()
    private var visitIsOpen = false
    let reader: RequestReader
    let defaults: DefaultValue
    let background: BackgroundRates
    var item: BenchmarkCase { reader.item }
    var vocabulary: RequestVocabulary { reader.vocabulary }
    var catalogue: Catalogue { reader.vocabulary.catalogue }

    /// - Parameters:
    ///   - background: used by cases whose policy is `background` only.
    ///   - seed: of the values that fill in for what isn't recorded.
    package init(
        case item: BenchmarkCase, vocabulary: RequestVocabulary,
        background: @escaping BackgroundRates, seed: UInt64
    ) {
        reader = RequestReader(
            vocabulary: vocabulary, index: CaseIndex(item, vocabulary), item: item)
        defaults = DefaultValue(
            catalogue: vocabulary.catalogue, sex: item.sex, caseID: item.twinOf ?? item.id,
            seed: seed)
        self.background = background
        bill = EncounterBill(
            visitCents: vocabulary.schedule.visitCents(
                isEmergencyDepartment: item.isEmergencyDepartment))
    }

    /// The same with a vocabulary of its own; for many cases, make the vocabulary once.
    package init(
        case item: BenchmarkCase, catalogue: Catalogue, schedule: PriceSchedule,
        background: @escaping BackgroundRates = { _, _ in 0 }, seed: UInt64 = 1
    ) {
        self.init(
            case: item, vocabulary: RequestVocabulary(catalogue: catalogue, schedule: schedule),
            background: background, seed: seed)
    }

    package var spentCents: Int { bill.totalCents }
    package var visits: Int { bill.visits }

    /// Answers one request, charges it and writes it to the log.
    package mutating func answer(_ request: EncounterRequest) -> EncounterAnswer {
        let reading = reader.read(request)
        if reading.topics.isEmpty { return refuse(request, reading) }
        var reply = GatekeeperReply()
        for topic in reading.topics { add(topic, reading, to: &reply, isOrder: request.isOrder) }
        if reply.lines.isEmpty { return refuse(request, reading, reply.needOrder) }
        var notes = reply.notes
        if !reply.needOrder.isEmpty { notes.append(RefusalWording.needsOrder(reply.needOrder)) }
        if !reading.options.isEmpty { notes.append(optionsText(reading.options)) }
        if reading.hasRest { notes.append(RefusalWording.rest) }
        let tests = charge(&reply)
        let status: AnswerStatus =
            !reply.recorded.isEmpty
            ? .recorded : !reply.byDefault.isEmpty ? .byDefault : .notRecorded
        counts.recorded += reply.recorded.count
        counts.byDefault += reply.byDefault.count
        if status == .notRecorded { counts.notRecorded += 1 }
        log.append(
            GatekeeperEntry(
                request: request, status: status, recorded: reply.recorded,
                byDefault: reply.byDefault, tests: tests, openedVisit: reply.openedVisit))
        return EncounterAnswer(
            request: request, status: status, text: (reply.lines + notes).joined(separator: "\n"),
            observations: reply.observations, cents: tests.reduce(0) { $0 + ($1.cents ?? 0) },
            unpriced: tests.filter { $0.cents == nil }.map(\.name))
    }

    /// Adds tests to the bill, and a visit where one begins.
    private mutating func charge(_ reply: inout GatekeeperReply) -> [BilledTest] {
        if reply.asked, !visitIsOpen || bill.visits == 0 {
            bill.visits += 1
            visitIsOpen = true
            reply.openedVisit = true
        }
        guard !reply.tests.isEmpty else { return [] }
        if bill.visits == 0 {
            bill.visits = 1
            reply.openedVisit = true
        }
        visitIsOpen = false
        var done = Set(bill.tests.map(\.id))
        let tests = reply.tests.map { test in
            var billed = test
            billed.isRepeat = !done.insert(test.id).inserted
            return billed
        }
        bill.tests += tests
        return tests
    }

    private mutating func refuse(
        _ request: EncounterRequest, _ reading: RequestReading, _ needOrder: [String] = []
    ) -> EncounterAnswer {
        let status: AnswerStatus
        let text: String
        if !needOrder.isEmpty {
            (status, text) = (.needsOrder, RefusalWording.needsOrder(needOrder))
        } else if reading.isVague {
            (status, text) = (.vague, RefusalWording.vague)
        } else if reading.asksForResult {
            (status, text) = (.needsOrder, RefusalWording.needsOrder)
        } else if !reading.options.isEmpty {
            (status, text) = (.ambiguous, optionsText(reading.options))
        } else {
            (status, text) = (.notUnderstood, RefusalWording.notUnderstood)
        }
        counts.refused += 1
        log.append(
            GatekeeperEntry(
                request: request, status: status, recorded: [], byDefault: [], tests: [],
                openedVisit: false))
        return EncounterAnswer(request: request, status: status, text: text)
    }

    private func optionsText(_ options: [RequestTopic]) -> String {
        var names: [String] = []
        for option in options {
            guard let name = name(of: option), !names.contains(name) else { continue }
            names.append(name)
        }
        if names.isEmpty { return RefusalWording.vague }
        return RefusalWording.ambiguous(Array(names.prefix(6)), isCut: names.count > 6)
    }

    /// Nil for what only this case knows.
    func name(of topic: RequestTopic) -> String? {
        switch topic {
        case .finding(let finding): catalogue.findings[finding].name
        case .test(let test): catalogue.tests[test].name
        case .group(let group): RequestGroup.all[group].name
        case .priced(let key): vocabulary.schedule.others[key]?.name
        case .own, .ownTest: nil
        }
    }
}

extension EncounterRequest {
    var isOrder: Bool {
        if case .order = self { true } else { false }
    }
}
