// SPDX-License-Identifier: Apache-2.0

/// Reads what `BlobWriter` wrote; every step is checked, so that hostile bytes only throw.
struct BlobReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    private static let ended = IntakeError.damagedExtraction(reason: "it ends too early")

    mutating func byte() throws(IntakeError) -> UInt8 {
        guard position < bytes.count else { throw BlobReader.ended }
        position += 1
        return bytes[position - 1]
    }

    mutating func unsigned() throws(IntakeError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else {
                throw .damagedExtraction(reason: "a number is too large")
            }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// A count of things that take at least one byte each, hence no more than bytes are left.
    mutating func count() throws(IntakeError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(bytes.count - position) else {
            throw .damagedExtraction(reason: "a count exceeds the bytes that are left")
        }
        return Int(value)
    }

    mutating func signed() throws(IntakeError) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number that must lie in a range.
    mutating func signed(in range: ClosedRange<Int64>) throws(IntakeError) -> Int64 {
        let value = try signed()
        guard range.contains(value) else {
            throw .damagedExtraction(reason: "a number is out of its range")
        }
        return value
    }

    /// A number that is not negative and fits a counter.
    mutating func total() throws(IntakeError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(Int64.max >> 8) else {
            throw .damagedExtraction(reason: "a total is out of its range")
        }
        return Int(value)
    }

    mutating func fixed() throws(IntakeError) -> UInt64 {
        guard bytes.count - position >= 8 else { throw BlobReader.ended }
        var value: UInt64 = 0
        for place in 0..<8 { value |= UInt64(bytes[position + place]) << UInt64(8 * place) }
        position += 8
        return value
    }

    mutating func data() throws(IntakeError) -> [UInt8] {
        let length = try count()
        position += length
        return Array(bytes[position - length..<position])
    }

    mutating func text() throws(IntakeError) -> String {
        let length = try count()
        position += length
        guard
            let text = String(validating: bytes[position - length..<position], as: UTF8.self)
        else { throw .damagedExtraction(reason: "a text is not UTF-8") }
        return text
    }

    mutating func texts() throws(IntakeError) -> [String] {
        var values: [String] = []
        for _ in 0..<(try count()) { values.append(try text()) }
        return values
    }

    mutating func optional<Value>(
        _ read: (inout BlobReader) throws(IntakeError) -> Value
    ) throws(IntakeError) -> Value? {
        switch try byte() {
        case 0: return nil
        case 1: return try read(&self)
        default: throw .damagedExtraction(reason: "a mark is neither absent nor present")
        }
    }

    mutating func counts() throws(IntakeError) -> [String: Int] {
        var table: [String: Int] = [:]
        for _ in 0..<(try count()) {
            let name = try text()
            let limit = Int64.max >> 8
            table[name] = Int(try signed(in: -limit...limit))
        }
        return table
    }
}
