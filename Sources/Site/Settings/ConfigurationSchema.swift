// SPDX-License-Identifier: Apache-2.0
import Records
import Yams

/// What is wrong with one line of a configuration file.
struct ConfigurationProblem: Error, Equatable {
    /// Counted from 1.
    var line: Int?
    /// What was found or expected, naming the key.
    var expected: String
}

/// The keys a section of `site.yaml` may have, and how each is read into a value.
///
/// A section is a table of readers, and a section inside it is one more reader, so that every key
/// at every depth is refused by the same rule: unknown ones with the nearest known one named, wrong
/// values with their line and what was expected.
struct ConfigurationSchema<Root: Sendable>: Sendable {
    typealias Reader =
        @Sendable (inout Root, Node, _ path: String) throws(ConfigurationProblem) -> Void

    /// Where a value goes.
    typealias Field<Value> = any WritableKeyPath<Root, Value> & Sendable

    private var readers: [String: Reader] = [:]
    /// Keys without which the section means nothing.
    private var required: [String] = []

    init() {}

    /// Known keys in alphabetical order.
    var keys: [String] { readers.keys.sorted() }

    /// The schema with one more key.
    func adding(_ key: String, isRequired: Bool = false, _ reader: @escaping Reader)
        -> ConfigurationSchema
    {
        var schema = self
        schema.readers[key] = reader
        if isRequired { schema.required.append(key) }
        return schema
    }

    /// Reads a section.
    ///
    /// - Parameter path: keys that lead here, such as `gateway.tls`; empty at the top.
    func read(_ node: Node, into root: inout Root, path: String = "")
        throws(ConfigurationProblem)
    {
        guard case .mapping(let mapping) = node else {
            throw ConfigurationProblem(
                line: node.mark?.line ?? 1,
                expected: path.isEmpty
                    ? "expected lines of key: value"
                    : "\(path): expected indented lines of key: value")
        }
        var found: Set<String> = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard let reader = readers[name] else {
                let known = NearestWord.to(name, among: keys)
                throw ConfigurationProblem(
                    line: key.mark?.line,
                    expected: (path.isEmpty ? "" : "\(path): ")
                        + "unknown key \(name.prefix(40)); did you mean \(known)?")
            }
            found.insert(name)
            try reader(&root, value, path.isEmpty ? name : "\(path).\(name)")
        }
        if let missing = required.first(where: { !found.contains($0) }) {
            throw ConfigurationProblem(
                line: node.mark?.line, expected: "\(path): expected a line \(missing): too")
        }
    }
}

extension ConfigurationSchema {
    /// A key that holds text.
    func text(
        _ key: String, _ field: Field<String>, isRequired: Bool = false
    ) -> ConfigurationSchema {
        adding(key, isRequired: isRequired) {
            (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.scalar(node, path, "text") { $0.string }
        }
    }

    /// A key that holds text, where leaving it out means something of its own.
    func text(_ key: String, _ field: Field<String?>)
        -> ConfigurationSchema
    {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.scalar(node, path, "text") { $0.string }
        }
    }

    /// A key that holds one of a few words.
    func word<Word>(_ key: String, _ field: Field<Word>)
        -> ConfigurationSchema
    where Word: RawRepresentable & CaseIterable & Sendable, Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.scalar(node, path, "one of \(words)") {
                $0.string.flatMap { Word(rawValue: $0) }
            }
        }
    }

    /// A key that holds a whole number of a range.
    func whole(
        _ key: String, _ range: ClosedRange<Int>, _ field: Field<Int>
    ) -> ConfigurationSchema {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.whole(node, path, range)
        }
    }

    /// A key that holds a whole number, where leaving it out means something of its own.
    func whole(
        _ key: String, _ range: ClosedRange<Int>, _ field: Field<Int?>
    ) -> ConfigurationSchema {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.whole(node, path, range)
        }
    }

    /// A key that holds a number of a range.
    func number(
        _ key: String, _ range: ClosedRange<Double>,
        _ field: Field<Double>
    ) -> ConfigurationSchema {
        let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
        return adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.scalar(node, path, expected) {
                $0.float.flatMap { range.contains($0) ? $0 : nil }
            }
        }
    }

    /// A key that is true or false.
    func flag(_ key: String, _ field: Field<Bool>)
        -> ConfigurationSchema
    {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.scalar(node, path, "true or false") { $0.bool }
        }
    }

    /// A key that holds a section of its own.
    func section<Section: Sendable>(
        _ key: String, _ field: Field<Section>,
        _ schema: ConfigurationSchema<Section>
    ) -> ConfigurationSchema {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            try schema.read(node, into: &root[keyPath: field], path: path)
        }
    }

    /// A key that holds a section which means something of its own where it is left out.
    func section<Section: Sendable>(
        _ key: String, _ field: Field<Section?>, empty: Section,
        _ schema: ConfigurationSchema<Section>
    ) -> ConfigurationSchema {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            var section = empty
            try schema.read(node, into: &section, path: path)
            root[keyPath: field] = section
        }
    }

    /// A key that holds a list of sections.
    func list<Item: Sendable>(
        _ key: String, _ field: Field<[Item]>, empty: Item,
        _ schema: ConfigurationSchema<Item>
    ) -> ConfigurationSchema {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.items(node, path) {
                (node, path) throws(ConfigurationProblem) in
                var item = empty
                try schema.read(node, into: &item, path: path)
                return item
            }
        }
    }

    /// A key that holds a list of texts.
    func texts(_ key: String, _ field: Field<[String]>)
        -> ConfigurationSchema
    {
        adding(key) { (root, node, path) throws(ConfigurationProblem) in
            root[keyPath: field] = try YAMLValue.items(node, path) {
                (node, path) throws(ConfigurationProblem) in
                try YAMLValue.scalar(node, path, "text") { $0.string }
            }
        }
    }
}

/// Reads one value of a file, or refuses it by its key and line.
private enum YAMLValue {
    static func scalar<Value>(
        _ node: Node, _ path: String, _ expected: String, _ value: (Node) -> Value?
    ) throws(ConfigurationProblem) -> Value {
        guard let value = value(node) else {
            throw ConfigurationProblem(
                line: node.mark?.line, expected: "\(path): expected \(expected)")
        }
        return value
    }

    static func whole(_ node: Node, _ path: String, _ range: ClosedRange<Int>)
        throws(ConfigurationProblem) -> Int
    {
        try scalar(node, path, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            $0.int.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static func items<Item>(
        _ node: Node, _ path: String, _ read: (Node, String) throws(ConfigurationProblem) -> Item
    ) throws(ConfigurationProblem) -> [Item] {
        guard case .sequence(let sequence) = node else {
            throw ConfigurationProblem(
                line: node.mark?.line, expected: "\(path): expected a list, each line begun with -")
        }
        var items: [Item] = []
        for (position, element) in sequence.enumerated() {
            items.append(try read(element, "\(path)[\(position)]"))
        }
        return items
    }
}
