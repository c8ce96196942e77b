// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the commands print and where: results on standard output, the rest on standard error.
enum Terminal {
    /// True where a person can see progress as it happens.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// One sentence about what went wrong.
    static func complain(_ sentence: String) {
        note("bedside: \(sentence)")
    }

    /// A line on standard error.
    static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Progress that overwrites itself on a terminal and is left out elsewhere.
    static func progress(_ line: String, isLast: Bool = false) {
        guard isInteractive else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[2K\(line)\(isLast ? "\n" : "")".utf8))
    }

    /// Progress of counted work: how much, how fast, how long still.
    static func progress(
        done: Int, of all: Int, since start: ContinuousClock.Instant, unit: String
    ) {
        let seconds = Double((ContinuousClock.now - start) / .nanoseconds(1)) / 1e9
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let left = rate > 0 ? Double(all - done) / rate : 0
        progress(
            String(format: "%d of %d %@, %.0f a second, %.0f s left", done, all, unit, rate, left),
            isLast: done == all)
    }

    /// A value as one JSON object with sorted keys.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Rows as a table: first column to the left, the others to the right.
    static func table(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// A whole number with thousands separators.
    static func grouped(_ value: Int) -> String {
        var digits = Array(String(abs(value)))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// A share as a percentage with one decimal.
    static func percent(_ share: Double) -> String {
        String(format: "%.1f %%", share * 100)
    }

    /// Seconds rounded to what they deserve.
    static func seconds(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f s" : "%.0f s", value)
    }
}
