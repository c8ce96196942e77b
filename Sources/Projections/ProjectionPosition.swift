// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Ledger

/// Which beginning of the log a projection was built from.
struct ProjectionPosition {
    var size: Int
    var root: Digest32
    /// The first entry it holds; what came before had been retired.
    var first: Int

    /// Older positions kept beside the newest one.
    private static let kept = 64

    private init?(_ row: Row) {
        guard let root = Digest32(row["root"] as Data) else { return nil }
        self.root = root
        size = row["size"]
        first = row["first"]
    }

    init(size: Int, root: Digest32, first: Int) {
        self.size = size
        self.root = root
        self.first = first
    }

    /// The newest position; nil where nothing was taken in.
    static func newest(in database: Database) throws -> ProjectionPosition? {
        try Row.fetchOne(database, sql: "SELECT * FROM position ORDER BY size DESC LIMIT 1")
            .flatMap { ProjectionPosition($0) }
    }

    /// Whether what was taken in is a beginning of the log, or the log one of it.
    ///
    /// A reader that was opened a moment ago may know less than another process has taken in; then
    /// the newest position that it can know is compared.
    static func belongs(to log: some LedgerRecords, in database: Database) throws -> Bool {
        guard try newest(in: database) != nil else {
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM entries LIMIT 1") == 0
        }
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM position WHERE size <= ? ORDER BY size DESC LIMIT 1",
            arguments: [log.size])
        guard let known = row.flatMap({ ProjectionPosition($0) }) else { return false }
        return try log.root(at: known.size) == known.root
    }

    /// Writes down a new position and forgets the oldest.
    func write(to database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO position (size, root, first) VALUES (:size, :root, :first);
                DELETE FROM position WHERE size <
                    (SELECT min(size) FROM (SELECT size FROM position ORDER BY size DESC LIMIT :kept));
                """,
            arguments: [
                "size": size, "root": Data(root.bytes), "first": first,
                "kept": ProjectionPosition.kept,
            ])
    }
}
