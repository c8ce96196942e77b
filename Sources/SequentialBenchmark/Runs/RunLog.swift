// SPDX-License-Identifier: Apache-2.0
import Crypto
import Diagnosis
import Foundation

/// A case's log: one JSON object a line, each naming the SHA-256 of the line before.
///
/// Keys are sorted, so the same record gives the same bytes. The last line holds the outcome and
/// its own digest as `seal`, so that a change of any byte, a lost line or a moved one is found.
enum RunLog {
    private struct Line: Codable {
        var previous: String
        var turn: TurnRecord?
        var outcome: CaseOutcome?
        /// SHA-256 of the last line as it is without this.
        var seal: String?
    }

    /// - Parameter root: names the run; the first line points to it.
    static func bytes(_ record: CaseRecord, root: String) throws -> [UInt8] {
        var previous = root
        var bytes: [UInt8] = []
        func append(_ line: Line) throws {
            let text = try encoder().encode(line)
            bytes += text
            bytes.append(UInt8(ascii: "\n"))
            previous = digest([UInt8](text))
        }
        for turn in record.turns { try append(Line(previous: previous, turn: turn)) }
        var last = Line(previous: previous, outcome: record.outcome)
        last.seal = digest([UInt8](try encoder().encode(last)))
        try append(last)
        return bytes
    }

    /// Reads a log back; nil when it isn't, byte for byte, what its record is written as.
    ///
    /// - Parameter caseID: whose log it must be.
    static func read(_ bytes: [UInt8], root: String, caseID: String) -> CaseRecord? {
        var turns: [TurnRecord] = []
        var outcome: CaseOutcome?
        for text in bytes.split(separator: UInt8(ascii: "\n")) {
            guard outcome == nil,
                let line = try? JSONDecoder().decode(Line.self, from: Data(text))
            else { return nil }
            if let turn = line.turn { turns.append(turn) }
            outcome = line.outcome
        }
        guard let record = outcome.map({ CaseRecord(turns: turns, outcome: $0) }),
            record.outcome.caseID == caseID,
            let again = try? self.bytes(record, root: root), again == bytes
        else { return nil }
        return record
    }

    static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
