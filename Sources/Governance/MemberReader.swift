// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Reads the members of a JSON object one by one and refuses those nobody asked for.
///
/// A misspelt limit that is passed over would be a limit that does not hold.
struct MemberReader {
    private let members: [String: CanonicalJSON]
    private let path: String

    /// - Parameter path: what the object is called in a message.
    init(_ json: CanonicalJSON, _ path: String, known: [String]) throws(GovernanceError) {
        guard case .object(let members) = json else {
            throw .unfit(path, expected: "an object")
        }
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw .unknownMember("\(path).\(stranger)", known: known.sorted())
        }
        self.members = members
        self.path = path
    }

    private func name(_ key: String) -> String { "\(path).\(key)" }

    /// The member; nil where it is left out or null.
    subscript(key: String) -> CanonicalJSON? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    func text(_ key: String) throws(GovernanceError) -> String? {
        guard let value = self[key] else { return nil }
        guard let text = value.stringValue else { throw .unfit(name(key), expected: "a text") }
        return text
    }

    func requiredText(_ key: String) throws(GovernanceError) -> String {
        guard let text = try text(key) else { throw .missing(name(key)) }
        guard !text.isEmpty else { throw .unfit(name(key), expected: "a text that is not empty") }
        return text
    }

    func number(_ key: String, in range: ClosedRange<Int>) throws(GovernanceError) -> Int? {
        guard let value = self[key] else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw .unfit(
                name(key),
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    func requiredNumber(_ key: String, in range: ClosedRange<Int>) throws(GovernanceError) -> Int {
        guard let number = try number(key, in: range) else { throw .missing(name(key)) }
        return number
    }

    func flag(_ key: String) throws(GovernanceError) -> Bool? {
        guard let value = self[key] else { return nil }
        guard let flag = value.boolValue else { throw .unfit(name(key), expected: "true or false") }
        return flag
    }

    /// A list of texts, none empty and none twice; empty where it is left out.
    func texts(_ key: String) throws(GovernanceError) -> [String] {
        guard let value = self[key] else { return [] }
        let texts = value.arrayValue?.compactMap(\.stringValue).filter { !$0.isEmpty } ?? []
        guard texts.count == value.arrayValue?.count, Set(texts).count == texts.count else {
            throw .unfit(name(key), expected: "a list of texts, none empty and none twice")
        }
        return texts
    }

    /// A list of objects, each read by `read` under its own path; empty where it is left out.
    func list<Value>(
        _ key: String, _ read: (CanonicalJSON, String) throws(GovernanceError) -> Value
    ) throws(GovernanceError) -> [Value] {
        guard let value = self[key] else { return [] }
        guard let elements = value.arrayValue else {
            throw .unfit(name(key), expected: "a list")
        }
        var values: [Value] = []
        for (position, element) in elements.enumerated() {
            values.append(try read(element, "\(name(key))[\(position)]"))
        }
        return values
    }

    /// A text that is one of an enumeration's; nil where it is left out.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Choice.Type
    ) throws(GovernanceError) -> Choice? {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .unfit(name(key), expected: "one of \(all)")
        }
        return choice
    }
}

extension CanonicalJSON {
    /// A list of texts.
    static func texts(_ texts: [String]) -> CanonicalJSON { .array(texts.map { .string($0) }) }

    /// An object without the members that have no value.
    static func object(leavingOutNil members: [String: CanonicalJSON?]) -> CanonicalJSON {
        .object(members.compactMapValues { $0 })
    }
}
