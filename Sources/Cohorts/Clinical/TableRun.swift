// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// The rows that the events of one code are in one table, sorted by subject, start, record id.
struct TableRun: Sendable {
    /// Attributes hold what was asked for so far.
    private(set) var rows: ClinicalRows
    /// Where in the code's postings each row is; nil where row and posting are the same.
    private var positions: [Int]?

    /// The runs of a code by table.
    ///
    /// Events that name no subject of the store, as in an altered file, are left out.
    /// - Parameters:
    ///   - anchors: the day that each subject's minutes count from.
    ///   - concept: the concept of the code; a death's is the one it states as its cause.
    static func runs(
        of postings: Postings, concept: UInt32, anchors: [Int32]
    ) -> [ClinicalTable: TableRun] {
        guard let bounds = postings.attributeBounds(.table) else { return [:] }
        let all = rows(of: postings, concept, anchors)
        let isSound = !all.subject.contains(TableRun.nobody)
        if isSound, bounds.lowerBound == bounds.upperBound {
            // Nearly every code's events are in one table.
            guard let table = ClinicalTable(raw: bounds.lowerBound) else { return [:] }
            return [table: TableRun(all, nil, table, of: postings)]
        }
        var positions: [Int64: [Int]] = [:]
        for (position, table) in (postings.attributes(.table) ?? []).enumerated()
        where all.subject[position] != TableRun.nobody {
            positions[table, default: []].append(position)
        }
        var runs: [ClinicalTable: TableRun] = [:]
        for (raw, positions) in positions {
            guard let table = ClinicalTable(raw: raw) else { continue }
            runs[table] = TableRun(all.rows(at: positions), positions, table, of: postings)
        }
        return runs
    }

    /// Stands for a subject outside the directory.
    private static let nobody: Int32 = -1

    private static func rows(
        of postings: Postings, _ concept: UInt32, _ anchors: [Int32]
    ) -> ClinicalRows {
        let count = postings.count
        var rows = ClinicalRows()
        rows.subject.reserveCapacity(count)
        rows.start.reserveCapacity(count)
        postings.withSubjectsAndStarts { subjects, starts in
            for position in 0..<count {
                let subject = Int(subjects[position])
                let isKnown = subject < anchors.count
                rows.subject.append(isKnown ? Int32(clamping: subject) : TableRun.nobody)
                rows.start.append(day(starts[position], after: isKnown ? anchors[subject] : 0))
            }
        }
        rows.end = (0..<count).map { position in
            let subject = rows.subject[position]
            guard subject != TableRun.nobody, let end = postings.end(position) else {
                return ClinicalRows.noEnd
            }
            return day(end, after: anchors[Int(subject)])
        }
        rows.record =
            postings.attributes(.recordID)
            ?? [Int64](repeating: EventAttribute.missing, count: count)
        rows.concept = [UInt32](repeating: concept, count: count)
        return rows
    }

    private init(
        _ rows: ClinicalRows, _ positions: [Int]?, _ table: ClinicalTable, of postings: Postings
    ) {
        self.rows = rows
        self.positions = positions
        if table == .death {
            let causes = postings.attributes(.concept)
            self.rows.concept = rows.subject.indices.map { row in
                causes.flatMap { UInt32(exactly: $0[positions?[row] ?? row]) } ?? 0
            }
        }
        // Events are in order of minutes, rows in order of days and record ids.
        if let order = self.rows.sortedPositions() {
            self.rows = self.rows.rows(at: order)
            self.positions = positions.map { own in order.map { own[$0] } } ?? order
        }
    }

    /// The day that so many minutes after the anchor's midnight lie in.
    private static func day(_ minutes: Int32, after anchor: Int32) -> Int32 {
        let days = (Int(minutes) - (minutes < 0 ? 1439 : 0)) / 1440
        return Int32(clamping: Int(anchor) + days)
    }

    func lacks(_ attributes: Set<EventAttribute>) -> Bool {
        attributes.contains { rows.attributes[$0] == nil }
    }

    /// Reads columns that were not read yet.
    mutating func read(_ attributes: Set<EventAttribute>, from postings: Postings) {
        for attribute in attributes where rows.attributes[attribute] == nil {
            let column = postings.attributes(attribute)
            let values: [Int64]? =
                if let positions { column.map { column in positions.map { column[$0] } } } else {
                    column
                }
            rows.attributes[attribute] =
                values ?? [Int64](repeating: EventAttribute.missing, count: rows.count)
        }
    }

    /// Bytes held, about.
    var size: Int { rows.count * (24 + rows.attributes.count * 8 + (positions == nil ? 0 : 8)) }
}

extension ClinicalTable {
    /// The table an attribute names; nil for a value that names none.
    fileprivate init?(raw: Int64) {
        guard let number = UInt8(exactly: raw), let table = ClinicalTable(rawValue: number) else {
            return nil
        }
        self = table
    }
}
