// SPDX-License-Identifier: Apache-2.0
import Ledger
import Workbench

/// Finds entries of a ledger by type, actor, model and time, newest first.
///
/// There is no index to keep in step with the log. Times only grow along it, so a period is found
/// by halving; for the rest, records are looked through backwards, a bounded number a page, so that
/// a page takes as long at a million entries as at a thousand. A record is parsed only where its
/// bytes hold what is asked for.
struct LedgerSearch {
    /// An entry that is like what was asked for.
    struct Entry {
        var index: Int
        var record: [UInt8]
    }

    /// One page of what was found.
    struct Found {
        /// Newest first.
        var entries: [Entry] = []
        /// Where to go on: before this index; nil where nothing is left.
        var older: Int?
        var searched = 0
    }

    /// Why a filter can't be applied, or the log not read.
    enum Problem: Error, Equatable {
        case badTime(field: String)
        case unreadable(LedgerError)

        var sentence: String {
            switch self {
            case .badTime(let field):
                "\(field) is a day and a time in UTC, such as 2026-11-28T14:05."
            case .unreadable(let error): error.sentence
            }
        }
    }

    /// How many records are looked through for one page.
    static let bound = 50_000
    private static let chunk = 2048

    private let conditions: [(key: [String], value: String, bytes: [UInt8])]
    private let from: Int?
    private let until: Int?

    init(_ filter: LedgerView.Filter) throws(Problem) {
        var conditions: [(key: [String], value: String, bytes: [UInt8])] = []
        for (key, value) in [
            (["type"], filter.type), (["actor"], filter.actor), (["body", "model"], filter.model),
        ] where !value.isEmpty {
            conditions.append((key, value, CanonicalJSON.string(value).serialized()))
        }
        self.conditions = conditions
        from = try LedgerSearch.moment(filter.from, field: "From")
        until = try LedgerSearch.moment(filter.until, field: "Until")
    }

    private static func moment(_ text: String, field: String) throws(Problem) -> Int? {
        guard !text.isEmpty else { return nil }
        guard let moment = PageTime.milliseconds(text) else { throw .badTime(field: field) }
        return moment
    }

    /// - Parameters:
    ///   - end: only entries before this index.
    ///   - count: how many a page holds.
    func page(of log: LedgerLog, before end: Int, _ count: Int) throws(Problem) -> Found {
        do throws(LedgerError) {
            return try find(in: log, before: end, count)
        } catch { throw .unreadable(error) }
    }

    private func find(in log: LedgerLog, before end: Int, _ count: Int) throws(LedgerError) -> Found
    {
        let first =
            try from.map { moment throws(LedgerError) in
                try LedgerSearch.first(notBefore: moment, in: log)
            } ?? log.firstIndex
        let last =
            try until.map { moment throws(LedgerError) in
                try LedgerSearch.first(notBefore: moment, in: log)
            } ?? log.size
        var found = Found()
        var next = min(end, last)
        while next > first, found.entries.count < count, found.searched < LedgerSearch.bound {
            // Without conditions every record is one that is asked for.
            let step = conditions.isEmpty ? count - found.entries.count : LedgerSearch.chunk
            let range = max(first, next - step)..<next
            let records = try log.records(range)
            for (offset, record) in records.enumerated().reversed() {
                next = range.lowerBound + offset
                found.searched += 1
                if fits(record) { found.entries.append(Entry(index: next, record: record)) }
                if found.entries.count == count { break }
            }
        }
        found.older = next > first ? next : nil
        return found
    }

    private func fits(_ record: [UInt8]) -> Bool {
        guard !conditions.isEmpty else { return true }
        for condition in conditions where !record.holds(condition.bytes) { return false }
        guard let entry = try? CanonicalJSON(parsing: record) else { return false }
        return conditions.allSatisfy { condition in
            var value: CanonicalJSON? = entry
            for key in condition.key { value = value?[key] }
            return value?.stringValue == condition.value
        }
    }

    /// The first entry of a time or later; the size where all are earlier.
    ///
    /// O(log n) reads.
    static func first(notBefore moment: Int, in log: LedgerLog) throws(LedgerError) -> Int {
        var (low, high) = (log.firstIndex, log.size)
        while low < high {
            let middle = low + (high - low) / 2
            let record = try log.record(at: middle)
            let entry = try? CanonicalJSON(parsing: record)
            if (entry?["ts"]?.intValue ?? 0) < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [UInt8] {
    /// Whether these bytes hold others in a row; what is looked for begins with a quotation mark,
    /// of which records hold few.
    func holds(_ other: [UInt8]) -> Bool {
        guard let lead = other.first, count >= other.count else { return other.isEmpty }
        return withUnsafeBufferPointer { here in
            for start in 0...(here.count - other.count) where here[start] == lead {
                var length = 1
                while length < other.count, here[start + length] == other[length] { length += 1 }
                if length == other.count { return true }
            }
            return false
        }
    }
}
