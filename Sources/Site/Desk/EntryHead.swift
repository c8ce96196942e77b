// SPDX-License-Identifier: Apache-2.0
import Glibc
import Ledger

/// The few members the desk needs of an entry, found without parsing it whole.
///
/// Canonical JSON makes it sound: a quote inside a text is always written `\"`, so the bytes
/// `"call":"` can only be a member's name and the start of its text; and `ts` and `type` are the
/// last members of every entry.
struct EntryHead {
    let type: EntryType
    /// Milliseconds since 1970, UTC.
    let milliseconds: Int
    private let bytes: [UInt8]

    /// Reads an entry's type and time; nil for what this version does not write.
    init?(_ record: [UInt8]) {
        bytes = record
        guard let type = EntryHead.lastText(of: record) else { return nil }
        guard let known = EntryType(rawValue: type) else { return nil }
        // `,"type":"` and the closing `"}` lie around the type's name.
        let end = record.count - type.utf8.count - 2 - #","type":""#.utf8.count
        guard end > 0, let milliseconds = EntryHead.number(endingAt: end, in: record) else {
            return nil
        }
        self.type = known
        self.milliseconds = milliseconds
    }

    /// The text of a member of the entry or its body.
    func text(_ name: String) -> String? {
        let pattern = Array("\"\(name)\":\"".utf8)
        return bytes.withUnsafeBytes { buffer -> String? in
            guard let start = EntryHead.end(of: pattern, in: buffer) else { return nil }
            guard let end = buffer[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            // A text with an escape is none of ours: names, digests and codes have none.
            guard !buffer[start..<end].contains(UInt8(ascii: "\\")) else { return nil }
            return String(decoding: buffer[start..<end], as: UTF8.self)
        }
    }

    /// The whole number of a member of the entry or its body.
    func number(_ name: String) -> Int? {
        let pattern = Array("\"\(name)\":".utf8)
        return bytes.withUnsafeBytes { buffer -> Int? in
            guard let start = EntryHead.end(of: pattern, in: buffer) else { return nil }
            let digits = buffer[start...].prefix {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
            return Int(String(decoding: digits, as: UTF8.self))
        }
    }

    /// Where the first occurrence of a pattern ends.
    private static func end(of pattern: [UInt8], in buffer: UnsafeRawBufferPointer) -> Int? {
        guard let base = buffer.baseAddress, pattern.count <= buffer.count else { return nil }
        var at = 0
        while at <= buffer.count - pattern.count {
            guard let quote = memchr(base + at, Int32(pattern[0]), buffer.count - at) else {
                return nil
            }
            at = UnsafeRawPointer(quote) - base
            guard at <= buffer.count - pattern.count else { return nil }
            if memcmp(base + at, pattern, pattern.count) == 0 { return at + pattern.count }
            at += 1
        }
        return nil
    }

    /// The entry parsed whole; nil where it is not canonical JSON.
    var json: CanonicalJSON? { try? CanonicalJSON(parsing: bytes) }

    /// The text before the closing `"}`.
    private static func lastText(of record: [UInt8]) -> String? {
        guard record.count > 4, record[record.count - 1] == UInt8(ascii: "}"),
            record[record.count - 2] == UInt8(ascii: "\"")
        else { return nil }
        let head = record[..<(record.count - 2)]
        guard let quote = head.lastIndex(of: UInt8(ascii: "\"")) else { return nil }
        return String(decoding: record[(quote + 1)..<(record.count - 2)], as: UTF8.self)
    }

    /// The number whose last digit lies before an offset.
    private static func number(endingAt end: Int, in record: [UInt8]) -> Int? {
        var start = end
        while start > 0, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(record[start - 1]) {
            start -= 1
        }
        return Int(String(decoding: record[start..<end], as: UTF8.self))
    }
}
