// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads the records of a log that another process may be writing, as of the moment of opening.
///
/// Each record is checked against its frame; whether the log is the signed one is the question that
/// `LedgerLog.verify` answers.
package struct LedgerReader: Sendable {
    private let file: EntriesFile
    private let starts: [Int]
    private let length: Int

    /// Reads through the log once; O(n).
    package init(directory: String) throws(LedgerError) {
        let paths = LedgerPaths(directory: directory)
        guard LedgerFile.exists(paths.entries) else { throw .missing(file: paths.entries) }
        file = try EntriesFile(paths.entries, flags: O_RDONLY)
        var starts: [Int] = []
        let scan = try EntriesScan(file.descriptor, path: paths.entries) {
            starts.append($0.offset)
        }
        if case .damaged(let index, let problem) = scan.end {
            throw .damagedEntry(index: index, problem: problem)
        }
        self.starts = starts
        length = scan.length
    }

    /// Number of whole records.
    package var size: Int { starts.count }

    /// Records of a range.
    package func records(_ range: Range<Int>) throws(LedgerError) -> [[UInt8]] {
        guard range.lowerBound >= 0, range.upperBound <= size else {
            let outside = range.lowerBound < 0 ? range.lowerBound : range.upperBound - 1
            throw .outOfRange(requested: outside, size: size)
        }
        return try file.records(
            startingAt: Array(starts[range]),
            end: range.upperBound == size ? length : starts[range.upperBound])
    }
}
