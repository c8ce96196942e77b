// SPDX-License-Identifier: Apache-2.0
import Ledger

/// The members a projection needs of one entry, found in one pass without building a value.
///
/// Entries are canonical JSON, so there is no white space to pass over and a text has one spelling.
/// Whatever does not read as an object of that kind is no entry: nil, never a trap. The plain twin
/// in the tests parses whole and takes the same members.
struct EntryScan {
    /// The members of the body that are texts, in the order in which `texts` holds them.
    enum Member: Int, CaseIterable {
        case team, costCenter, licensee, model, version, use, intendedUse, dialect, currency
        case reason, outcome, call, subject

        /// The member's name in the body.
        var name: String {
            switch self {
            case .costCenter: "cost_center"
            case .intendedUse: "intended_use"
            default: "\(self)"
            }
        }
    }

    /// The members of the body that are numbers.
    enum Number: Int, CaseIterable {
        case price, micros, status, unrecordedAt

        /// The member's name in the body.
        var name: String {
            switch self {
            case .price: "price_micros"
            case .micros: "micros"
            case .status: "status"
            case .unrecordedAt: "unrecorded_at"
            }
        }
    }

    /// A text is passed over where its spelling takes more bytes: no name or code is that long.
    static let longestText = 200

    private(set) var type: Range<Int> = 0..<0
    private(set) var actor: Range<Int> = 0..<0
    private(set) var milliseconds: Int?
    private var texts = [Range<Int>](repeating: 0..<0, count: Member.allCases.count)
    private var isTold = [Bool](repeating: false, count: Member.allCases.count)
    private var numbers = [Int?](repeating: nil, count: Number.allCases.count)

    private static let memberNames = names(Member.allCases.map(\.name))
    private static let numberNames = names(Number.allCases.map(\.name))

    /// Names with their places, by length: most keys of an entry are told apart by it.
    private static func names(_ names: [String]) -> [[(place: Int, name: [UInt8])]] {
        var byLength = [[(place: Int, name: [UInt8])]](repeating: [], count: 16)
        for (place, name) in names.enumerated() {
            byLength[name.utf8.count].append((place, Array(name.utf8)))
        }
        return byLength
    }

    private init() {}

    /// A scan to be used again for entry after entry.
    static func reusable() -> EntryScan { EntryScan() }

    /// Where a text of the body lies, without its quotes; nil where there is none.
    subscript(member: Member) -> Range<Int>? {
        isTold[member.rawValue] ? texts[member.rawValue] : nil
    }

    /// A number of the body; nil where there is none.
    subscript(number: Number) -> Int? { numbers[number.rawValue] }

    /// Reads an entry; false where it is none.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        type = 0..<0
        actor = 0..<0
        milliseconds = nil
        for place in isTold.indices { isTold[place] = false }
        for place in numbers.indices { numbers[place] = nil }
        var cursor = EntryCursor(bytes)
        let isObject = cursor.members { cursor, key in
            switch key.count {
            case 2 where cursor.holds("ts", at: key):
                return cursor.number { self.milliseconds = $0 }
            case 4 where cursor.holds("type", at: key):
                return cursor.text { self.type = $0 }
            case 4 where cursor.holds("body", at: key) && cursor.isAtObject:
                return cursor.members { cursor, key in self.readBody(&cursor, key) }
            case 5 where cursor.holds("actor", at: key):
                return cursor.text { self.actor = $0 }
            default: return cursor.skip()
            }
        }
        return isObject && cursor.isAtEnd && !type.isEmpty
    }

    private mutating func readBody(_ cursor: inout EntryCursor, _ key: Range<Int>) -> Bool {
        guard key.count < 16 else { return cursor.skip() }
        if cursor.isAtText {
            for known in EntryScan.memberNames[key.count]
            where cursor.holds(known.name, at: key) {
                return cursor.text {
                    self.texts[known.place] = $0
                    self.isTold[known.place] = $0.count <= EntryScan.longestText
                }
            }
            return cursor.skip()
        }
        for known in EntryScan.numberNames[key.count] where cursor.holds(known.name, at: key) {
            return cursor.number { self.numbers[known.place] = $0 }
        }
        return cursor.skip()
    }
}

/// A place in the bytes of an entry; every step checks its bounds.
struct EntryCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { at == bytes.count }
    var isAtText: Bool { at < bytes.count && bytes[at] == UInt8(ascii: "\"") }
    var isAtObject: Bool { at < bytes.count && bytes[at] == UInt8(ascii: "{") }

    /// Whether the bytes of a range are these.
    func holds(_ text: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == text.count else { return false }
        for offset in 0..<text.count where bytes[range.lowerBound + offset] != text[offset] {
            return false
        }
        return true
    }

    /// Whether the bytes of a range are these.
    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count
        where bytes[range.lowerBound + offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }

    private mutating func step(over byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// Goes through an object; `visit` must go past each value and says whether it could.
    mutating func members(
        _ visit: (inout EntryCursor, Range<Int>) -> Bool
    ) -> Bool {
        guard step(over: UInt8(ascii: "{")) else { return false }
        if step(over: UInt8(ascii: "}")) { return true }
        repeat {
            var key = 0..<0
            guard text({ key = $0 }), step(over: UInt8(ascii: ":")), visit(&self, key) else {
                return false
            }
        } while step(over: UInt8(ascii: ","))
        return step(over: UInt8(ascii: "}"))
    }

    /// Goes past a text and hands over where it lies; a value of another kind is passed over.
    mutating func text(_ take: (Range<Int>) -> Void) -> Bool {
        guard isAtText else { return skip() }
        let start = at + 1
        var place = start
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            // Control characters are escaped in JSON, so that they can separate what is put together.
            guard bytes[place] >= 0x20 else { return false }
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < bytes.count else { return false }
        at = place + 1
        take(start..<place)
        return true
    }

    /// Goes past a whole number of 64 bits and hands it over; another kind of value is passed over.
    mutating func number(_ take: (Int) -> Void) -> Bool {
        var place = at
        let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let digits = place
        var value = 0
        var fits = true
        while place < bytes.count, bytes[place] >= UInt8(ascii: "0"),
            bytes[place] <= UInt8(ascii: "9")
        {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int(bytes[place] - UInt8(ascii: "0"))
            let (sum, carry) = tens.subtractingReportingOverflow(digit)
            fits = fits && !overflow && !carry
            value = fits ? sum : 0
            place += 1
        }
        guard place > digits else { return skip() }
        // Summed below zero, because the least integer has no positive twin.
        guard fits, isNegative || value != Int.min else { return false }
        at = place
        take(isNegative ? value : -value)
        return true
    }

    /// Goes past a value of any kind.
    mutating func skip() -> Bool {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard text({ _ in }) else { return false }
                if depth == 0 { return true }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what this value lies in, after a number or a word.
                if depth == 0 { return true }
                depth -= 1
                at += 1
                if depth == 0 { return true }
            case UInt8(ascii: ","):
                if depth == 0 { return true }
                at += 1
            default: at += 1
            }
        }
        return false
    }
}
