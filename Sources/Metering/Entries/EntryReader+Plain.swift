// SPDX-License-Identifier: Apache-2.0
import Ledger

extension EntryReader {
    /// The plain twin of `read`: parses the whole record and picks members from it.
    ///
    /// Some ten times slower; it says what `read` must find.
    mutating func readPlainly(_ record: [UInt8], index: Int) throws(MeteringError) -> MeteredEntry {
        func bad(_ field: String, _ expected: String) -> MeteringError {
            .badEntry(index: index, field: field, expected: expected)
        }
        guard let json = try? CanonicalJSON(parsing: record) else {
            throw bad("entry", "canonical JSON")
        }
        guard let time = json["ts"]?.intValue, (0...MeteredEntry.latest).contains(time) else {
            throw bad("ts", "milliseconds since 1970")
        }
        guard let type = json["type"]?.stringValue else { throw bad("type", "a text") }
        var entry = MeteredEntry()
        entry.index = index
        entry.milliseconds = time
        entry.kind = EntryKind(rawValue: type) ?? .other
        entry.actor = intern(json["actor"])
        guard let body = json["body"] else { return entry }
        entry.model = intern(body["model"])
        entry.version = intern(body["version"])
        entry.team = intern(body["team"])
        entry.costCenter = intern(body["cost_center"])
        entry.licensee = intern(body["licensee"])
        entry.sheet = intern(body["sheet"])
        entry.reason = intern(body["reason"])
        if let outcome = body["outcome"]?.stringValue {
            entry.outcome = EntryReader.outcome(accepted: outcome == "accepted")
        }
        if let quantities = body["quantities"] {
            entry.quantities = try Quantities(json: quantities)
        }
        for (member, path) in [
            ("price_micros", \MeteredEntry.priceMicros), ("status", \.status),
            ("micros", \.latencyMicros),
        ] {
            guard let value = body[member] else { continue }
            guard let number = value.intValue else { throw bad("body.\(member)", "a whole number") }
            entry[keyPath: path] = number
        }
        entry.isSpilled = body["spilled"]?.boolValue ?? false
        return entry
    }

    private mutating func intern(_ value: CanonicalJSON?) -> Name {
        value?.stringValue.map { intern($0) } ?? .none
    }
}
