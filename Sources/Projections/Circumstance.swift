// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Who did what under which terms: everything of an entry that many entries have in common.
///
/// A site has a few thousand of these and millions of entries, so an entry's row holds the number
/// of its circumstances and what is its own: time, price, latency, subject, call.
enum Circumstance {
    /// Members of the body, in the order of the columns between `actor` and `status`.
    static let members: [EntryScan.Member] = [
        .team, .costCenter, .licensee, .model, .version, .use, .intendedUse, .dialect, .currency,
        .reason, .outcome,
    ]
    static let columns = ["type", "actor"] + members.map { columnName($0) } + ["status"]

    private static func columnName(_ member: EntryScan.Member) -> String {
        // `use` needs no quotes in SQLite, but a column of that name would in other systems.
        member == .use ? "purpose" : member.name
    }

    /// Puts together what tells circumstances apart; texts hold no control character.
    static func key(
        of scan: EntryScan, _ bytes: UnsafeBufferPointer<UInt8>, into key: inout [UInt8]
    ) {
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: bytes[scan.type])
        key.append(0)
        key.append(contentsOf: bytes[scan.actor])
        for member in members {
            key.append(0)
            if let range = scan[member] {
                key.append(contentsOf: bytes[range])
            } else {
                key.append(1)
            }
        }
        key.append(0)
        let status = status(of: scan) ?? 0
        key.append(UInt8(truncatingIfNeeded: status >> 8))
        key.append(UInt8(truncatingIfNeeded: status))
    }

    /// The HTTP status; nil where there is none or it is not one.
    static func status(of scan: EntryScan) -> Int? {
        scan[.status].flatMap { (100...599).contains($0) ? $0 : nil }
    }

    /// A text of an entry as people read it.
    static func text(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let spelled = bytes[range]
        guard spelled.contains(UInt8(ascii: "\\")) else {
            return String(decoding: spelled, as: UTF8.self)
        }
        let quoted = [UInt8(ascii: "\"")] + spelled + [UInt8(ascii: "\"")]
        return (try? CanonicalJSON(parsing: quoted))?.stringValue
            ?? String(decoding: spelled, as: UTF8.self)
    }
}

/// What kind of row an entry becomes.
enum EntryKind: Int {
    case answered = 0
    case refused = 1
    case feedback = 2
    /// Whatever else names a subject.
    case other = 3

    /// The kind of an entry; nil for one that no question is about.
    ///
    /// A reservation and its release show nothing to anybody.
    init?(_ scan: EntryScan, _ cursor: EntryCursor) {
        let type = scan.type
        if cursor.holds("call.settled", at: type) {
            self = .answered
        } else if cursor.holds("call.refused", at: type) {
            self = .refused
        } else if cursor.holds("card.feedback", at: type) || cursor.holds("override", at: type) {
            self = .feedback
        } else if scan[.subject] != nil, !cursor.holds("call.reserved", at: type),
            !cursor.holds("call.released", at: type)
        {
            self = .other
        } else {
            return nil
        }
    }
}
