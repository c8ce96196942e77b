// SPDX-License-Identifier: Apache-2.0

/// A JSON Schema (2020-12, as OpenAPI 3.1 has it), built from Swift values.
struct Schema: Sendable, Equatable {
    private(set) var tree: JSONTree

    init(_ tree: JSONTree) {
        self.tree = tree
    }

    static let boolean = Schema(["type": "boolean"])
    static let null = Schema(["type": "null"])
    static let string = Schema(["type": "string"])
    static let number = Schema(["type": "number"])
    /// A whole number of 64 bits.
    static let integer = integer(from: Int.min)
    /// A whole number from 0.
    static let count = integer(from: 0)
    static let anything = Schema([:])

    static func integer(from low: Int, to high: Int = .max) -> Schema {
        Schema(["type": "integer", "minimum": .int(low), "maximum": .int(high)])
    }

    static func number(from low: Int, to high: Int) -> Schema {
        Schema(["type": "number", "minimum": .int(low), "maximum": .int(high)])
    }

    /// Exactly this value.
    static func constant(_ value: JSONTree) -> Schema {
        Schema(["const": value])
    }

    static func oneOf(_ words: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(words.map { .string($0) })])
    }

    /// A text that an ECMA-262 regular expression matches as a whole.
    static func matching(_ pattern: String) -> Schema {
        Schema(["type": "string", "pattern": .string("^\(pattern)$")])
    }

    /// A text by its length in characters.
    static func text(_ lengths: ClosedRange<Int>) -> Schema {
        Schema([
            "type": "string", "minLength": .int(lengths.lowerBound),
            "maxLength": .int(lengths.upperBound),
        ])
    }

    static func array(of items: Schema, atLeast: Int = 0, atMost: Int? = nil) -> Schema {
        var members: [String: JSONTree] = ["type": "array", "items": items.tree]
        if atLeast > 0 { members["minItems"] = .int(atLeast) }
        if let atMost { members["maxItems"] = .int(atMost) }
        return Schema(.object(members))
    }

    /// An object with these members, and others only where it is open.
    static func object(
        _ required: [String: Schema], optional: [String: Schema] = [:], isOpen: Bool = false
    ) -> Schema {
        let properties = required.merging(optional) { first, _ in first }
        var members: [String: JSONTree] = [
            "type": "object", "properties": .object(properties.mapValues(\.tree)),
        ]
        if !required.isEmpty {
            members["required"] = .array(required.keys.sorted().map { .string($0) })
        }
        if !isOpen { members["additionalProperties"] = false }
        return Schema(.object(members))
    }

    /// An object whose members' names are not known beforehand.
    static func map(of values: Schema, atMost: Int? = nil, names: Schema? = nil) -> Schema {
        var members: [String: JSONTree] = [
            "type": "object", "additionalProperties": values.tree,
        ]
        if let atMost { members["maxProperties"] = .int(atMost) }
        if let names { members["propertyNames"] = names.tree }
        return Schema(.object(members))
    }

    static func anyOf(_ schemas: [Schema]) -> Schema {
        Schema(["anyOf": .array(schemas.map(\.tree))])
    }

    /// A schema of the document's own by name.
    static func named(_ name: String) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(name)")])
    }

    /// The same, or null.
    var orNull: Schema {
        guard case .object(var members) = tree, let type = members["type"]?.text else {
            return .anyOf([self, .null])
        }
        members["type"] = [.string(type), "null"]
        if case .array(let values)? = members["enum"] {
            members["enum"] = .array(values + [.null])
        }
        return Schema(.object(members))
    }

    func described(_ text: String) -> Schema {
        guard case .object(var members) = tree else { return self }
        members["description"] = .string(text)
        return Schema(.object(members))
    }
}
