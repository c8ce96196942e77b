// SPDX-License-Identifier: Apache-2.0
package import Timelines

/// A cohort definition in any of the languages a site reads.
package enum CohortQuestion: Hashable, Sendable {
    /// One index event and rules around it; see `CohortDefinition`.
    case plain(CohortDefinition)
    case algebra(AlgebraDefinition)
    case circe(CirceDefinition)

    /// Reads a definition; the language follows from its keys.
    ///
    /// - Parameter file: what errors call the text.
    /// - Throws: `CohortError` or `CirceError` for the first thing that is not understood.
    package init(json: [UInt8], file: String? = nil) throws {
        let value: StrictJSON
        do throws(StrictJSON.SyntaxError) {
            value = try StrictJSON.parse(json, limits: CirceDefinition.limits)
        } catch {
            throw CohortError.notJSON(file: file, line: error.line, expected: error.expected)
        }
        if value.hasKey("PrimaryCriteria") || value.hasKey("ConceptSets") {
            self = .circe(try CirceDefinition(json))
        } else if value.hasKey("algebra") {
            self = .algebra(try AlgebraDefinition(json: json, file: file))
        } else {
            self = .plain(try CohortDefinition(json: json, file: file))
        }
    }

    package var name: String {
        switch self {
        case .plain(let definition): definition.name
        case .algebra(let definition): definition.name
        case .circe(let definition): definition.expression.title ?? "Circe definition"
        }
    }

    /// Such as `Circe JSON`.
    package var language: String {
        switch self {
        case .plain: "Bedside cohort"
        case .algebra: "Bedside cohort algebra"
        case .circe: "Circe JSON"
        }
    }

    /// The definition in plain English, one statement a line, with the store's names of codes.
    package func inEnglish(_ store: TimelineStore) -> String {
        switch self {
        case .plain(let definition): definition.inEnglish(store: store)
        case .algebra(let definition): definition.inEnglish(store: store)
        case .circe(let definition): definition.inEnglish
        }
    }
}

extension StrictJSON {
    fileprivate func hasKey(_ key: String) -> Bool {
        guard case .object(let members) = self else { return false }
        return members.contains { $0.key == key }
    }
}

/// What a question found; exact, for use inside the site.
package struct CohortFinding: Sendable {
    package let question: CohortQuestion
    /// Rows with the entry event and the rules each satisfies.
    package let bitsets: RuleBitsets
    /// What the reader of the definition should look at twice.
    package let warnings: [String]
    /// Nil but for Circe.
    package let circe: CirceResult?
    private let algebra: AlgebraResult?
    private let anchors: CohortAnchors?

    /// Evaluates a question.
    ///
    /// - Parameter concepts: the site's concepts; nil where it has none.
    /// - Throws: `CirceError`, `OutputsError`, or `CohortQuestionError` where the site's records
    ///   can't answer the question.
    package init(_ question: CohortQuestion, in store: TimelineStore, concepts: ConceptStore?)
        throws
    {
        self.question = question
        switch question {
        case .plain(let definition):
            bitsets = try CohortEngine(store: store).bitsets(definition)
            warnings = CohortWarnings(store: store).of(definition)
            (circe, algebra) = (nil, nil)
            anchors = nil
        case .algebra(let definition):
            let result = AlgebraEngine(store).evaluate(definition)
            bitsets = try result.bitsets()
            warnings = definition.warnings(store)
            (circe, algebra) = (nil, result)
            anchors = nil
        case .circe(let definition):
            guard let concepts else { throw CohortQuestionError.noOMOPTables }
            let source = TimelineClinicalSource(store: store, concepts: concepts)
            guard source.hasTables else { throw CohortQuestionError.noOMOPTables }
            if !source.hasTrueDates, definition.expression.needsTrueDates {
                throw CohortQuestionError.noTrueDates
            }
            var engine = CirceEngine(source)
            let result = try engine.run(definition.expression)
            bitsets = try RuleBitsets(result, anchors: CohortAnchors(store, source))
            warnings = CirceLint.warnings(definition.expression).map(\.sentence)
            (circe, algebra) = (result, nil)
            anchors = CohortAnchors(store, source)
        }
    }

    /// The cohort with some rules only (all of them for nil): entries with their exits.
    package func rows(enabled: Set<Int>? = nil) -> CohortRows {
        if let algebra { return algebra.rows(enabled: enabled) }
        guard let circe, let anchors else { return bitsets.passing(enabled: enabled) }
        let flags = bitsets.rules.indices.map { enabled?.contains($0) ?? true }
        let cohort = circe.cohort(enabled: flags)
        return CohortRows(
            subjects: cohort.subject, startDays: cohort.start, endDays: cohort.end,
            anchorDay: anchors.day)
    }
}

/// The days that a clinical source's days count from.
private struct CohortAnchors: Sendable {
    private let store: TimelineStore
    private let hasTrueDates: Bool

    init(_ store: TimelineStore, _ source: TimelineClinicalSource) {
        self.store = store
        hasTrueDates = source.hasTrueDates
    }

    func day(_ subject: Int) -> Int32 { hasTrueDates ? store.anchorDay(subject) ?? 0 : 0 }
}

/// Why a site can't answer a question it understands.
package enum CohortQuestionError: Error, Equatable, Sendable {
    /// A definition written for OMOP tables was asked of a site without them.
    case noOMOPTables
    /// A definition asks for calendar dates or years of birth, and the release holds none.
    case noTrueDates

    /// One sentence for whoever asked.
    package var sentence: String {
        switch self {
        case .noOMOPTables:
            "Circe definitions are written for OMOP tables, and this site's records did not come "
                + "as such; expected a site filled by bedside import --format omop."
        case .noTrueDates:
            "The definition asks for calendar dates or ages in calendar years, and this site's "
                + "release holds neither; expected one without, or a site under the profile "
                + "limited-data-set."
        }
    }
}

extension RuleBitsets {
    /// The qualified events of a Circe result and the inclusion rules they meet.
    ///
    /// Events come in the order Circe ranks them by; bits stand for rows sorted by their start.
    fileprivate init(_ result: CirceResult, anchors: CohortAnchors) throws(OutputsError) {
        let events = (0..<result.qualifiedEvents).map { result.event($0) }
        let order = events.indices.sorted {
            (events[$0].subject, events[$0].start, $0) < (events[$1].subject, events[$1].start, $1)
        }
        try self.init(
            rules: result.ruleNames,
            entries: CohortRows(
                subjects: order.map { events[$0].subject },
                startDays: order.map { events[$0].start },
                endDays: order.map { events[$0].end ?? events[$0].start }, anchorDay: anchors.day)
        ) { rule, row in result.rules[rule].contains(order[row]) }
    }
}

extension CirceExpression {
    /// Whether some condition compares a calendar date or counts age from the year of birth.
    fileprivate var needsTrueDates: Bool {
        func needs(_ attribute: Circe.Attribute) -> Bool {
            switch attribute.test {
            case .dates, .period: true
            default: [.age, .ageAtStart, .ageAtEnd].contains(attribute.field)
            }
        }
        return !censorWindow.isOpen
            || allCriteria.contains { $0.attributes.contains(where: needs) }
            || allGroups.contains { group in
                group.demographics.contains { $0.attributes.contains(where: needs) }
            }
    }
}
