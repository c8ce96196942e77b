// SPDX-License-Identifier: Apache-2.0

/// A count of people that may be too small to be told.
package enum SmallCount: Hashable, Sendable {
    case exact(Int)
    /// The count is less than this, and may be 0; nothing else is told.
    case hidden(below: Int)

    /// The number, or `<11` for one that is hidden.
    package var text: String {
        switch self {
        case .exact(let count): String(count)
        case .hidden(let bound): "<\(bound)"
        }
    }

    /// The count of a number and its text, as a report holds them; nil where they don't agree.
    package init?(value: Int?, text: String) {
        if let value {
            guard text == String(value) else { return nil }
            self = .exact(value)
        } else {
            guard text.hasPrefix("<"), let bound = Int(text.dropFirst()) else { return nil }
            self = .hidden(below: bound)
        }
    }

    /// The number; nil for one that is hidden.
    package var value: Int? {
        if case .exact(let count) = self { count } else { nil }
    }
}

/// As JSON: `{"value": 92, "text": "92"}` or `{"value": null, "text": "<11"}`.
extension SmallCount: Codable {
    private enum Key: String, CodingKey {
        case value, text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let text = try container.decode(String.self, forKey: .text)
        let value = try container.decodeIfPresent(Int.self, forKey: .value)
        guard let count = SmallCount(value: value, text: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .text, in: container, debugDescription: "expected a number or <number")
        }
        self = count
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(value, forKey: .value)
        try container.encode(text, forKey: .text)
    }
}
