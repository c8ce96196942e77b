// SPDX-License-Identifier: Apache-2.0

import Ledger

/// Writes an object of canonical JSON member by member, for entries written on the request path.
///
/// The members must come in the order of their names; `Entry` sorts for itself and is for the rest.
struct CanonicalWriter {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    init(capacity: Int = 640) {
        bytes.reserveCapacity(capacity)
    }

    private mutating func name(_ name: StaticString) {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A text; nothing where there is none.
    mutating func text(_ name: StaticString, _ value: String?) {
        guard var value else { return }
        self.name(name)
        let isPlain = value.withUTF8 { text in
            for byte in text where byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: text)
            bytes.append(UInt8(ascii: "\""))
            return true
        }
        if !isPlain { bytes.append(contentsOf: CanonicalJSON.string(value).serialized()) }
    }

    /// A whole number; nothing where there is none.
    mutating func number(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        self.name(name)
        CanonicalWriter.append(value, to: &bytes)
    }

    /// A value that only appears where it is true.
    mutating func flag(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        self.name(name)
        bytes.append(contentsOf: "true".utf8)
    }

    /// An object within the object.
    mutating func object(_ name: StaticString, _ write: (inout CanonicalWriter) -> Void) {
        self.name(name)
        var inner = CanonicalWriter(capacity: 0)
        swap(&inner.bytes, &bytes)
        inner.bytes.append(UInt8(ascii: "{"))
        write(&inner)
        inner.bytes.append(UInt8(ascii: "}"))
        swap(&inner.bytes, &bytes)
    }

    /// The finished object.
    consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var divisor: UInt = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }
}
