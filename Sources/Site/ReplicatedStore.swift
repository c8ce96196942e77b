// SPDX-License-Identifier: Apache-2.0
package import Cohorts
import Records
import Timelines

/// Builds the timelines of the cohort benchmark.
package enum ReplicatedStore {
    /// Rows handed to the segment at once, at least.
    private static let piece = 1 << 18

    /// Writes so many replicates of an export as one segment, a code after the other.
    ///
    /// Subjects are those of the first replicate, then those of the next. Starts are whole days
    /// after the anchor. Memory: the subjects, and the packed rows of one code.
    package static func write(
        _ export: ReplicatedExport, replicates: Int, to path: String
    ) throws(SiteError) {
        try stage { try build(export, replicates: replicates, to: path) }
    }

    private static func build(
        _ export: ReplicatedExport, replicates: Int, to path: String
    ) throws(TimelineError) {
        let units = export.base.units
        let order = units.indices.sorted {
            units[$0].utf8.lexicographicallyPrecedes(units[$1].utf8)
        }
        var place = [Int32](repeating: 0, count: units.count)
        for (index, unit) in order.enumerated() { place[unit] = Int32(index) }
        let builder = try SegmentBuilder(
            codes: export.codes, conceptOfCode: export.concepts, units: order.map { units[$0] },
            to: path)
        var anchors: [Int32] = []
        var shifts: [[Int32]] = []
        for replicate in 0..<replicates {
            let subjects = export.subjects(replicate: replicate)
            anchors += subjects.map { $0.anchorDay ?? 0 }
            shifts.append(export.shifts(replicate: replicate))
            try builder.append(subjects: subjects)
        }
        var rows = ReplicatedRows()
        for code in export.codes.indices {
            rows.removeAll()
            for replicate in 0..<replicates {
                export.append(
                    code: code, replicate: replicate, shifts: shifts[replicate], to: &rows)
                guard rows.count >= piece || replicate == replicates - 1 else { continue }
                try builder.append(posting(rows, anchors: anchors, units: place), code: code)
                rows.removeAll()
            }
        }
        try appendTimelines(of: export, anchors: anchors, replicates: replicates, to: builder)
        _ = try builder.finish()
    }

    /// - Parameter units: where each of the export's units went in the segment's table.
    private static func posting(
        _ rows: ReplicatedRows, anchors: [Int32], units: [Int32]
    ) -> PostingRows {
        var posting = PostingRows()
        posting.subjects = rows.subjects
        posting.starts = zip(rows.subjects, rows.days).map { ($1 - anchors[Int($0)]) * 1440 }
        if rows.numbers.contains(where: { !$0.isNaN }) {
            posting.kinds = .each(rows.numbers.map { $0.isNaN ? .none : .number })
            posting.numbers = .each(rows.numbers.map { $0.isNaN ? 0 : $0 })
            posting.units = .each(
                zip(rows.numbers, rows.units).map { $0.isNaN || $1 < 0 ? -1 : units[Int($1)] })
        }
        posting.attributes = [.table: .each(rows.tables.map { Int64($0.rawValue) })]
        return posting
    }

    private static func appendTimelines(
        of export: ReplicatedExport, anchors: [Int32], replicates: Int, to builder: SegmentBuilder
    ) throws(TimelineError) {
        var timelines = ReplicatedTimelines(export)
        let patients = export.base.patients.count
        var before: UInt64 = 0
        for replicate in 0..<replicates {
            let own = anchors[replicate * patients..<(replicate + 1) * patients]
            let part = timelines.next(anchors: Array(own))
            var counts: [UInt32] = []
            for end in part.ends {
                counts.append(UInt32(end - before))
                before = end
            }
            try builder.append(timelines: counts, codes: part.codes, starts: part.starts)
        }
    }
}
