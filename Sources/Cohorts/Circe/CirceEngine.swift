// SPDX-License-Identifier: Apache-2.0
import Records

/// Evaluates Circe definitions over a clinical source, with the meaning of the SQL Circe writes.
///
/// Where the SQL leaves an order open (events of one person that start on one day), the record
/// with the smaller id comes first. Rows that were read are kept from one definition to the next,
/// up to `rowLimit` rows.
/// Source of the semantics: OHDSI circe-be, its SQL templates and builders.
package struct CirceEngine<Source: ClinicalSource> {
    let source: Source
    let people: CircePeople
    let periods: CircePeriods
    private var cache: CirceRowCache
    /// Visit concepts by visit id; read when first asked for.
    private var visits: [Int64: UInt32]?
    /// Of the definition being run.
    private var conceptSets: [Int: Set<UInt32>] = [:]
    private var statedSets: [Int: [Circe.ConceptSet]] = [:]
    private(set) var readsVisits = false

    /// - Parameter rowLimit: rows kept between criteria and definitions; a single criterion's rows
    ///   are read whole, however many they are.
    package init(_ source: Source, rowLimit: Int = 4_000_000) {
        self.source = source
        cache = CirceRowCache(rowLimit: rowLimit)
        people = CircePeople(source)
        periods = CircePeriods(
            source.rows(.observationPeriod, concepts: nil, attributes: []),
            subjects: source.subjectCount)
    }

    /// The cohort of a definition.
    ///
    /// - Throws: `unfinished` where a condition has no value to compare to.
    package mutating func run(_ expression: CirceExpression) throws(CirceError) -> CirceResult {
        try expression.checkFinished()
        begin(expression.conceptSets, readsVisits: expression.readsVisits)
        let qualified = qualifiedEvents(expression)
        let rules = expression.inclusionRules.map { rule in
            CirceBits(holds(rule.expression, qualified))
        }
        return CirceResult(
            expression, events: qualified, exits: exits(of: qualified, expression), rules: rules)
    }

    /// Makes a definition's concept sets the ones that criteria refer to.
    mutating func begin(_ sets: [Circe.ConceptSet], readsVisits: Bool) {
        conceptSets = [:]
        statedSets = Dictionary(grouping: sets, by: \.id)
        self.readsVisits = readsVisits
    }

    // MARK: - What the rest reads

    /// The concepts of a set; a set the definition does not have holds none.
    mutating func concepts(_ id: Int) -> Set<UInt32> {
        if let known = conceptSets[id] { return known }
        var resolved: Set<UInt32> = []
        for set in statedSets[id] ?? [] {
            resolved.formUnion(set.resolved(in: source.concepts))
        }
        conceptSets[id] = resolved
        return resolved
    }

    mutating func rows(
        _ table: ClinicalTable, _ concepts: Set<UInt32>?, _ attributes: Set<EventAttribute>
    ) -> ClinicalRows {
        if let concepts, concepts.isEmpty { return ClinicalRows() }
        return cache.rows(table, concepts, attributes) { [source] concepts, attributes in
            source.rows(table, concepts: concepts, attributes: attributes)
        }
    }

    mutating func visitConcepts() -> [Int64: UInt32] {
        if let visits { return visits }
        let rows = source.rows(.visitOccurrence, concepts: nil, attributes: [])
        let found = Dictionary(
            zip(rows.record, rows.concept), uniquingKeysWith: { first, _ in first })
        visits = found
        return found
    }
}

extension Circe.ConceptSet {
    /// Concepts the vocabulary has: those listed, their valid descendants, and what maps to
    /// either; less the same of the excluded items.
    func resolved(in vocabulary: some ConceptDictionary) -> Set<UInt32> {
        var included = Circe.ConceptSet.concepts(of: items.filter { !$0.isExcluded }, vocabulary)
        guard !included.isEmpty else { return included }
        included.subtract(Circe.ConceptSet.concepts(of: items.filter(\.isExcluded), vocabulary))
        return included
    }

    private static func concepts(
        of items: [Circe.ConceptSetItem], _ vocabulary: some ConceptDictionary
    ) -> Set<UInt32> {
        var found: Set<UInt32> = []
        for item in items {
            var reached: [UInt32] = []
            if vocabulary.entry(item.concept.id) != nil { reached.append(item.concept.id) }
            if item.includesDescendants {
                for concept in vocabulary.descendants(item.concept.id)
                where vocabulary.entry(concept)?.invalidReason.isEmpty == true {
                    reached.append(concept)
                }
            }
            found.formUnion(reached)
            guard item.includesMapped else { continue }
            for concept in reached { found.formUnion(vocabulary.mapped(to: concept)) }
        }
        return found
    }
}

/// Rows already read, by table and concepts.
private struct CirceRowCache {
    private struct Key: Hashable {
        var table: ClinicalTable
        var concepts: Set<UInt32>?
    }

    private let rowLimit: Int
    private var kept: [Key: ClinicalRows] = [:]
    private var keptRows = 0

    init(rowLimit: Int) {
        self.rowLimit = rowLimit
    }

    mutating func rows(
        _ table: ClinicalTable, _ concepts: Set<UInt32>?, _ attributes: Set<EventAttribute>,
        read: (Set<UInt32>?, Set<EventAttribute>) -> ClinicalRows
    ) -> ClinicalRows {
        let key = Key(table: table, concepts: concepts)
        var wanted = attributes
        if let known = kept[key] {
            wanted.formUnion(known.attributes.keys)
            if wanted.count == known.attributes.count { return known }
            keptRows -= known.count
        }
        let rows = read(concepts, wanted)
        if keptRows + rows.count > rowLimit {
            kept = [:]
            keptRows = 0
        }
        kept[key] = rows
        keptRows += rows.count
        return rows
    }
}

/// The persons' facts as columns.
struct CircePeople: Sendable {
    static let noYear = Int32.min

    private(set) var gender: [UInt32] = []
    private(set) var race: [UInt32] = []
    private(set) var ethnicity: [UInt32] = []
    private(set) var yearOfBirth: [Int32] = []

    init(_ source: some ClinicalSource) {
        for subject in 0..<source.subjectCount {
            let person = source.person(subject)
            gender.append(person.genderConcept)
            race.append(person.raceConcept)
            ethnicity.append(person.ethnicityConcept)
            yearOfBirth.append(person.yearOfBirth ?? CircePeople.noYear)
        }
    }

    /// Age in the year of a day; nil where either is unknown.
    func age(_ subject: Int32, at day: Int32) -> Int? {
        let birth = yearOfBirth[Int(subject)]
        guard birth != CircePeople.noYear, day != ClinicalRows.noEnd else { return nil }
        return CivilDay(number: day).parts.year - Int(birth)
    }
}

/// The observation periods of each subject, in order.
struct CircePeriods: Sendable {
    /// Where each subject's periods begin; one more entry than subjects.
    private let offsets: [Int32]
    let start: [Int32]
    let end: [Int32]

    init(_ rows: ClinicalRows, subjects: Int) {
        var offsets = [Int32](repeating: 0, count: subjects + 1)
        for subject in rows.subject { offsets[Int(subject) + 1] += 1 }
        for index in 0..<subjects { offsets[index + 1] += offsets[index] }
        self.offsets = offsets
        start = rows.start
        end = rows.end
    }

    func indices(of subject: Int32) -> Range<Int> {
        Int(offsets[Int(subject)])..<Int(offsets[Int(subject) + 1])
    }
}
