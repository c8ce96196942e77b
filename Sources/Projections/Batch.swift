// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Ledger

/// The numbers under which circumstances are stored, as far as this process remembers them.
struct CircumstanceNumbers {
    /// Circumstances remembered; beyond it all are forgotten and looked up again.
    private static let most = 20_000

    private var numbers: [[UInt8]: Int] = [:]
    private var lastKey: [UInt8] = []
    private var lastNumber = 0
    /// How far the projection was when they were last right.
    var size = 0

    /// The number of a circumstance, which is stored where it is new.
    mutating func number(
        of key: [UInt8], in database: Database, _ values: () -> [(any DatabaseValueConvertible)?]
    ) throws -> Int {
        // Entries come in runs: most often it is the one before.
        if key == lastKey { return lastNumber }
        lastNumber = try numbers[key] ?? find(key, in: database, values)
        lastKey = key
        return lastNumber
    }

    private mutating func find(
        _ key: [UInt8], in database: Database, _ values: () -> [(any DatabaseValueConvertible)?]
    ) throws -> Int {
        if numbers.count >= CircumstanceNumbers.most { numbers.removeAll() }
        let spelling = Data(key)
        let found = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM circumstances WHERE spelling = ?"),
            arguments: [spelling])
        if let found {
            numbers[key] = found
            return found
        }
        let marks = String(repeating: ", ?", count: Circumstance.columns.count)
        try database.execute(
            sql: """
                INSERT INTO circumstances (spelling, \(Circumstance.columns.joined(separator: ", ")))
                VALUES (?\(marks))
                """, arguments: StatementArguments([spelling] + values()))
        let number = Int(database.lastInsertedRowID)
        numbers[key] = number
        return number
    }
}

/// One transaction's worth of entries.
enum Batch {
    /// Times from 1970 to the year 9999.
    static let times = 0...253_402_300_799_999
    /// A price beyond a million of any currency is no price; sums of those below can't overflow.
    static let prices = 0...1_000_000_000_000
    /// Latencies up to some eleven days, in microseconds.
    static let latencies = 0...1_000_000_000_000

    /// Takes in the next entries after the position, and moves it.
    ///
    /// - Returns: how many were looked at; 0 where the projection is at the log's end.
    static func take(
        from log: some LedgerRecords, into database: Database,
        _ numbers: inout CircumstanceNumbers, atMost limit: Int
    ) throws -> Int {
        var count = 0
        try database.inTransaction(.immediate) {
            let position = try ProjectionPosition.newest(in: database)
            let held = position?.size ?? 0
            // Another process was here, or the projection was emptied: its numbers count now.
            if numbers.size != held { numbers = CircumstanceNumbers() }
            let start = max(held, log.firstIndex)
            let end = min(log.size, start + limit)
            guard start < end else { return .rollback }
            try insert(try log.records(start..<end), from: start, into: database, &numbers)
            let first = position?.first ?? log.firstIndex
            try ProjectionPosition(size: end, root: try log.root(at: end), first: first)
                .write(to: database)
            numbers.size = end
            count = end - start
            return .commit
        }
        return count
    }

    private static func insert(
        _ records: [[UInt8]], from start: Int, into database: Database,
        _ numbers: inout CircumstanceNumbers
    ) throws {
        // Not a cached one: after a failure it would report that failure once more.
        let statement = try database.makeStatement(
            sql: "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        var scan = EntryScan.reusable()
        var key: [UInt8] = []
        for (offset, record) in records.enumerated() where !isReservation(record) {
            try record.withUnsafeBufferPointer { bytes in
                guard scan.read(bytes), let row = EntryRow(scan, bytes, index: start + offset)
                else { return }
                Circumstance.key(of: scan, bytes, into: &key)
                let number = try numbers.number(of: key, in: database) {
                    Circumstance.values(of: scan, bytes)
                }
                try statement.execute(arguments: row.arguments(circumstance: number))
            }
        }
    }

    private static let reservation = Array(#","type":"call.reserved"}"#.utf8)

    /// Whether an entry ends as a reservation does; half of all entries do, and show nothing.
    private static func isReservation(_ record: [UInt8]) -> Bool {
        guard record.count >= reservation.count else { return false }
        return record[(record.count - reservation.count)...].elementsEqual(reservation)
    }
}

/// What is an entry's own.
struct EntryRow {
    private let index: Int
    private let milliseconds: Int
    private let happened: Int
    private let kind: EntryKind
    private let price: Int?
    private let micros: Int?
    private let subject: DatabaseValue
    private let call: DatabaseValue

    /// The row of an entry; nil for one that no question is about, or without a time, or with a
    /// price that is none.
    init?(_ scan: EntryScan, _ bytes: UnsafeBufferPointer<UInt8>, index: Int) {
        guard let kind = EntryKind(scan, EntryCursor(bytes)),
            let milliseconds = scan.milliseconds, Batch.times.contains(milliseconds)
        else { return nil }
        let price = scan[.price]
        if let price, !Batch.prices.contains(price) { return nil }
        self.index = index
        self.kind = kind
        self.milliseconds = milliseconds
        self.price = price
        happened =
            scan[.unrecordedAt].flatMap { Batch.times.contains($0) ? $0 : nil } ?? milliseconds
        micros = scan[.micros].flatMap { Batch.latencies.contains($0) ? $0 : nil }
        subject = scan[.subject].map { EntryRow.compact($0, bytes) } ?? .null
        call = scan[.call].map { EntryRow.compact($0, bytes) } ?? .null
    }

    func arguments(circumstance: Int) -> StatementArguments {
        [index, milliseconds, happened, kind.rawValue, circumstance, price, micros, subject, call]
    }

    /// Hexadecimal digits as the bytes they stand for, any other text as it is.
    ///
    /// In SQLite no text equals bytes, so the two can't be taken for each other.
    private static func compact(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>)
        -> DatabaseValue
    {
        if let packed = packed(bytes[range]) { return packed.databaseValue }
        return Circumstance.text(range, bytes).databaseValue
    }

    /// A text as `compact` stores it.
    static func compact(_ text: String) -> DatabaseValue {
        packed(Array(text.utf8)[...])?.databaseValue ?? text.databaseValue
    }

    /// The bytes that an even number of lower-case hexadecimal digits stand for; nil for any other
    /// text and for short ones.
    private static func packed(_ text: some RandomAccessCollection<UInt8>) -> Data? {
        guard text.count.isMultiple(of: 2), text.count >= 16 else { return nil }
        var bytes = Data(capacity: text.count / 2)
        var high: UInt8?
        for digit in text {
            guard let value = value(of: digit) else { return nil }
            if let above = high {
                bytes.append(above << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// The text that was made compact.
    static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .null: return nil
        case .string(let text): return text
        case .blob(let bytes):
            let digits = Array("0123456789abcdef".utf8)
            return String(
                decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
                as: UTF8.self)
        default: return nil
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension Circumstance {
    /// The columns of a circumstance, in their order.
    static func values(of scan: EntryScan, _ bytes: UnsafeBufferPointer<UInt8>)
        -> [(any DatabaseValueConvertible)?]
    {
        [text(scan.type, bytes), text(scan.actor, bytes)]
            + members.map { member in scan[member].map { text($0, bytes) } }
            + [status(of: scan)]
    }
}
