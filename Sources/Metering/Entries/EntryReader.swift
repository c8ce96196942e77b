// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Reads what folds need of ledger entries, at well above a million entries a second.
///
/// It walks each record once, left to right, and builds nothing but numbers and known names; the
/// plain twin, `EntryReader.readPlainly`, parses the whole JSON and must find the same.
package struct EntryReader: Sendable {
    /// The names of all entries read so far.
    package private(set) var names = NameTable()
    private let kinds: [(name: Name, kind: EntryKind)]

    /// A reader that has seen nothing.
    package init() {
        var names = NameTable()
        kinds = EntryKind.allCases.filter { $0 != .other }.map { (names.name($0.rawValue), $0) }
        self.names = names
    }

    /// The kinds that are rare, and read as JSON.
    private static let bodyKinds: Set<EntryKind> = [
        .keyCreated, .keyRevoked, .budgetSet, .licenceGranted, .pricePublished, .payoutComputed,
    ]

    /// Reads one record.
    ///
    /// - Throws: `badEntry` where the record is no entry, or an amount in it is no whole number.
    package mutating func read(_ record: [UInt8], index: Int) throws(MeteringError) -> MeteredEntry
    {
        var entry = MeteredEntry()
        entry.index = index
        let problem = record.withUnsafeBufferPointer { bytes in
            scan(bytes, into: &entry)
        }
        if let problem {
            throw .badEntry(index: index, field: problem.field, expected: problem.expected)
        }
        if EntryReader.bodyKinds.contains(entry.kind) {
            guard let json = try? CanonicalJSON(parsing: record), let body = json["body"] else {
                throw .badEntry(index: index, field: "body", expected: "canonical JSON")
            }
            entry.body = body
        }
        return entry
    }

    /// The name of a text, new or known.
    package mutating func intern(_ text: String) -> Name { names.name(text) }

    private struct Problem {
        let field: String
        let expected: String
    }

    /// The three members every entry has, and its body between them.
    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, into entry: inout MeteredEntry)
        -> Problem?
    {
        var scanner = EntryScanner(bytes)
        guard scanner.enter() else { return Problem(field: "entry", expected: "an object") }
        var hasTime = false
        var hasType = false
        var after = EntryScanner.After.member
        while after == .member {
            guard let key = scanner.key() else {
                return Problem(field: "entry", expected: "a member")
            }
            if scanner.isEqual(key, "actor") {
                entry.actor = name(&scanner)
            } else if scanner.isEqual(key, "body") {
                if let problem = body(&scanner, into: &entry) { return problem }
            } else if scanner.isEqual(key, "ts") {
                guard let time = scanner.number(), (0...MeteredEntry.latest).contains(time) else {
                    return Problem(field: "ts", expected: "milliseconds since 1970")
                }
                entry.milliseconds = time
                hasTime = true
            } else if scanner.isEqual(key, "type") {
                let type = name(&scanner)
                hasType = type.isPresent
                entry.kind = kinds.first { $0.name == type }?.kind ?? .other
            } else if !scanner.skipValue() {
                return Problem(field: "entry", expected: "a value")
            }
            after = scanner.after()
        }
        guard after == .end, scanner.isAtEnd else {
            return Problem(field: "entry", expected: "canonical JSON")
        }
        guard hasTime else { return Problem(field: "ts", expected: "milliseconds since 1970") }
        guard hasType else { return Problem(field: "type", expected: "a text") }
        return nil
    }

    /// A text's name; none where the value is something else, which is passed over.
    private mutating func name(_ scanner: inout EntryScanner) -> Name {
        guard let text = scanner.text() else {
            _ = scanner.skipValue()
            return .none
        }
        guard text.hasEscapes else { return names.name(scanner.slice(text)) }
        let quoted = [UInt8(ascii: "\"")] + scanner.slice(text) + [UInt8(ascii: "\"")]
        guard let value = (try? CanonicalJSON(parsing: quoted))?.stringValue else { return .none }
        return names.name(value)
    }
}

extension EntryReader {
    /// Goes through the members of a body; their names are told apart by length first.
    private mutating func body(_ scanner: inout EntryScanner, into entry: inout MeteredEntry)
        -> Problem?
    {
        guard scanner.next == UInt8(ascii: "{") else {
            return scanner.skipValue() ? nil : Problem(field: "body", expected: "an object")
        }
        guard scanner.enter() else { return scanner.skip(UInt8(ascii: "}")) ? nil : broken }
        var after = EntryScanner.After.member
        while after == .member {
            guard let key = scanner.key() else { return broken }
            var isRead = true
            switch key.range.count {
            case 4 where scanner.isEqual(key, "team"): entry.team = name(&scanner)
            case 5 where scanner.isEqual(key, "model"): entry.model = name(&scanner)
            case 5 where scanner.isEqual(key, "sheet"): entry.sheet = name(&scanner)
            case 6 where scanner.isEqual(key, "reason"): entry.reason = name(&scanner)
            case 7 where scanner.isEqual(key, "version"): entry.version = name(&scanner)
            case 7 where scanner.isEqual(key, "outcome"):
                guard let text = scanner.text() else { return broken }
                entry.outcome = EntryReader.outcome(accepted: scanner.isEqual(text, "accepted"))
            case 7 where scanner.isEqual(key, "spilled"):
                entry.isSpilled = scanner.next == UInt8(ascii: "t")
                isRead = false
            case 8 where scanner.isEqual(key, "licensee"): entry.licensee = name(&scanner)
            case 11 where scanner.isEqual(key, "cost_center"): entry.costCenter = name(&scanner)
            case 6 where scanner.isEqual(key, "status"):
                guard let status = scanner.number() else { return notWhole("status") }
                entry.status = status
            case 6 where scanner.isEqual(key, "micros"):
                guard let micros = scanner.number() else { return notWhole("micros") }
                entry.latencyMicros = micros
            case 12 where scanner.isEqual(key, "price_micros"):
                guard let micros = scanner.number() else { return notWhole("price_micros") }
                entry.priceMicros = micros
            case 10 where scanner.isEqual(key, "quantities"):
                if let problem = quantities(&scanner, into: &entry) { return problem }
            default: isRead = false
            }
            if !isRead, !scanner.skipValue() { return broken }
            after = scanner.after()
        }
        return after == .end ? nil : broken
    }

    private func quantities(_ scanner: inout EntryScanner, into entry: inout MeteredEntry)
        -> Problem?
    {
        guard scanner.enter() else { return scanner.skip(UInt8(ascii: "}")) ? nil : broken }
        var after = EntryScanner.After.member
        while after == .member {
            guard let key = scanner.key() else { return broken }
            let meter: Meter
            switch key.range.count {
            case 10 where scanner.isEqual(key, "prediction"): meter = .prediction
            case 13 where scanner.isEqual(key, "prompt_tokens"): meter = .promptTokens
            case 17 where scanner.isEqual(key, "completion_tokens"): meter = .completionTokens
            default:
                guard let other = Meter(code: String(decoding: scanner.slice(key), as: UTF8.self))
                else {
                    return Problem(field: "body.quantities", expected: "one of \(Meter.codes)")
                }
                meter = other
            }
            guard let quantity = scanner.number(), quantity >= 0 else {
                return notWhole("quantities.\(meter.code)")
            }
            entry.quantities[meter] = quantity
            after = scanner.after()
        }
        return after == .end ? nil : broken
    }

    /// What is not accepted is overridden, whatever else it is called.
    static func outcome(accepted: Bool) -> MeteredEntry.Outcome {
        accepted ? .accepted : .overridden
    }

    private func notWhole(_ member: String) -> Problem {
        Problem(field: "body.\(member)", expected: "a whole number")
    }

    private var broken: Problem { Problem(field: "body", expected: "canonical JSON") }
}
