// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Ledger
import Synchronization

/// SQLite tables over the ledger for the questions people ask of it: never the truth.
///
/// The file can be deleted at any time; it is built again from the log. It says which beginning of
/// the log it was built from, by size and root, and where the log has another root there, the file
/// is emptied and filled anew. Several processes may use it at once: it is written in WAL mode, so
/// that readers see the last complete transaction and wait for nobody.
package final class LedgerProjection: Sendable {
    let database: any DatabaseWriter
    private let circumstances = Mutex(CircumstanceNumbers())

    /// How long one process waits for another that is writing.
    static let patience: TimeInterval = 10
    /// Entries taken in by one transaction, where nothing else is said.
    package static let batch = 8_192
    /// From this many entries on, indexes are made afterwards: sorted once instead of entry by entry.
    static let manyEntries = 50_000

    init(_ database: any DatabaseWriter) throws {
        self.database = database
        if try database.read({ try ProjectionSchema.isReady(in: $0) }) { return }
        try database.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                if try ProjectionSchema.isReady(in: database) { return .rollback }
                try ProjectionSchema.clear(database)
                try ProjectionSchema.create(in: database)
                return .commit
            }
        }
    }

    /// Entries of the log that were taken in.
    package var size: Int {
        get throws(ProjectionError) {
            try ProjectionError.naming {
                try database.read { try ProjectionPosition.newest(in: $0)?.size ?? 0 }
            }
        }
    }

    /// Empties the projection.
    package func startAnew() throws(ProjectionError) {
        try ProjectionError.naming {
            try database.write { try ProjectionSchema.empty($0) }
            circumstances.withLock { $0 = CircumstanceNumbers() }
        }
    }

    /// What a catch-up came to.
    package struct CatchUp: Sendable, Equatable {
        /// Entries looked at.
        package var taken: Int
        /// Entries of the log that the projection holds now.
        package var size: Int
        /// What was there belonged to another log, or another beginning of this one.
        package var rebuilt: Bool
    }

    /// Takes in what was added to the log since; safe to call again, to interrupt and to run in two
    /// processes at once.
    ///
    /// - Parameter batch: entries a transaction takes in.
    /// - Complexity: O(new entries).
    @discardableResult
    package func catchUp(from log: some LedgerRecords, batch: Int = LedgerProjection.batch)
        throws(ProjectionError) -> CatchUp
    {
        try ProjectionError.naming {
            if try database.read({ try isUpToDate($0, with: log) }) {
                return CatchUp(taken: 0, size: try size, rebuilt: false)
            }
            let rebuilt = try database.writeWithoutTransaction { database in
                try prepare(database, for: log)
            }
            var taken = 0
            while true {
                let count = try circumstances.withLock { numbers in
                    try database.writeWithoutTransaction { database in
                        try Batch.take(
                            from: log, into: database, &numbers, atMost: max(1, batch))
                    }
                }
                taken += count
                if count == 0 { break }
            }
            try database.writeWithoutTransaction { database in
                try finish(database, wasLong: taken >= LedgerProjection.manyEntries)
            }
            return CatchUp(taken: taken, size: try size, rebuilt: rebuilt)
        }
    }

    /// Whether there is nothing to do: most often so, and then nobody is kept from writing.
    private func isUpToDate(_ database: Database, with log: some LedgerRecords) throws -> Bool {
        guard let newest = try ProjectionPosition.newest(in: database) else { return false }
        return try newest.size >= log.size && newest.first >= log.firstIndex
            && ProjectionPosition.belongs(to: log, in: database)
            && ProjectionSchema.hasIndexes(in: database)
    }

    /// Empties what does not belong to this log, and makes room for many entries at once.
    private func prepare(_ database: Database, for log: some LedgerRecords) throws -> Bool {
        var rebuilt = false
        let newest = try ProjectionPosition.newest(in: database)
        let belongs = try ProjectionPosition.belongs(to: log, in: database)
        let held = belongs ? newest?.size ?? 0 : 0
        let missing = log.size - max(held, log.firstIndex)
        let isLong = missing >= LedgerProjection.manyEntries && missing > held
        let retired = belongs && newest.map { $0.first < log.firstIndex } ?? false
        guard !belongs || isLong || retired else { return false }
        try database.inTransaction(.immediate) {
            // Another process may have come first: what it left is looked at again.
            if try !ProjectionPosition.belongs(to: log, in: database) {
                try ProjectionSchema.empty(database)
                rebuilt = true
            }
            if isLong { try ProjectionSchema.dropIndexes(in: database) }
            if retired {
                try database.execute(
                    sql: """
                        DELETE FROM entries WHERE idx < :first;
                        UPDATE position SET first = :first;
                        """, arguments: ["first": log.firstIndex])
            }
            return .commit
        }
        if isLong { try database.execute(sql: "PRAGMA cache_size = -32768") }
        return rebuilt
    }

    /// Makes the indexes where they are missing, and gives back what a long run took.
    private func finish(_ database: Database, wasLong: Bool) throws {
        try database.inTransaction(.immediate) {
            try ProjectionSchema.createIndexes(in: database)
            return .commit
        }
        guard wasLong else { return }
        try database.execute(sql: "PRAGMA cache_size = -2000; PRAGMA shrink_memory")
        // The write-ahead log has grown; where somebody is reading, the next one shortens it.
        _ = try? database.checkpoint(.truncate)
    }
}
