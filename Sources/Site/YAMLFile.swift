// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Yams

/// A YAML or JSON file as canonical JSON, remembering on which line each value stands.
struct YAMLFile {
    let file: String
    let json: CanonicalJSON
    private let root: Node

    /// - Throws: `SiteError.badConfiguration` naming file, line and what was expected.
    init(file: String) throws(SiteError) {
        self.file = file
        let text = try Files.readText(file)
        let composed: Node?
        do {
            composed = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw .badConfiguration(
                file: file, line: Configuration.line(of: error),
                expected: "not valid YAML; expected key: value")
        } catch {
            throw .badConfiguration(file: file, line: nil, expected: "not valid YAML")
        }
        guard let composed, case .mapping = composed else {
            throw .badConfiguration(file: file, line: 1, expected: "expected lines of key: value")
        }
        root = composed
        json = try YAMLFile.json(of: composed, file: file)
    }

    private static func json(of node: Node, file: String) throws(SiteError) -> CanonicalJSON {
        switch node {
        case .mapping(let mapping):
            var members: [String: CanonicalJSON] = [:]
            for (key, value) in mapping {
                guard let name = key.string, members[name] == nil else {
                    throw .badConfiguration(
                        file: file, line: key.mark?.line, expected: "expected each key once")
                }
                members[name] = try json(of: value, file: file)
            }
            return .object(members)
        case .sequence(let sequence):
            var elements: [CanonicalJSON] = []
            for element in sequence { elements.append(try json(of: element, file: file)) }
            return .array(elements)
        case .scalar(let scalar):
            if scalar.style == .plain {
                if let number = node.int { return .int(number) }
                if let value = node.bool { return .bool(value) }
                if node.null != nil { return .null }
            }
            return .string(scalar.string)
        case .alias:
            throw .badConfiguration(
                file: file, line: node.mark?.line, expected: "aliases are not read here")
        }
    }

    /// The line of a value by a path such as `items[2].tiers[0].from`, or of what surrounds it.
    func line(of path: String) -> Int? {
        var node = root
        var line = root.mark?.line
        for step in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            let next: Node? =
                step.hasSuffix("]")
                ? Int(step.dropLast()).flatMap { index in
                    node.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                } : node.mapping?[Node(String(step))]
            guard let next else { break }
            node = next
            line = node.mark?.line ?? line
        }
        return line
    }
}
