// SPDX-License-Identifier: Apache-2.0

/// Writes JSON as bytes, in the order it is told, with numbers in fixed decimals.
///
/// No locale, no dictionary and no formatter is involved, so the same calls give the same bytes.
/// The caller keeps objects and arrays balanced; the closures of `object` and `array` do so by
/// themselves.
struct JSONLine {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
    }

    /// An object as an element of an array, or at the top.
    mutating func object(_ body: (inout JSONLine) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func object(_ key: StaticString, _ body: (inout JSONLine) -> Void) {
        name(key)
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func array(_ key: StaticString, _ body: (inout JSONLine) -> Void) {
        name(key)
        bytes.append(UInt8(ascii: "["))
        body(&self)
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func field(_ key: StaticString, _ text: String) {
        name(key)
        string(text)
    }

    mutating func field(_ key: StaticString, _ value: Bool) {
        name(key)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    mutating func field(_ key: StaticString, _ value: Int) {
        name(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func field(_ key: StaticString, _ value: Double, decimals: Int) {
        name(key)
        number(value, decimals: decimals)
    }

    /// A text as an element of an array.
    mutating func element(_ text: String) {
        separate()
        string(text)
    }

    /// A number as an element of an array.
    mutating func element(_ value: Double, decimals: Int) {
        separate()
        number(value, decimals: decimals)
    }

    private mutating func name(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A comma where something stands before on the same level.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\n"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(ascii: "n"))
            case 0..<0x20:
                let digits = byte < 16 ? "000" : "00"
                bytes.append(contentsOf: "\\u\(digits)\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func number(_ value: Double, decimals: Int) {
        bytes.append(contentsOf: FixedDecimals.text(value, decimals: decimals).utf8)
    }
}

/// Numbers with a fixed count of decimals, rounded half away from zero, never in exponent form.
enum FixedDecimals {
    static func text(_ value: Double, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int((value * scale).rounded())
        if decimals == 0 { return String(scaled) }
        let digits = String(scaled.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        let count = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: count) { buffer in
            var position = 0
            var index = 0
            while index < bytes.count {
                let rest = min(3, bytes.count - index)
                var group: UInt32 = 0
                for offset in 0..<3 {
                    group = group << 8 | (offset < rest ? UInt32(bytes[index + offset]) : 0)
                }
                for digit in 0..<4 {
                    let value = Int(group >> UInt32(18 - 6 * digit) & 63)
                    buffer[position] = digit <= rest ? alphabet[value] : UInt8(ascii: "=")
                    position += 1
                }
                index += 3
            }
            return count
        }
    }
}
