// SPDX-License-Identifier: Apache-2.0
import Records

extension ClinicalRows {
    /// One table of rows from several that are each sorted by subject, start, then record id.
    ///
    /// Rows that are equal in all three keep the order of the parts.
    /// - Parameter attributes: the columns of the result; a part without one states it nowhere.
    /// - Complexity: O(n log k) for n rows in k parts.
    static func merged(_ parts: [ClinicalRows], attributes: Set<EventAttribute>) -> ClinicalRows {
        let parts = parts.filter { $0.count > 0 }
        let order = ClinicalRows.order(of: parts, in: 0..<parts.count)
        func gathered<Element>(
            _ column: (ClinicalRows) -> [Element]
        ) -> [Element] {
            let columns = parts.map(column)
            return order.map { columns[Int($0.part)][Int($0.row)] }
        }
        var rows = ClinicalRows()
        rows.subject = gathered(\.subject)
        rows.start = gathered(\.start)
        rows.end = gathered(\.end)
        rows.record = gathered(\.record)
        rows.concept = gathered(\.concept)
        for attribute in attributes {
            rows.attributes[attribute] = gathered { part in
                part.attributes[attribute]
                    ?? [Int64](repeating: EventAttribute.missing, count: part.count)
            }
        }
        return rows
    }

    /// A row of one of several parts and what it is sorted by.
    private struct Place {
        /// Subject above start, both moved so that order of numbers is order of days.
        let key: UInt64
        let record: Int64
        let part: UInt32
        let row: UInt32

        static func isOutOfOrder(_ left: Place, _ right: Place) -> Bool {
            left.key != right.key ? left.key > right.key : left.record > right.record
        }
    }

    private static func key(_ subject: Int32, _ start: Int32) -> UInt64 {
        let sign: UInt32 = 0x8000_0000
        return UInt64(UInt32(bitPattern: subject) ^ sign) << 32
            | UInt64(UInt32(bitPattern: start) ^ sign)
    }

    /// Merges halves of the parts until one list is left.
    private static func order(of parts: [ClinicalRows], in range: Range<Int>) -> [Place] {
        guard range.count > 1 else {
            guard let part = range.first else { return [] }
            let rows = parts[part]
            return (0..<rows.count).map { row in
                Place(
                    key: key(rows.subject[row], rows.start[row]), record: rows.record[row],
                    part: UInt32(part), row: UInt32(row))
            }
        }
        let middle = (range.lowerBound + range.upperBound) / 2
        let left = order(of: parts, in: range.lowerBound..<middle)
        let right = order(of: parts, in: middle..<range.upperBound)
        var merged: [Place] = []
        merged.reserveCapacity(left.count + right.count)
        var (next, other) = (0, 0)
        while next < left.count, other < right.count {
            if Place.isOutOfOrder(left[next], right[other]) {
                merged.append(right[other])
                other += 1
            } else {
                merged.append(left[next])
                next += 1
            }
        }
        merged += left[next...]
        merged += right[other...]
        return merged
    }

    /// The positions of the rows sorted by subject, start, record id; nil where they lie so.
    func sortedPositions() -> [Int]? {
        func isOrdered(_ left: Int, _ right: Int) -> Bool {
            let one = ClinicalRows.key(subject[left], start[left])
            let other = ClinicalRows.key(subject[right], start[right])
            return one != other ? one < other : record[left] <= record[right]
        }
        guard !(1..<max(1, count)).allSatisfy({ isOrdered($0 - 1, $0) }) else { return nil }
        return subject.indices.sorted { left, right in
            let one = ClinicalRows.key(subject[left], start[left])
            let other = ClinicalRows.key(subject[right], start[right])
            if one != other { return one < other }
            return record[left] != record[right] ? record[left] < record[right] : left < right
        }
    }

    /// The rows at positions, in their order.
    func rows(at positions: [Int]) -> ClinicalRows {
        var rows = ClinicalRows()
        rows.subject = positions.map { subject[$0] }
        rows.start = positions.map { start[$0] }
        rows.end = positions.map { end[$0] }
        rows.record = positions.map { record[$0] }
        rows.concept = positions.map { concept[$0] }
        rows.attributes = attributes.mapValues { column in positions.map { column[$0] } }
        return rows
    }
}
