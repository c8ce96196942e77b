// SPDX-License-Identifier: Apache-2.0

/// The members of one JSON object and where their values lie; nothing is decoded that isn't asked
/// for.
///
/// A call that is passed on needs five members of a body that may hold a whole chart: this walks the
/// bytes once, checks that they are JSON, and remembers positions. Its plain twin is `JSONDecoder`.
struct JSONObject: Sendable {
    /// A member as it stands in the text.
    struct Member: Sendable, Equatable {
        /// The name's bytes between the quotes, escapes undone.
        var name: [UInt8]
        var value: Range<Int>
    }

    private(set) var members: [Member] = []
    /// From the brace that opens it to behind the one that closes it.
    private(set) var range = 0..<0

    /// Reads a text that is one object.
    ///
    /// - Throws: `JSONFault` for anything that is not valid JSON in UTF-8, and for what is not an
    ///   object.
    /// - Complexity: O(n), one pass.
    init(_ bytes: [UInt8]) throws(JSONFault) {
        try self.init(bytes, in: 0..<bytes.count)
    }

    /// Reads the object in a part of a text, such as the value of a member.
    init(_ bytes: [UInt8], in part: Range<Int>) throws(JSONFault) {
        var scanner = JSONScanner(bytes, part)
        scanner.skipSpace()
        let start = scanner.position
        guard scanner.peek == UInt8(ascii: "{") else { throw .notAnObject }
        var found: [Member] = []
        found.reserveCapacity(12)
        try scanner.object(depth: 0) { name, isEscaped, value in
            let spelled = Array(bytes[name])
            found.append(
                Member(name: isEscaped ? JSONText.decoded(spelled) : spelled, value: value))
        }
        range = start..<scanner.position
        scanner.skipSpace()
        guard scanner.position == part.upperBound else { throw .malformed }
        guard scanner.isASCII || JSONText.isUTF8(bytes[part]) else { throw .malformed }
        members = found
    }

    /// Where the value of a member lies; of the last where the name is repeated, as decoders have it.
    subscript(name: StaticString) -> Range<Int>? {
        members.last { JSONText.equals($0.name, name) }?.value
    }

    /// How often a name occurs.
    func count(of name: StaticString) -> Int {
        members.reduce(0) { $0 + (JSONText.equals($1.name, name) ? 1 : 0) }
    }
}

/// Why bytes are not the JSON that was expected.
enum JSONFault: Error, Equatable, Sendable {
    case malformed
    case notAnObject
    /// More levels of arrays and objects than are followed.
    case tooDeep
}

/// Walks over JSON without building anything.
struct JSONScanner {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var position: Int
    /// No byte above 127 was seen.
    private(set) var isASCII = true
    /// Levels that are followed; what any client sends has fewer than ten.
    static let deepest = 256

    init(_ bytes: [UInt8], _ part: Range<Int>) {
        self.bytes = bytes
        position = part.lowerBound
        end = part.upperBound
    }

    /// The next byte; nil at the end.
    var peek: UInt8? { position < end ? bytes[position] : nil }

    mutating func skipSpace() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) throws(JSONFault) {
        guard peek == byte else { throw .malformed }
        position += 1
    }

    /// Walks over an object and tells of each member: where its name lies between the quotes,
    /// whether that holds escapes, and where its value lies.
    mutating func object(
        depth: Int, _ member: (Range<Int>, Bool, Range<Int>) -> Void = { _, _, _ in }
    ) throws(JSONFault) {
        guard depth < JSONScanner.deepest else { throw .tooDeep }
        try take(UInt8(ascii: "{"))
        skipSpace()
        if peek == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            let start = position + 1
            let isEscaped = try string()
            let name = start..<(position - 1)
            skipSpace()
            try take(UInt8(ascii: ":"))
            skipSpace()
            let valueStart = position
            try value(depth: depth)
            member(name, isEscaped, valueStart..<position)
            skipSpace()
            switch peek {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return
            default: throw .malformed
            }
        }
    }

    /// Walks over an array and tells where each element lies.
    mutating func array(depth: Int, _ element: (Range<Int>) -> Void = { _ in }) throws(JSONFault) {
        guard depth < JSONScanner.deepest else { throw .tooDeep }
        try take(UInt8(ascii: "["))
        skipSpace()
        if peek == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            skipSpace()
            let start = position
            try value(depth: depth)
            element(start..<position)
            skipSpace()
            switch peek {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return
            default: throw .malformed
            }
        }
    }

    /// Walks over one value.
    mutating func value(depth: Int) throws(JSONFault) {
        switch peek {
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONFault) {
        let length = word.utf8CodeUnitCount
        guard end - position >= length,
            JSONText.equals(bytes[position..<position + length], word)
        else { throw .malformed }
        position += length
    }

    /// Walks over a string; whether it holds escapes.
    private mutating func string() throws(JSONFault) -> Bool {
        try take(UInt8(ascii: "\""))
        var isEscaped = false
        while position < end {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return isEscaped
            case UInt8(ascii: "\\"):
                isEscaped = true
                try escape()
            case 0..<0x20: throw .malformed
            case 0x80...: isASCII = false
            default: break
            }
        }
        throw .malformed
    }

    private mutating func escape() throws(JSONFault) {
        guard let letter = peek else { throw .malformed }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            guard (0xD800..<0xE000).contains(unit) else { return }
            // A character beyond the first 65,536 takes two escapes; half of one is no character.
            guard unit < 0xDC00 else { throw .malformed }
            try take(UInt8(ascii: "\\"))
            try take(UInt8(ascii: "u"))
            guard try (0xDC00..<0xE000).contains(codeUnit()) else { throw .malformed }
        default: throw .malformed
        }
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek.flatMap(JSONText.hexValue) else { throw .malformed }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    private mutating func number() throws(JSONFault) {
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else { throw .malformed }
    }
}
