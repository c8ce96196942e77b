// SPDX-License-Identifier: Apache-2.0

/// The second permutation of a replicated store, one replicate after the other: each subject's
/// events by start, then code, then row of the code's postings.
///
/// A replicate's subjects are neighbours, so their events can be put in order without those of any
/// other: memory is that of one replicate, whatever the size of the store.
package struct ReplicatedTimelines: Sendable {
    /// Parallel arrays over the events of one replicate's subjects, in the subjects' order.
    package struct Part: Sendable {
        /// Where each subject's events end, counted from the first replicate on.
        package var ends: [UInt64] = []
        package var codes: [UInt32] = []
        /// Row of the code's postings.
        package var rows: [UInt32] = []
        /// Minutes since the subject's anchor.
        package var starts: [Int32] = []
    }

    private let export: ReplicatedExport
    private var replicate = 0
    private var total: UInt64 = 0
    /// Rows of each code in the replicates before.
    private var before: [UInt32]
    private var scratch = ReplicatedRows()

    package init(_ export: ReplicatedExport) {
        self.export = export
        before = [UInt32](repeating: 0, count: export.codes.count)
    }

    /// The next replicate's part, the first one at first.
    ///
    /// - Parameter anchors: anchor day of each of the replicate's subjects.
    package mutating func next(anchors: [Int32]) -> Part {
        let patients = export.base.patients.count
        let first = UInt32(replicate * patients)
        let shifts = export.shifts(replicate: replicate)
        var events: [Entry] = []
        var counts = [Int](repeating: 0, count: patients + 1)
        for code in export.codes.indices {
            scratch.removeAll()
            export.append(code: code, replicate: replicate, shifts: shifts, to: &scratch)
            for row in 0..<scratch.count {
                let subject = scratch.subjects[row] - first
                counts[Int(subject) + 1] += 1
                events.append(
                    Entry(
                        subject: subject, code: UInt32(code), row: before[code] + UInt32(row),
                        start: (scratch.days[row] - anchors[Int(subject)]) * 1440))
            }
            before[code] += UInt32(scratch.count)
        }
        for subject in 0..<patients { counts[subject + 1] += counts[subject] }
        let part = sorted(events, bounds: counts)
        replicate += 1
        total += UInt64(events.count)
        return part
    }

    private struct Entry {
        var subject: UInt32
        var code: UInt32
        var row: UInt32
        var start: Int32
    }

    /// Entries come by code and row, which a stable order by subject and start keeps.
    private func sorted(_ events: [Entry], bounds: [Int]) -> Part {
        var next = bounds
        var keys = [UInt64](repeating: 0, count: events.count)
        for (position, event) in events.enumerated() {
            let start = UInt32(bitPattern: event.start) ^ 0x8000_0000
            keys[next[Int(event.subject)]] = UInt64(start) << 32 | UInt64(position)
            next[Int(event.subject)] += 1
        }
        var part = Part()
        part.codes.reserveCapacity(events.count)
        part.rows.reserveCapacity(events.count)
        part.starts.reserveCapacity(events.count)
        for subject in 0..<bounds.count - 1 {
            keys[bounds[subject]..<bounds[subject + 1]].sort()
            for key in keys[bounds[subject]..<bounds[subject + 1]] {
                let event = events[Int(UInt32(truncatingIfNeeded: key))]
                part.codes.append(event.code)
                part.rows.append(event.row)
                part.starts.append(event.start)
            }
            part.ends.append(total + UInt64(bounds[subject + 1]))
        }
        return part
    }
}
