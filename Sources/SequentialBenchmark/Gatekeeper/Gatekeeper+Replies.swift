// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records

/// An answer while it is put together.
struct GatekeeperReply {
    var lines: [String] = []
    var notes: [String] = []
    var observations: [Observation] = []
    var recorded: [String] = []
    var byDefault: [String] = []
    var tests: [BilledTest] = []
    /// Names of results that were asked for without an order.
    var needOrder: [String] = []
    var questions = 0
    var openedVisit = false
    /// Something was asked or examined.
    var asked: Bool { questions > 0 }

    mutating func bill(_ test: BilledTest) {
        if !tests.contains(where: { $0.id == test.id }) { tests.append(test) }
    }
}

extension Gatekeeper {
    func add(
        _ topic: RequestTopic, _ reading: RequestReading, to reply: inout GatekeeperReply,
        isOrder: Bool
    ) {
        switch topic {
        case .finding(let finding):
            if reader.isAskable(finding: finding) {
                question(&reply) {
                    addFinding(finding, &$0, isExact: !reading.inexact.contains(topic))
                }
            } else if isOrder {
                order(billed(component: finding, reading), &reply) { addComponent(finding, &$0) }
            } else {
                need(catalogue.findings[finding].name, &reply)
            }
        case .group(let group):
            question(&reply) { addGroup(RequestGroup.all[group], reading, &$0) }
        case .own(let own): addOwn(own, &reply, isOrder: isOrder)
        case .test(let test):
            guard isOrder else { return need(catalogue.tests[test].name, &reply) }
            order(billed(test: test), &reply) { addTest(test, &$0) }
        case .ownTest(let test):
            // Without its name: that would say what the case holds.
            guard isOrder else { return need("the test by name", &reply) }
            order(billed(ownTest: test), &reply) { reply in
                for own in reader.index.ownTests[test].findings { addOwnLine(own, &reply) }
            }
        case .priced(let key):
            let name = vocabulary.schedule.others[key]?.name ?? key
            guard isOrder else { return need(name, &reply) }
            let cents = vocabulary.schedule.others[key]?.cents
            order(BilledTest(id: key, name: name, cents: cents), &reply) { reply in
                if item.defaultPolicy == .notRecorded {
                    reply.lines.append(AnswerWording.notRecorded(name))
                } else {
                    reply.lines.append("\(AnswerWording.title(name)): nothing unusual.")
                    reply.byDefault.append(name)
                }
            }
        }
    }

    private func need(_ name: String, _ reply: inout GatekeeperReply) {
        if !reply.needOrder.contains(name) { reply.needOrder.append(name) }
    }

    private func question(_ reply: inout GatekeeperReply, _ body: (inout GatekeeperReply) -> Void) {
        let note = RefusalWording.limit(Gatekeeper.questionLimit, "questions")
        guard reply.questions < Gatekeeper.questionLimit else {
            if !reply.notes.contains(note) { reply.notes.append(note) }
            return
        }
        reply.questions += 1
        body(&reply)
    }

    private func order(
        _ test: BilledTest, _ reply: inout GatekeeperReply, _ body: (inout GatekeeperReply) -> Void
    ) {
        let note = RefusalWording.limit(Gatekeeper.orderLimit, "tests")
        guard
            reply.tests.count < Gatekeeper.orderLimit
                || reply.tests.contains(where: { $0.id == test.id })
        else {
            if !reply.notes.contains(note) { reply.notes.append(note) }
            return
        }
        reply.bill(test)
        body(&reply)
    }

    private func billed(test: Int) -> BilledTest {
        let value = catalogue.tests[test]
        return BilledTest(
            id: value.id, name: value.name,
            cents: vocabulary.schedule.burden(test: value.id).cents)
    }

    /// The narrowest test that reveals a finding, or one of the same request that does.
    private func billed(component finding: Int, _ reading: RequestReading) -> BilledTest {
        for case .test(let test) in reading.topics
        where catalogue.tests[test].reveals.contains(finding) {
            return billed(test: test)
        }
        if let test = catalogue.findings[finding].tests.first { return billed(test: test) }
        let name = catalogue.findings[finding].name
        return BilledTest(
            id: catalogue.findings[finding].id, name: name,
            cents: vocabulary.schedule.cents(named: name))
    }

    private func billed(ownTest test: Int) -> BilledTest {
        let name = reader.index.ownTests[test].name
        return BilledTest(
            id: Phrase(name).key, name: name, cents: vocabulary.schedule.cents(named: name))
    }

    /// Everything a test reveals: the record's own words for it, then its findings in the order of
    /// the catalogue; what isn't recorded is filled in only where there are no such words.
    private func addTest(_ test: Int, _ reply: inout GatekeeperReply) {
        let own = reader.index.reports[test] ?? []
        for finding in own { addOwnLine(finding, &reply) }
        for finding in catalogue.tests[test].reveals
        where own.isEmpty || reader.index.recorded[finding] != nil {
            addFinding(finding, &reply, isExact: true)
        }
    }

    /// A single part of a test.
    private func addComponent(_ finding: Int, _ reply: inout GatekeeperReply) {
        if reader.index.recorded[finding] == nil {
            let owns = catalogue.findings[finding].tests.flatMap {
                reader.index.reports[$0] ?? []
            }
            if addMentions(of: finding, in: owns, &reply) { return }
        }
        addFinding(finding, &reply, isExact: true)
    }

    /// What opens by name only is left out; where the case has words of its own for the group, what
    /// it doesn't record otherwise isn't filled in, because the words may say more.
    private func addGroup(
        _ group: RequestGroup, _ reading: RequestReading, _ reply: inout GatekeeperReply
    ) {
        let hasOwn = reading.topics.contains { if case .own = $0 { true } else { false } }
        for id in group.findings {
            guard let finding = catalogue.finding(id), reader.isAskable(finding: finding) else {
                continue
            }
            if let only = catalogue.findings[finding].sex, let sex = item.sex, only != sex {
                continue
            }
            if hasOwn, reader.index.recorded[finding] == nil { continue }
            addFinding(finding, &reply, isExact: false)
        }
    }

    /// One line on a catalogue finding, from the record or by policy.
    private func addFinding(_ finding: Int, _ reply: inout GatekeeperReply, isExact: Bool) {
        let value = catalogue.findings[finding]
        guard !reply.recorded.contains(value.id), !reply.byDefault.contains(value.id) else {
            return
        }
        if let index = reader.index.recorded[finding] {
            let record = item.findings[index]
            if record.isPathognomonic, !isExact { return }
            reply.recorded.append(value.id)
            return addRecorded(record, value, finding, &reply)
        }
        if value.kind.isAskable {
            let owns = item.findings.indices.filter {
                let own = item.findings[$0]
                return own.gate == .ask && own.id == nil && !own.isPathognomonic
            }
            if addMentions(of: finding, in: owns, &reply) { return }
        }
        let filled: (outcome: Int, number: Double?)
        switch item.defaultPolicy {
        case .notRecorded: return reply.lines.append(AnswerWording.notRecorded(value.name))
        case .normal: filled = defaults.normal(finding: finding)
        case .background: filled = defaults.background(finding: finding, rates: background)
        }
        reply.byDefault.append(value.id)
        let range = catalogue.range(finding: finding, sex: item.sex)
        reply.lines.append(
            AnswerWording.line(
                value, outcome: filled.outcome, number: filled.number, range: range, text: nil))
        reply.observations.append(
            Observation(
                finding: value.id, outcome: value.outcomes[filled.outcome], number: filled.number))
    }

    private func addRecorded(
        _ record: CaseFinding, _ value: Catalogue.Finding, _ finding: Int,
        _ reply: inout GatekeeperReply
    ) {
        let range = catalogue.range(finding: finding, sex: item.sex)
        if let observation = record.observation(in: catalogue, sex: item.sex),
            let outcome = value.outcomes.firstIndex(of: observation.outcome)
        {
            var worded = value
            if let unit = record.unit { worded.unit = unit }
            reply.lines.append(
                AnswerWording.line(
                    worded, outcome: outcome, number: record.number, range: range,
                    text: record.text))
            reply.observations.append(observation)
        } else if let number = record.number {
            let quantity = AnswerWording.quantity(
                number, unit: record.unit ?? value.unit, range: range)
            reply.lines.append("\(AnswerWording.title(value.name)): \(quantity).")
        } else {
            let text = record.text ?? "not recorded."
            reply.lines.append("\(AnswerWording.title(value.name)): \(text)")
        }
    }

    /// Sentences of the case's own texts that name a catalogue finding; false where none does.
    private func addMentions(
        of finding: Int, in owns: [Int], _ reply: inout GatekeeperReply
    ) -> Bool {
        let value = catalogue.findings[finding]
        let names = vocabulary.findingNames[finding]
        var sentences: [String] = []
        for own in owns {
            for sentence in reader.index.sentences[own] ?? []
            where !sentences.contains(sentence.text) && names.contains(where: sentence.names) {
                sentences.append(sentence.text)
            }
        }
        guard !sentences.isEmpty else { return false }
        reply.recorded.append(value.id)
        reply.lines.append(
            "\(AnswerWording.title(value.name)): \(sentences.joined(separator: " "))")
        return true
    }

    private func addOwn(_ own: Int, _ reply: inout GatekeeperReply, isOrder: Bool) {
        if item.findings[own].gate == .ask {
            question(&reply) { addOwnLine(own, &$0) }
        } else if !isOrder {
            need("the test by name", &reply)
        } else if let test = reader.index.opener[own] {
            order(billed(ownTest: test), &reply) { addOwnLine(own, &$0) }
        } else if let test = reader.index.reports.keys.sorted().first(where: {
            reader.index.reports[$0]?.contains(own) == true
        }) {
            order(billed(test: test), &reply) { addOwnLine(own, &$0) }
        }
    }

    private func addOwnLine(_ own: Int, _ reply: inout GatekeeperReply) {
        let place = "findings[\(own)]"
        guard !reply.recorded.contains(place) else { return }
        reply.recorded.append(place)
        reply.lines.append(AnswerWording.line(own: item.findings[own]))
    }
}
