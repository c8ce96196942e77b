// SPDX-License-Identifier: Apache-2.0

/// A count of people as a reader may know it: exact, about so many, or hidden.
package struct ReleasedCount: Hashable, Sendable {
    /// The number, or the middle of the numbers it may be; nil where hidden.
    package let value: Int?
    /// All that is told: the count is one of these.
    package let range: ClosedRange<Int>

    package static func exact(_ count: Int) -> ReleasedCount {
        ReleasedCount(value: count, range: count...count)
    }

    static func hidden(_ range: ClosedRange<Int>) -> ReleasedCount {
        ReleasedCount(value: nil, range: range)
    }

    /// One of several numbers, told by their middle.
    static func about(_ range: ClosedRange<Int>) -> ReleasedCount {
        ReleasedCount(
            value: range.lowerBound + (range.upperBound - range.lowerBound) / 2, range: range)
    }

    package var isExact: Bool { range.count == 1 }

    /// `92`, `≈92` for a rounded one, `<11` or `979–989` for a hidden one.
    package var text: String {
        if let value { return isExact ? String(value) : "≈\(value)" }
        return range.lowerBound <= 1
            ? "<\(range.upperBound + 1)" : "\(range.lowerBound)–\(range.upperBound)"
    }
}

/// As JSON: `{"value": 92, "text": "≈92", "lower": 87, "upper": 97}`; a hidden value is null.
extension ReleasedCount: Encodable {
    private enum Key: String, CodingKey {
        case value, text, lower, upper
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(value, forKey: .value)
        try container.encode(text, forKey: .text)
        try container.encode(range.lowerBound, forKey: .lower)
        try container.encode(range.upperBound, forKey: .upper)
    }
}
