// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Testing

@testable import Metering

@Suite("Reading entries")
struct EntryReaderTests {
    /// What an entry says, with names as texts.
    static func texts(_ entry: MeteredEntry, _ names: NameTable) -> [String] {
        [
            entry.actor, entry.model, entry.version, entry.team, entry.costCenter, entry.licensee,
            entry.sheet, entry.reason,
        ].map { names.optionalText($0) ?? "-" } + [
            entry.kind.rawValue, "\(entry.milliseconds)", "\(entry.quantities)",
            "\(entry.priceMicros)", "\(entry.status)", "\(entry.latencyMicros)",
            "\(entry.isSpilled)", "\(String(describing: entry.outcome))",
        ]
    }

    static func randomText(_ random: inout SeededRandom) -> String {
        let pieces = ["a", "\"", "\\", "\n", "ü", "漢", "}", "{", ",", "\u{1}", "body", "🜁", " "]
        return (0..<random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined()
    }

    static func randomValue(_ random: inout SeededRandom, depth: Int = 0) -> CanonicalJSON {
        switch random.below(depth > 2 ? 4 : 6) {
        case 0: .string(randomText(&random))
        case 1: .int(Int(truncatingIfNeeded: random.next()) >> random.below(64))
        case 2: .bool(random.chance(0.5))
        case 3: .null
        case 4: .array((0..<random.below(4)).map { _ in randomValue(&random, depth: depth + 1) })
        default:
            .object(
                Dictionary(
                    (0..<random.below(4)).map { _ in
                        (randomText(&random), randomValue(&random, depth: depth + 1))
                    }, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// A record whose members hold anything, also what they should not.
    static func randomRecord(_ random: inout SeededRandom) -> [UInt8] {
        let members = [
            "model", "version", "team", "cost_center", "licensee", "sheet", "reason",
            "price_micros",
            "status", "micros", "spilled", "outcome", "quantities", "call", "subject",
        ]
        var body: [String: CanonicalJSON] = [:]
        for member in members where random.chance(0.5) {
            switch member {
            case "price_micros", "status", "micros":
                body[member] = .int(Int(truncatingIfNeeded: random.next()) >> random.below(64))
            case "quantities":
                body[member] =
                    Quantities(
                        predictions: random.below(3), promptTokens: random.below(1 << 40)
                    ).json
            case "spilled": body[member] = .bool(random.chance(0.5))
            case "outcome": body[member] = .string(random.chance(0.5) ? "accepted" : "overridden")
            default:
                body[member] =
                    random.chance(0.8)
                    ? .string(randomText(&random)) : randomValue(&random)
            }
        }
        body[randomText(&random)] = randomValue(&random)
        let kinds = ["call.settled", "call.refused", "override", "something.else", "call.reserved"]
        return CanonicalJSON.object([
            "type": .string(kinds[random.below(kinds.count)]),
            "actor": .string(randomText(&random)), "ts": .int(random.below(2_000_000_000_000)),
            "body": .object(body), "z": randomValue(&random),
        ]).serialized()
    }

    @Test("the fast reader finds what the plain one finds, whatever the members hold")
    func fastEqualsPlain() throws {
        var random = SeededRandom(seed: 30)
        var fast = EntryReader()
        var plain = EntryReader()
        for index in 0..<1_200 {
            let record = EntryReaderTests.randomRecord(&random)
            let found = try fast.read(record, index: index)
            let expected = try plain.readPlainly(record, index: index)
            #expect(
                EntryReaderTests.texts(found, fast.names)
                    == EntryReaderTests.texts(expected, plain.names),
                "record \(String(decoding: record, as: UTF8.self))")
        }
    }

    @Test("bytes that are no entry are refused and never read beyond their end")
    func survivesBrokenRecords() throws {
        var random = SeededRandom(seed: 31)
        var reader = EntryReader()
        var refused = 0
        for index in 0..<1_200 {
            var record = EntryReaderTests.randomRecord(&random)
            switch random.below(3) {
            case 0: record = Array(record.prefix(random.below(record.count)))
            case 1: record[random.below(record.count)] = UInt8(random.below(256))
            default: record.remove(at: random.below(record.count))
            }
            do { _ = try reader.read(record, index: index) } catch {
                refused += 1
                #expect(error.sentence.contains("Ledger entry \(index)"))
            }
        }
        #expect(refused > 200)
        #expect(throws: MeteringError.self) { try reader.read([], index: 0) }
    }

    @Test(
        "an amount that is no whole number is refused by name",
        arguments: [
            (#"{"actor":"a","body":{"price_micros":1.5},"ts":1,"type":"call.settled"}"#, "body"),
            (
                #"{"actor":"a","body":{"price_micros":"1"},"ts":1,"type":"call.settled"}"#,
                "body.price_micros"
            ),
            (
                #"{"actor":"a","body":{"price_micros":9223372036854775808},"ts":1,"type":"x"}"#,
                "body.price_micros"
            ),
            (
                #"{"actor":"a","body":{"quantities":{"prediction":-1}},"ts":1,"type":"x"}"#,
                "body.quantities.prediction"
            ),
            (#"{"actor":"a","body":{},"ts":-1,"type":"x"}"#, "ts"),
            (#"{"actor":"a","body":{},"ts":1}"#, "type"),
        ])
    func refusesBadAmounts(record: String, field: String) throws {
        var reader = EntryReader()
        let error = #expect(throws: MeteringError.self) {
            try reader.read(Array(record.utf8), index: 7)
        }
        guard case .badEntry(7, field, _)? = error else {
            Issue.record("\(String(describing: error)) instead of \(field)")
            return
        }
    }

    @Test("numbers reach both ends of 64 bits")
    func numbersToTheEnds() throws {
        var reader = EntryReader()
        for number in [Int.min, Int.max, 0, -1] {
            let record = #"{"actor":"a","body":{"price_micros":\#(number)},"ts":1,"type":"x"}"#
            #expect(try reader.read(Array(record.utf8), index: 0).priceMicros == number)
        }
    }

    @Test("names are kept once, however many there are")
    func internsNames() {
        var names = NameTable()
        let texts = (0..<2_000).map { "name-\($0)-\(String(repeating: "x", count: $0 % 23))" }
        let numbers = texts.map { names.name($0) }
        #expect(Set(numbers).count == texts.count)
        #expect(texts.map { names.name($0) } == numbers)
        #expect(numbers.map { names.text($0) } == texts)
        #expect(names.known("never seen") == nil)
        #expect(names.known(texts[77]) == numbers[77])
    }

    @Test("calendar days and months are those of the Gregorian calendar")
    func calendar() throws {
        #expect(Day(containing: 0).text == "1970-01-01")
        #expect(Day(containing: -1).text == "1969-12-31")
        #expect(Day(containing: 951_782_400_000).text == "2000-02-29")
        #expect(Day(containing: 1_795_824_000_000).text == "2026-11-28")
        #expect(Day(containing: 253_402_300_799_999).text == "9999-12-31")
        var day = Day(containing: 0)
        var count = 0
        for year in 1970..<2110 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for length in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
                let month = Month(containing: day.start)
                #expect(month.start == day.start)
                count += length
                day = Day(containing: count * 86_400_000)
                #expect(month.next.start == day.start)
                #expect(Month(month.text) == month)
            }
        }
        #expect(Month("2026-13") == nil)
        #expect(Month("2026-1") == nil)
        #expect(Month("+026-01") == nil)
    }
}
