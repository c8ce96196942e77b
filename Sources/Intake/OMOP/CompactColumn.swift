// SPDX-License-Identifier: Apache-2.0

/// A column of 64-bit numbers that takes no more memory than its values need.
///
/// Nothing for a column of one value, four bytes a row where the values fit, else eight.
/// `EventAttribute.missing` stands for "not stated". Appending is O(1) on average.
package struct CompactColumn: Sendable, Equatable {
    private enum Form {
        case constant
        case narrow
        case wide
    }

    /// The same as `EventAttribute.missing`, without a call into its module for each value.
    private static var missing: Int64 { .min }
    private static var narrowMissing: Int32 { .min }

    package private(set) var count = 0
    private var form = Form.constant
    private var constant = Int64.min
    private var narrow: [Int32] = []
    private var wide: [Int64] = []

    package init() {}

    /// A column of `count` equal values.
    package init(repeating value: Int64, count: Int) {
        constant = value
        self.count = count
    }

    /// The one value all rows have; nil where they differ or there is no row.
    package var single: Int64? {
        form == .constant && count > 0 ? constant : nil
    }

    /// Whether some value needs eight bytes.
    var isWide: Bool {
        form == .wide || (form == .constant && CompactColumn.small(constant) == nil)
    }

    package subscript(row: Int) -> Int64 {
        switch form {
        case .constant:
            precondition(row >= 0 && row < count, "row outside its column")
            return constant
        case .narrow:
            let value = narrow[row]
            return value == CompactColumn.narrowMissing
                ? CompactColumn.missing : Int64(value)
        case .wide: return wide[row]
        }
    }

    package mutating func append(_ value: Int64) {
        if form == .constant {
            if count == 0 { constant = value }
            if value == constant {
                count += 1
                return
            }
            leaveConstant(for: value)
        }
        count += 1
        if form == .narrow {
            if let small = CompactColumn.small(value) {
                narrow.append(small)
                return
            }
            widen()
        }
        wide.append(value)
    }

    @inline(__always)
    private static func small(_ value: Int64) -> Int32? {
        if value == missing { return narrowMissing }
        guard value > Int64(Int32.min), value <= Int64(Int32.max) else { return nil }
        return Int32(truncatingIfNeeded: value)
    }

    private mutating func leaveConstant(for value: Int64) {
        if let old = CompactColumn.small(constant), CompactColumn.small(value) != nil {
            form = .narrow
            narrow = [Int32](repeating: old, count: count)
        } else {
            form = .wide
            wide = [Int64](repeating: constant, count: count)
        }
    }

    private mutating func widen() {
        form = .wide
        wide.reserveCapacity(narrow.count + narrow.count / 2 + 1)
        for value in narrow {
            wide.append(
                value == CompactColumn.narrowMissing ? CompactColumn.missing : Int64(value))
        }
        narrow = []
    }
}
