// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Records
import Synchronization
package import Timelines

/// Evaluates definitions of the cohort algebra over a segment of timelines.
///
/// Rows are columns in order of subject and start; two sets meet by one merge. The events that
/// rules read are read once, only for subjects with an index row and on the days that some rule asks
/// for. Nothing asks across subjects, so many index rows are judged in parts, side by side.
package struct AlgebraEngine: Sendable {
    package let store: TimelineStore
    let facts: SubjectFacts

    /// Parts of the subjects that are judged side by side, each with columns as long as the directory.
    private static let partCount = 2
    /// Fewer index rows are judged faster by one.
    private let rowsOfPart: Int

    /// - Parameter rowsOfPart: fewest index rows that are worth a part of their own.
    /// - Complexity: O(subjects).
    package init(_ store: TimelineStore, rowsOfPart: Int = 2048) {
        self.store = store
        self.rowsOfPart = rowsOfPart
        facts = SubjectFacts(store)
    }

    /// The exact answer, for use inside the site.
    package func evaluate(_ definition: AlgebraDefinition) -> AlgebraResult {
        var evaluation = AlgebraEvaluation(store: store, facts: facts)
        let entries = evaluation.rows(
            definition.index, definition.indexNeeds, AlgebraEvaluation.Scope())
        let plan = EventPlan(definition)
        let parts = entries.parts(
            plan.asksEveryCode ? 1 : AlgebraEngine.partCount, ofAtLeast: rowsOfPart)
        let before = evaluation
        let verdicts = Mutex([AlgebraVerdicts?](repeating: nil, count: parts.count))
        DispatchQueue.concurrentPerform(iterations: parts.count) { place in
            var evaluation = before
            let part = evaluation.judge(
                parts.count == 1 ? entries : entries.slice(parts[place]), by: definition, plan)
            verdicts.withLock { $0[place] = part }
        }
        let judged = verdicts.withLock { $0.compactMap(\.self) }
        let passes = definition.rules.indices.map { rule in
            RowMask(joining: judged.map { $0.passes[rule] })
        }
        let exits = AlgebraExits(joining: judged.map(\.exits))
        return AlgebraResult(
            rules: definition.rules.map(\.name), subjects: entries.subjects,
            starts: entries.starts, ends: exits.ends, stops: exits.stops, passes: passes,
            strata: definition.strata.map { facts.stratum($0, of: entries) },
            population: store.subjectCount)
    }

    /// The rows of an expression alone: subjects, starts and ends.
    package func rows(_ expression: AlgebraExpression) -> CohortRows {
        var evaluation = AlgebraEvaluation(store: store, facts: facts)
        let rows = evaluation.rows(
            expression, RowSet.Needs(ends: true), AlgebraEvaluation.Scope())
        return CohortRows(
            subjects: rows.subjects, starts: rows.starts,
            ends: rows.ends.isEmpty ? rows.starts : rows.ends)
    }
}

/// What rules and exit say of index rows.
struct AlgebraVerdicts: Sendable {
    /// One for each rule.
    var passes: [RowMask]
    var exits: AlgebraExits
}

extension AlgebraEvaluation {
    /// Judges index rows, all those of their subjects together.
    mutating func judge(
        _ entries: RowSet, by definition: AlgebraDefinition, _ plan: EventPlan
    ) -> AlgebraVerdicts {
        let members = SubjectBounds(of: entries, subjects: store.subjectCount)
        read(plan, around: entries)
        let layers = IndexLayers(entries, members: members, subjects: store.subjectCount)
        var passes: [RowMask] = []
        for rule in definition.rules {
            let condition = rule.condition.aboutIndexRows
            var passed = RowMask(size: entries.count)
            for layer in layers.layers(ifSplit: condition.mentionsIndex(isTop: true)) {
                mask(condition, layer.rows, layer.scope).forEach {
                    passed.insert(layer.position($0))
                }
            }
            passes.append(passed)
        }
        var exits = AlgebraExits(entries)
        for layer in layers.layers(ifSplit: definition.exit.mentionsIndex) {
            exits.take(self.exits(definition.exit, layer.rows, layer.scope), at: layer)
        }
        return AlgebraVerdicts(passes: passes, exits: exits)
    }

    /// Reads what a plan wants of each event.
    mutating func read(_ plan: EventPlan, around entries: RowSet) {
        hasReadEvents = true
        for (event, want) in plan.wanted {
            let bounds = SubjectBounds(
                around: entries, of: .start, days: want.days, subjects: facts.count)
            events[event] = EventRows(event, in: store).rows(want.needs, in: bounds)
        }
    }
}

extension AlgebraDefinition {
    /// Columns of index rows that something reads.
    var indexNeeds: RowSet.Needs {
        var needs = rules.reduce(RowSet.Needs()) { $0 | $1.condition.needs }
        let asked =
            rules.map { $0.condition.mayNeedIndexColumns }
            + exit.stops.map { $0.window.of == .end || $0.rows.mayNeedIndexColumns }
        var mayNeedColumns = asked.contains(true)
        switch exit.plan {
        case .endOfRow, .days(_, from: .end): needs.ends = true
        case .endOfEra(let rows, _), .last(let rows):
            mayNeedColumns = mayNeedColumns || rows.mayNeedIndexColumns
        case .days, .endOfObservation: break
        }
        if mayNeedColumns { needs = RowSet.Needs(ends: true, numbers: true) }
        return needs
    }
}

extension AlgebraExit {
    var mentionsIndex: Bool {
        if stops.contains(where: { $0.rows.mentionsIndex }) { return true }
        return switch plan {
        case .endOfEra(let rows, _), .last(let rows): rows.mentionsIndex
        case .endOfRow, .days, .endOfObservation: false
        }
    }
}

/// Index rows, where need be split so that no part has two of one subject.
struct IndexLayers {
    struct Layer {
        var rows: RowSet
        var scope: AlgebraEvaluation.Scope
        /// Where the rows are among all; nil where these are all.
        var positions: [Int]?

        func position(_ row: Int) -> Int { positions?[row] ?? row }
    }

    private let entries: RowSet
    private let members: SubjectBounds
    private let subjects: Int

    init(_ entries: RowSet, members: SubjectBounds, subjects: Int) {
        self.entries = entries
        self.members = members
        self.subjects = subjects
    }

    /// - Parameter isSplit: the index row of a subject is asked for by other rows.
    func layers(ifSplit isSplit: Bool) -> [Layer] {
        guard isSplit else {
            let scope = AlgebraEvaluation.Scope(index: nil, members: members)
            return [Layer(rows: entries, scope: scope)]
        }
        var parts: [[Int]] = []
        var depth = 0
        for row in 0..<entries.count {
            let isSame = row > 0 && entries.subjects[row] == entries.subjects[row - 1]
            depth = isSame ? depth + 1 : 0
            if depth == parts.count { parts.append([]) }
            parts[depth].append(row)
        }
        return parts.map { positions in
            let rows = parts.count == 1 ? entries : entries.gathering(positions)
            let scope = AlgebraEvaluation.Scope(
                index: DenseIndex(rows, subjects: subjects), members: members)
            return Layer(
                rows: rows, scope: scope, positions: parts.count == 1 ? nil : positions)
        }
    }
}

extension SubjectFacts {
    /// The stratum of each row; `SubjectFacts.missing` where unknown.
    func stratum(_ stratum: AlgebraStratum, of rows: RowSet) -> [Int32] {
        switch stratum {
        case .sex: return rows.subjects.map { Int32(sexNumbers[Int($0)]) }
        case .anchorYear: return rows.subjects.map { anchorYears[Int($0)] }
        case .ageDecade:
            return zip(rows.subjects, rows.starts).map { subject, start in
                age(Int(subject), at: start).map { Int32(clamping: $0 / 10 * 10) }
                    ?? SubjectFacts.missing
            }
        case .year:
            return zip(rows.subjects, rows.starts).map { subject, start in
                year(Int(subject), at: start).map { Int32(clamping: $0) } ?? SubjectFacts.missing
            }
        }
    }
}
