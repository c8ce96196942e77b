// SPDX-License-Identifier: Apache-2.0

/// The fields of a posted form (`application/x-www-form-urlencoded`), in the order sent.
struct Form: Sendable, Equatable {
    private(set) var fields: [(name: String, value: String)] = []

    /// No form of the pages has nearly so many.
    private static let fieldLimit = 1000

    init() {}

    /// Reads a body; nil where it is not a form: a broken escape, text that is not UTF-8, or more
    /// fields than any page sends.
    init?(_ bytes: [UInt8]) {
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Form.decoded(parts[0]),
                let value = parts.count > 1 ? Form.decoded(parts[1]) : "",
                fields.count < Form.fieldLimit
            else { return nil }
            fields.append((name, value))
        }
    }

    /// The first value under a name.
    subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// All values under a name, in order.
    func all(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    static func == (first: Form, second: Form) -> Bool {
        first.fields.elementsEqual(second.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = bytes.startIndex
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard position + 2 < bytes.endIndex, let high = digit(bytes[position + 1]),
                    let low = digit(bytes[position + 2])
                else { return nil }
                result.append(high << 4 | low)
                position += 2
            default: result.append(bytes[position])
            }
            position += 1
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
