// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// Reads the rows of events from a store's postings, block by block.
///
/// The two columns every posting has decide which rows lie in somebody's bounds; the others are
/// read at those rows only, and blocks without a subject of interest not at all.
struct EventRows {
    private let event: AlgebraEvent
    private let parts: [EventPostings]
    private let subjectCount: Int
    /// Positions of the unit asked for; nil where any will do.
    private let units: Set<Int>?
    private let valueCodes: Set<Int>

    init(_ event: AlgebraEvent, in store: TimelineStore) {
        self.event = event
        subjectCount = store.subjectCount
        let codes =
            event.codes.isEmpty
            ? Array(store.codes.indices) : Set(event.codes.compactMap(store.codeIndex)).sorted()
        parts = codes.compactMap { EventPostings($0, table: event.table, in: store) }
        units = event.unit.map { unit in
            Set(store.units.indices.filter { store.units[$0] == unit })
        }
        valueCodes = Set(event.valueCodes.compactMap(store.codeIndex))
    }

    /// Rows are told by more than code and table.
    private var isNarrowed: Bool {
        !event.valueCodes.isEmpty || event.value != nil || units != nil
    }

    /// The rows in bounds (all of them for nil), in order.
    ///
    /// - Complexity: O(events of the codes), and O(n log k) for n rows found of k codes.
    func rows(_ needs: RowSet.Needs, in bounds: SubjectBounds?) -> RowSet {
        let bounds = bounds ?? SubjectBounds(ofAll: subjectCount)
        return RowSet.merged(parts.map { rows(of: $0, needs, in: bounds) })
    }

    private func rows(
        of part: EventPostings, _ needs: RowSet.Needs, in bounds: SubjectBounds
    ) -> RowSet {
        let postings = part.postings
        let mayNarrow = isNarrowed || part.isMixed
        var found = BlockRows(postings, needs)
        if needs.numbers {
            postings.forEachBlockWithNumbers(where: { bounds.has(any: $0.subjects) }) {
                block, owners, starts, numbers in
                found.find(owners, starts, in: bounds)
                if mayNarrow { found.narrow { isWanted(part, block.lowerBound + $0) } }
                found.take(block.lowerBound, owners, starts)
                found.take(block.lowerBound, numbers)
            }
        } else {
            postings.forEachBlock(where: { bounds.has(any: $0.subjects) }) {
                block, owners, starts in
                found.find(owners, starts, in: bounds)
                if mayNarrow { found.narrow { isWanted(part, block.lowerBound + $0) } }
                found.take(block.lowerBound, owners, starts)
            }
        }
        // Within a code, events of one moment are in order of their ends first.
        return needs.numbers ? found.rows.sorted() : found.rows
    }

    private func isWanted(_ part: EventPostings, _ row: Int) -> Bool {
        (!part.isMixed || part.isOfTable(row)) && (!isNarrowed || hasValue(part.postings, row))
    }

    private func hasValue(_ postings: Postings, _ row: Int) -> Bool {
        if let range = event.value, !range.contains(postings.number(row), postings.kind(row)) {
            return false
        }
        if let units, !(postings.unit(row).map(units.contains) ?? false) { return false }
        guard !event.valueCodes.isEmpty else { return true }
        return postings.kind(row) == .code
            && postings.valueCode(row).map(valueCodes.contains) ?? false
    }

    /// The first or last row of each subject that has bounds, without ends and numbers, whatever the
    /// number of codes.
    ///
    /// - Complexity: O(events of the codes + subjects).
    func outermost(isLast: Bool, in members: SubjectBounds?) -> RowSet {
        let members = members ?? SubjectBounds(ofAll: subjectCount)
        // Starts as they are, or with their order turned round.
        var found = [Int32](repeating: .max, count: subjectCount)
        for part in parts {
            if isNarrowed || part.isMixed {
                let rows = rows(of: part, RowSet.Needs(), in: members)
                EventRows.take(rows.subjects.span, rows.starts.span, isLast: isLast, into: &found)
            } else {
                part.postings.forEachBlock(where: { members.has(any: $0.subjects) }) {
                    _, owners, starts in
                    EventRows.take(owners, starts, isLast: isLast, into: &found)
                }
            }
        }
        var rows = RowSet()
        for (subject, start) in found.enumerated() where start != .max && members.has(subject) {
            rows.subjects.append(UInt32(subject))
            rows.starts.append(isLast ? ~start : start)
        }
        return rows
    }

    /// Of rows in order, takes each subject's first (or last) where none before it is known.
    private static func take(
        _ owners: Span<UInt32>, _ starts: Span<Int32>, isLast: Bool, into found: inout [Int32]
    ) {
        var found = found.mutableSpan
        let count = owners.count
        if isLast {
            for row in 0..<count where row + 1 == count || owners[row + 1] != owners[row] {
                let subject = Int(owners[row])
                if subject < found.count { found[subject] = min(found[subject], ~starts[row]) }
            }
        } else {
            var previous = UInt32.max
            for row in 0..<count where owners[row] != previous {
                previous = owners[row]
                let subject = Int(previous)
                if subject < found.count { found[subject] = min(found[subject], starts[row]) }
            }
        }
    }
}

/// Rows taken from the blocks of one posting list.
private struct BlockRows {
    private(set) var rows = RowSet()
    private let postings: Postings
    private let needs: RowSet.Needs
    /// Places of the rows wanted of the current block; the first `count` of them.
    private var places = [Int32](repeating: 0, count: Postings.blockRows)
    private var count = 0
    /// What all rows carry, where that is known.
    private let sameKind: ValueKind?

    init(_ postings: Postings, _ needs: RowSet.Needs) {
        self.postings = postings
        self.needs = needs
        sameKind = postings.sameKind
    }

    mutating func find(
        _ owners: Span<UInt32>, _ starts: Span<Int32>, in bounds: SubjectBounds
    ) {
        count = bounds.find(owners, starts, &places)
    }

    /// Keeps the places that satisfy a test.
    mutating func narrow(_ isWanted: (Int) -> Bool) {
        var kept = 0
        for place in 0..<count where isWanted(Int(places[place])) {
            places[kept] = places[place]
            kept += 1
        }
        count = kept
    }

    mutating func take(_ first: Int, _ owners: Span<UInt32>, _ starts: Span<Int32>) {
        let places = places
        rows.subjects.append(owners, at: places.span.extracting(first: count))
        rows.starts.append(starts, at: places.span.extracting(first: count))
        guard needs.ends else { return }
        for hit in places.prefix(count) {
            rows.ends.append(postings.end(first + Int(hit)) ?? starts[Int(hit)])
        }
    }

    mutating func take(_ first: Int, _ numbers: Span<Double>) {
        let places = places
        rows.numbers.append(numbers, at: places.span.extracting(first: count))
        if let sameKind {
            rows.kinds.append(contentsOf: repeatElement(sameKind.rawValue, count: count))
            return
        }
        for hit in places.prefix(count) {
            rows.kinds.append(postings.kind(first + Int(hit)).rawValue)
        }
    }
}

extension Array where Element: Numeric {
    /// Takes the values at some places.
    fileprivate mutating func append(_ values: Span<Element>, at places: Span<Int32>) {
        let known = count
        append(contentsOf: repeatElement(0, count: places.count))
        var all = mutableSpan
        for place in 0..<places.count { all[known + place] = values[Int(places[place])] }
    }
}

/// The postings of one code, as far as they can be of a table.
private struct EventPostings {
    let postings: Postings
    private let table: ClinicalTable?
    /// Some rows are of the table and some may not be.
    let isMixed: Bool

    /// Nil where the code has no event of the table.
    init?(_ code: Int, table: ClinicalTable?, in store: TimelineStore) {
        guard let postings = store.postings(code: code) else { return nil }
        self.postings = postings
        self.table = table
        guard let table else {
            isMixed = false
            return
        }
        let asked = Int64(table.rawValue)
        guard let bounds = postings.attributeBounds(.table), bounds.contains(asked) else {
            return nil
        }
        isMixed = bounds != asked...asked
    }

    func isOfTable(_ row: Int) -> Bool {
        guard let table else { return true }
        return postings.attribute(.table, row) == Int64(table.rawValue)
    }
}
