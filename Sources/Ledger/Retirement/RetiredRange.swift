// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Records that were deleted by policy; their hashes stay in the tree.
package struct RetiredRange: Sendable, Hashable {
    /// The index of the first.
    package let first: Int
    /// The index after the last.
    package let end: Int
    /// The root of the first `end` records.
    package let root: Digest32
    /// When, in milliseconds since 1970, UTC.
    package let milliseconds: Int
    /// The name of the policy: one word.
    package let policy: String

    /// Names a range, the root over everything up to its end, the time and the policy.
    package init(first: Int, end: Int, root: Digest32, milliseconds: Int, policy: String) {
        self.first = first
        self.end = end
        self.root = root
        self.milliseconds = milliseconds
        self.policy = policy
    }
}

/// When whole segments may be deleted.
///
/// A segment goes when its last record is older than the age, or while the segments together are
/// larger than what is kept; the oldest first, never the one that is being written.
package struct RetirementPolicy: Sendable, Hashable {
    /// One word that stands in the statement.
    package var name: String
    /// Age of a segment's last record, by its `ts`, in milliseconds; nil: age does not matter.
    package var olderThanMilliseconds: Int?
    /// Bytes of records to keep; nil: size does not matter.
    package var keepBytes: Int?

    /// Names a policy and its limits.
    package init(name: String, olderThanMilliseconds: Int? = nil, keepBytes: Int? = nil) {
        self.name = name
        self.olderThanMilliseconds = olderThanMilliseconds
        self.keepBytes = keepBytes
    }
}

/// One file of records as it lies on disk.
package struct LedgerSegment: Sendable, Hashable {
    /// The index of its first record.
    package let first: Int
    /// The index after its last record.
    package let end: Int
    /// The size of the file.
    package let bytes: Int
}

/// The signed list of everything that was ever retired: without it, a missing segment is damage.
///
/// A note signed with the log's key, like a checkpoint. Its first line is no possible origin of a
/// checkpoint of this program, so neither passes for the other.
///
/// ```
/// bedside retirement 1
/// bedside/hospital
/// 0 182044 1790000000000 XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg= seven-years
///
/// — bedside/hospital …
/// ```
struct RetirementStatement: Sendable {
    let origin: String
    let ranges: [RetiredRange]
    let text: String

    static let heading = "bedside retirement 1"

    init(origin: String, ranges: [RetiredRange], key: LedgerKey) throws(LedgerError) {
        for range in ranges where !LedgerPublicKey.isAllowed(range.policy) {
            throw .badName(expected: "a policy name of one word")
        }
        self.origin = origin
        self.ranges = ranges
        let body = RetirementStatement.body(origin: origin, ranges: ranges)
        let line = Checkpoint.Signature(
            name: key.name, bytes: key.publicKey.keyHash + (try key.signature(of: body)))
        text = body + "\n" + line.line + "\n"
    }

    private static func body(origin: String, ranges: [RetiredRange]) -> String {
        ranges.reduce("\(heading)\n\(origin)\n") { text, range in
            let root = Data(range.root.bytes).base64EncodedString()
            return text
                + "\(range.first) \(range.end) \(range.milliseconds) \(root) \(range.policy)\n"
        }
    }

    /// Reads a statement; refuses one that the key did not sign or that leaves a gap.
    init(parsing text: String, origin: String, key: LedgerPublicKey, file: String)
        throws(LedgerError)
    {
        func refused(_ line: Int, _ expected: String) -> LedgerError {
            .badCheckpoint(file: file, line: line, expected: expected)
        }
        let parts = text.components(separatedBy: "\n\n")
        guard parts.count == 2, parts[1].hasSuffix("\n"),
            let signature = Checkpoint.Signature(line: String(parts[1].dropLast()))
        else { throw refused(1, "a signed statement of what was retired") }
        let body = parts[0] + "\n"
        let lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 2, lines[0] == RetirementStatement.heading else {
            throw refused(1, RetirementStatement.heading)
        }
        guard signature.name == key.name, Array(signature.bytes.prefix(4)) == key.keyHash,
            key.isValid(Array(signature.bytes.dropFirst(4)), of: body)
        else { throw .badSignature(file: file, keyName: key.name) }
        guard lines[1] == origin else {
            throw .wrongOrigin(found: String(lines[1]), expected: origin)
        }
        var ranges: [RetiredRange] = []
        for (offset, line) in lines[2...].enumerated() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 5, let first = Int(fields[0]), let end = Int(fields[1]),
                let milliseconds = Int(fields[2]),
                let root = Base64.bytes(fields[3]).flatMap({ Digest32($0) }),
                first == ranges.last?.end ?? 0, end > first
            else { throw refused(offset + 3, "a range that follows the one before") }
            ranges.append(
                RetiredRange(
                    first: first, end: end, root: root, milliseconds: milliseconds,
                    policy: String(fields[4])))
        }
        self.origin = origin
        self.ranges = ranges
        self.text = text
    }
}

extension LedgerPaths {
    /// What was retired, by the signed statement; nothing where there is none.
    func readRetired(origin: String, key: LedgerPublicKey) throws(LedgerError) -> [RetiredRange] {
        guard LedgerFile.exists(retired) else { return [] }
        return try RetirementStatement(
            parsing: try LedgerFile.readText(retired), origin: origin, key: key, file: retired
        ).ranges
    }
}
