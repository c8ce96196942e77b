// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Deidentification
import Ledger
package import Records
import Synchronization
import Timelines

/// What is asked of a stored definition: which of its rules are off, and which outcome is followed.
package struct DiscoveryRequest: Hashable, Sendable {
    /// SHA-256 of the definition's text.
    package var digest: String
    /// Positions of rules that are off.
    package var off: Set<Int>
    /// Nil: none is followed.
    package var outcome: Outcome?
    /// How long to follow; nil: as long as there are data.
    package var days: Int?

    package init(
        digest: String, off: Set<Int> = [], outcome: Outcome? = nil, days: Int? = nil
    ) {
        self.digest = digest
        self.off = off
        self.outcome = outcome
        self.days = days
    }
}

/// Everything that may be told in answer to a request.
package struct DiscoveryRelease: Sendable {
    /// As answered: rules that the definition lacks are left out of `off`.
    package let request: DiscoveryRequest
    package let json: [UInt8]
    package let name: String
    package let language: String
    /// The definition in plain English.
    package let english: String
    package let warnings: [String]
    package let outputs: CohortOutputs
    /// Empty where the number of persons is hidden; exact cells, to be told by block.
    package let ageSex: [AgeSexCell]
    /// Whether steps are told and rules can be switched off.
    package let canToggle: Bool
    /// Seconds the evaluation and this answer took.
    package let seconds: Double
}

/// Counts stored definitions for the pages.
///
/// The last findings stay, so that switching a rule off reads no event anew, and so do the last
/// answers and their places in the ledger: looking again at the same page releases nothing new. One
/// count is made at a time.
package final class DiscoveryDesk: Sendable {
    package let definitions: DefinitionStore
    private let service: Service
    private let kept = Mutex(Kept())
    private let evaluating = Mutex(())

    private static let findings = 8
    private static let answers = 32
    private static let recorded = 4096
    /// So many may wait for their count; further ones are asked to come back.
    private static let mostWaiting = 8

    package init(_ service: Service) {
        self.service = service
        definitions = DefinitionStore(service.site)
    }

    private struct Kept: Sendable {
        /// What the rest was counted in.
        var timelines: CurrentTimelines?
        var ground: DiscoveryGround?
        var findings = Recent<String, Found>(limit: DiscoveryDesk.findings)
        var answers = Recent<DiscoveryRequest, DiscoveryRelease>(limit: DiscoveryDesk.answers)
        var ledger = Recent<DiscoveryRequest, Int>(limit: DiscoveryDesk.recorded)
        var waiting = 0
    }

    private struct Found: Sendable {
        var json: [UInt8]
        var finding: CohortFinding
        var canToggle: Bool
        var seconds: Double
    }

    /// What cohorts are counted in; nil before the first import.
    ///
    /// A new release is picked up without a restart, and what was counted in the old one forgotten.
    package func ground() throws(SiteError) -> DiscoveryGround? {
        guard let current = try CurrentTimelines.read(service.site) else { return nil }
        let open = kept.withLock { $0.timelines == current ? $0.ground : nil }
        if let open { return open }
        let ground = try service.site.discovery(in: try service.timelines())
        kept.withLock { kept in
            if kept.timelines != current {
                kept = Kept(timelines: current, ground: ground, waiting: kept.waiting)
            }
        }
        return ground
    }

    /// Counts a definition as it was pasted or built, and keeps its text under its digest.
    ///
    /// - Throws: `SiteError` for a text that is too long or is not understood, and for questions
    ///   this site's records can't answer; nothing is kept then. `.nothingImported` before the first
    ///   import.
    package func count(_ json: [UInt8]) throws(SiteError) -> DiscoveryRelease {
        guard json.count <= DefinitionStore.longest else { throw DefinitionStore.tooLong }
        let digest = Files.digest(of: json)
        let release = try release(DiscoveryRequest(digest: digest), json)
        try definitions.keep(json)
        return release
    }

    /// Answers a request; nil where no definition is kept under its digest.
    package func answer(_ request: DiscoveryRequest) throws(SiteError) -> DiscoveryRelease? {
        guard let json = try definitions.text(of: request.digest) else { return nil }
        return try release(request, json)
    }

    private func release(
        _ request: DiscoveryRequest, _ json: [UInt8]
    ) throws(SiteError) -> DiscoveryRelease {
        guard let ground = try ground() else {
            throw .nothingImported(directory: service.site.path)
        }
        if let known = kept.withLock({ $0.answers[request] }) { return known }
        try kept.withLock { kept throws(SiteError) in
            guard kept.waiting < DiscoveryDesk.mostWaiting else {
                throw .refused("many counts are being made; try again in a minute")
            }
            kept.waiting += 1
        }
        defer { kept.withLock { $0.waiting -= 1 } }
        return try evaluating.withLock { _ throws(SiteError) -> DiscoveryRelease in
            // Who asked at the same time may have it already.
            if let known = kept.withLock({ $0.answers[request] }) { return known }
            let found = try found(request.digest, json, in: ground)
            let release = try answer(request, from: found, in: ground)
            keep(ground) { $0.answers[request] = release }
            return release
        }
    }

    /// The finding of a definition, evaluated unless it is at hand.
    private func found(
        _ digest: String, _ json: [UInt8], in ground: DiscoveryGround
    ) throws(SiteError) -> Found {
        if let known = kept.withLock({ $0.findings[digest] }) { return known }
        let clock = ContinuousClock()
        let begin = clock.now
        let finding = try ground.find(json, named: "definition")
        let groups = RuleGroups(
            finding.bitsets, population: ground.store.subjectCount,
            policy: ReleasePolicy(smallCell: ground.smallCell))
        let found = Found(
            json: json, finding: finding, canToggle: groups.canToggle,
            seconds: (clock.now - begin) / .seconds(1))
        keep(ground) { $0.findings[digest] = found }
        return found
    }

    /// Keeps what was counted unless a new release came in meanwhile.
    private func keep(_ ground: DiscoveryGround, _ change: (inout Kept) -> Void) {
        kept.withLock { kept in
            if kept.ground?.store === ground.store { change(&kept) }
        }
    }

    private func answer(
        _ request: DiscoveryRequest, from found: Found, in ground: DiscoveryGround
    ) throws(SiteError) -> DiscoveryRelease {
        let clock = ContinuousClock()
        let begin = clock.now
        let rules = Set(found.finding.bitsets.rules.indices)
        var request = request
        request.off.formIntersection(rules)
        var options = OutputOptions()
        options.enabledRules = request.off.isEmpty ? nil : rules.subtracting(request.off)
        options.windows = [.yearBefore]
        options.outcomes = request.outcome.map { [$0] } ?? []
        options.horizon = request.days
        let outputs = try ground.outputs(of: found.finding, options: options)
        var ageSex: [AgeSexCell] = []
        if outputs.persons.value != nil {
            let rows = found.finding.rows(enabled: options.enabledRules).firstOfEach()
            ageSex = CohortEngine(store: ground.store).ageSexTable(
                zip(rows.subjects, rows.starts).map {
                    CohortMember(subject: Int($0), indexStart: $1)
                }, smallCell: ground.smallCell)
        }
        let question = found.finding.question
        return DiscoveryRelease(
            request: request, json: found.json, name: question.name, language: question.language,
            english: question.inEnglish(ground.store), warnings: found.finding.warnings,
            outputs: outputs, ageSex: ageSex, canToggle: found.canToggle,
            seconds: found.seconds + (clock.now - begin) / .seconds(1))
    }
}

extension DiscoveryDesk {
    /// Puts an answer on record before it is shown; the index of its entry.
    ///
    /// The same answer shown again is the same release: it has one entry as long as the server runs
    /// and the timelines stay.
    package func record(
        _ release: DiscoveryRelease, actor: String
    ) async throws(SiteError) -> Int {
        if let known = kept.withLock({ $0.ledger[release.request] }) { return known }
        guard let ground = try ground() else {
            throw .nothingImported(directory: service.site.path)
        }
        var entry = ground.entry(
            release.json, persons: release.outputs.persons.text, actor: actor)
        let request = release.request
        if !request.off.isEmpty {
            entry.body["rules_off"] = .array(request.off.sorted().map { .int($0) })
        }
        if let outcome = request.outcome {
            entry.body["outcome"] = .array(outcome.codes.map { .string($0.description) })
        }
        if let days = request.days { entry.body["days"] = .int(days) }
        let index = try await service.append(entry)
        kept.withLock { $0.ledger[request] = index }
        return index
    }

    /// The subject a person names: by its 32 hexadecimal digits, whether the timelines have it or
    /// not, or by its position; nil for anything else.
    package func subject(named text: String) throws(SiteError) -> SubjectID? {
        if let subject = SubjectID(text) { return subject }
        guard let position = Int(text), let store = try ground()?.store,
            (0..<store.subjectCount).contains(position)
        else { return nil }
        return store.subject(position).id
    }

    /// Puts on record that somebody asks why one subject is in a cohort or not: who, about whom.
    @discardableResult
    package func recordQuestion(
        about subject: SubjectID, _ request: DiscoveryRequest, actor: String
    ) async throws(SiteError) -> Int {
        try await service.append(
            Entry(
                .subjectExplained, actor: actor,
                body: [
                    "definition": .string(request.digest),
                    "subject": .string(subject.description),
                ]))
    }

    /// Why one subject is in a cohort or not; nil where the timelines have no such subject or no
    /// definition is kept under the digest.
    ///
    /// The caller puts the question on record first.
    package func explain(
        _ subject: SubjectID, _ request: DiscoveryRequest
    ) throws(SiteError) -> WhyReport? {
        guard let ground = try ground(), let position = ground.store.index(of: subject),
            let json = try definitions.text(of: request.digest)
        else { return nil }
        return try ground.explain(position, json, off: request.off)
    }
}

extension DiscoveryGround {
    /// What each rule of a definition says of one subject.
    ///
    /// - Parameters:
    ///   - subject: position in the directory.
    ///   - off: positions of rules that are off.
    package func explain(
        _ subject: Int, _ json: [UInt8], off: Set<Int>
    ) throws(SiteError) -> WhyReport {
        try stage {
            func enabled(_ rules: Int) -> Set<Int>? {
                off.isEmpty ? nil : Set(0..<rules).subtracting(off)
            }
            switch try CohortQuestion(json: json, file: "definition") {
            case .plain(let definition):
                return WhyReport(
                    definition, subject: subject, store: store,
                    enabled: enabled(definition.rules.count))
            case .algebra(let definition):
                return WhyReport(
                    AlgebraEngine(store).evaluate(definition), subject: subject,
                    enabled: enabled(definition.rules.count))
            case .circe(let definition):
                guard let concepts else { throw CohortQuestionError.noOMOPTables }
                return try WhyReport(
                    definition.expression, subject: subject, store: store, concepts: concepts,
                    enabled: enabled(definition.expression.inclusionRules.count))
            }
        }
    }
}

extension SiteDirectory {
    /// What cohorts are counted in, over timelines that are open already.
    func discovery(in store: TimelineStore) throws(SiteError) -> DiscoveryGround {
        DiscoveryGround(
            store: store, concepts: try concepts(), smallCell: configuration.smallCell,
            keepsTrueDates: try timelinesInForce().releaseProfile
                == ReleaseProfile.limitedDataSet.rawValue)
    }
}

/// A few values by key; the one used least recently goes first.
private struct Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var values: [Key: (value: Value, use: Int)] = [:]
    private var uses = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    subscript(key: Key) -> Value? {
        mutating get {
            guard let known = values[key] else { return nil }
            uses += 1
            values[key] = (known.value, uses)
            return known.value
        }
        set {
            uses += 1
            values[key] = newValue.map { ($0, uses) }
            guard values.count > limit else { return }
            if let oldest = values.min(by: { $0.value.use < $1.value.use })?.key {
                values[oldest] = nil
            }
        }
    }
}
