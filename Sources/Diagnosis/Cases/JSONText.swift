// SPDX-License-Identifier: Apache-2.0

/// A JSON value as written: keys keep their order, nothing is converted.
indirect enum JSONText: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONText])
    case object([(key: String, value: JSONText)])

    static func == (left: JSONText, right: JSONText) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.elementsEqual(b) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// Reads exactly one JSON value (RFC 8259), at most 16 levels deep.
    /// - Throws: `CaseError.notJSON` or `.repeatedKey` with the line.
    static func read(_ bytes: [UInt8]) throws(CaseError) -> JSONText {
        var reader = LinedJSONReader(bytes: bytes)
        do throws(JSONFault) {
            reader.skipSpace()
            let value = try reader.value()
            reader.skipSpace()
            guard reader.isAtEnd else { throw reader.expected("nothing after the JSON value") }
            return JSONText(value)
        } catch {
            let read = bytes[..<min(error.position, bytes.count)]
            let line = 1 + read.count(where: { $0 == UInt8(ascii: "\n") })
            if error.isRepeatedKey { throw .repeatedKey(line: line, place: "an object") }
            throw .notJSON(line: line, expected: error.expected)
        }
    }

    /// The same value without its lines.
    private init(_ lined: LinedJSON) {
        self =
            switch lined.value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            case .array(let items): .array(items.map(JSONText.init))
            case .object(let members):
                .object(members.map { (key: $0.key, value: JSONText($0.value)) })
            }
    }
}
