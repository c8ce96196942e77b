// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Walks over one canonical JSON record without building anything.
///
/// It trusts the ledger that records are canonical (the log refuses others) but not its own luck:
/// every step checks the bounds, and whatever it can't follow ends the scan.
struct EntryScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at = 0

    /// Stretch of bytes of a string, without its quotes.
    struct Text {
        let range: Range<Int>
        let hasEscapes: Bool
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The next byte; 0, which canonical JSON never holds, at the end.
    var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    /// Moves into an object and returns true where it has members.
    mutating func enter() -> Bool {
        guard skip(UInt8(ascii: "{")) else { return false }
        return next == UInt8(ascii: "\"")
    }

    /// The next member's name, with the scan at its value; nil after the last one.
    mutating func key() -> Text? {
        guard next == UInt8(ascii: "\""), let text = text(), skip(UInt8(ascii: ":")) else {
            return nil
        }
        return text
    }

    /// What follows a member.
    enum After {
        case member, end, broken
    }

    /// Moves past a comma or a closing brace.
    mutating func after() -> After {
        if skip(UInt8(ascii: ",")) { return .member }
        return skip(UInt8(ascii: "}")) ? .end : .broken
    }

    var isAtEnd: Bool { at == bytes.count }

    /// A string; nil where there is none, and nothing is skipped then.
    mutating func text() -> Text? {
        guard next == UInt8(ascii: "\""), let base = bytes.baseAddress else { return nil }
        let start = at + 1
        var from = start
        var hasEscapes = false
        while from < bytes.count,
            let quote = memchr(base + from, Int32(UInt8(ascii: "\"")), bytes.count - from)
        {
            let end = UnsafeRawPointer(quote) - UnsafeRawPointer(base)
            var slashes = 0
            while end - slashes > start, bytes[end - slashes - 1] == UInt8(ascii: "\\") {
                slashes += 1
            }
            if slashes % 2 == 0 {
                hasEscapes =
                    hasEscapes
                    || memchr(base + start, Int32(UInt8(ascii: "\\")), end - start) != nil
                at = end + 1
                return Text(range: start..<end, hasEscapes: hasEscapes)
            }
            hasEscapes = true
            from = end + 1
        }
        return nil
    }

    /// A whole number; nil where there is none or it does not fit.
    mutating func number() -> Int? {
        let isNegative = skip(UInt8(ascii: "-"))
        let start = at
        var value = 0
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 {
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, wraps) = tens.subtractingReportingOverflow(
                Int(bytes[at] &- UInt8(ascii: "0")))
            guard !overflows, !wraps else { return nil }
            value = sum
            at += 1
        }
        guard at > start else { return nil }
        // Counted downwards, because the range reaches one further there.
        guard !isNegative else { return value }
        return value == Int.min ? nil : -value
    }

    /// Moves past any value; false where there is none.
    mutating func skipValue() -> Bool {
        switch next {
        case UInt8(ascii: "\""): return text() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested()
        case 0: return false
        default:
            while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "}"),
                bytes[at] != UInt8(ascii: "]")
            {
                at += 1
            }
            return true
        }
    }

    private mutating func skipNested() -> Bool {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard text() != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
            if depth == 0 { return true }
        }
        return false
    }

    /// The bytes of a text.
    func slice(_ text: Text) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[text.range])
    }

    /// Whether a text is these bytes.
    func isEqual(_ text: Text, _ other: StaticString) -> Bool {
        guard text.range.count == other.utf8CodeUnitCount, let base = bytes.baseAddress else {
            return false
        }
        return memcmp(base + text.range.lowerBound, other.utf8Start, text.range.count) == 0
    }
}
