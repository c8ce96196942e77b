// SPDX-License-Identifier: Apache-2.0
import Diagnosis

/// A value of a case file together with the way to it, for reading it with errors that say where.
struct CasePlace {
    let file: String
    let path: String
    let node: CaseJSON

    init(_ node: CaseJSON, file: String, path: String = "") {
        self.file = file
        self.path = path
        self.node = node
    }

    func bad(_ expected: String) -> BenchmarkError {
        .badCase(
            file: file, line: node.line, place: path.isEmpty ? "case" : path, expected: expected)
    }

    var isObject: Bool { if case .object = node.value { true } else { false } }

    /// Members in the order written.
    func members() throws(BenchmarkError) -> [(key: String, value: CasePlace)] {
        guard case .object(let members) = node.value else { throw bad("an object") }
        return members.map { member in (member.key, step(member.value, ".\(member.key)")) }
    }

    /// Refuses keys that nothing reads: a misspelt one would pass for one that isn't given.
    func expect(keys: Set<String>) throws(BenchmarkError) {
        for member in try members() where !keys.contains(member.key) {
            throw member.value.bad("one of the keys \(keys.sorted().joined(separator: ", "))")
        }
    }

    /// Nil where the key is missing or its value is null.
    func at(_ key: String) throws(BenchmarkError) -> CasePlace? {
        guard case .object(let members) = node.value else { throw bad("an object") }
        guard let member = members.first(where: { $0.key == key }) else { return nil }
        if case .null = member.value.value { return nil }
        return step(member.value, ".\(key)")
    }

    func required(_ key: String) throws(BenchmarkError) -> CasePlace {
        guard let value = try at(key) else {
            throw .badCase(
                file: file, line: node.line, place: trimmed(path + ".\(key)"), expected: "a value")
        }
        return value
    }

    func items() throws(BenchmarkError) -> [CasePlace] {
        guard case .array(let items) = node.value else { throw bad("a list") }
        return items.enumerated().map { step($0.element, "[\($0.offset)]") }
    }

    func string() throws(BenchmarkError) -> String {
        guard case .string(let text) = node.value else { throw bad("text") }
        return text
    }

    func filledString() throws(BenchmarkError) -> String {
        let text = try string()
        guard text.contains(where: { !$0.isWhitespace }) else { throw bad("text that isn't empty") }
        return text
    }

    func bool() throws(BenchmarkError) -> Bool {
        guard case .bool(let value) = node.value else { throw bad("true or false") }
        return value
    }

    func number() throws(BenchmarkError) -> Double {
        guard case .number(let value) = node.value, abs(value) < 1e9 else {
            throw bad("a number below 1,000,000,000")
        }
        return value
    }

    func integer(_ range: ClosedRange<Int>) throws(BenchmarkError) -> Int {
        guard case .number(let value) = node.value, let integer = Int(exactly: value),
            range.contains(integer)
        else { throw bad("a whole number from \(range.lowerBound) to \(range.upperBound)") }
        return integer
    }

    func strings() throws(BenchmarkError) -> [String] {
        var strings: [String] = []
        for item in try items() { strings.append(try item.filledString()) }
        return strings
    }

    func one<Choice: RawRepresentable & CaseIterable>(
        of type: Choice.Type
    ) throws(BenchmarkError) -> Choice where Choice.RawValue == String {
        guard case .string(let text) = node.value, let choice = Choice(rawValue: text) else {
            throw bad("one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    private func step(_ node: CaseJSON, _ step: String) -> CasePlace {
        CasePlace(node, file: file, path: trimmed(path + step))
    }

    private func trimmed(_ path: String) -> String {
        path.hasPrefix(".") ? String(path.dropFirst()) : path
    }
}
