// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The tables of a projection.
///
/// `position` says which beginning of the log was taken in, by size and root: the newest row is how
/// far the projection is, the older ones let a reader of an older state of the log recognise it.
/// The views are for people with a SQLite shell.
enum ProjectionSchema {
    /// Another number, another meaning of the tables: what has another one is built anew.
    static let version = 1

    /// Tells our files from others: "BDpj".
    static let application = 0x4244_706A

    /// Whether the tables are there and mean what this code takes them to.
    static func isReady(in database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA user_version") == version
    }

    /// Makes the tables of an empty database.
    static func create(in database: Database) throws {
        let shared = Circumstance.columns.map { name in
            name == "status" ? "status INTEGER" : "\(name) TEXT"
        }
        try database.execute(
            sql: """
                CREATE TABLE position (
                    size INTEGER PRIMARY KEY, root BLOB NOT NULL, first INTEGER NOT NULL);
                CREATE TABLE circumstances (
                    id INTEGER PRIMARY KEY, spelling BLOB NOT NULL UNIQUE,
                    \(shared.joined(separator: ", ")));
                CREATE TABLE entries (
                    idx INTEGER PRIMARY KEY, ts INTEGER NOT NULL, happened INTEGER NOT NULL,
                    kind INTEGER NOT NULL, circumstance INTEGER NOT NULL, price INTEGER,
                    micros INTEGER, subject BLOB, call BLOB);
                CREATE VIEW calls AS
                    SELECT idx, ts, happened, kind, price, micros, hex(subject) AS subject,
                        hex(call) AS call, \(Circumstance.columns.joined(separator: ", "))
                    FROM entries JOIN circumstances ON id = circumstance WHERE kind IN (0, 1);
                CREATE VIEW access AS
                    SELECT idx, happened, lower(hex(subject)) AS subject, type, actor, model,
                        version, reason, outcome
                    FROM entries JOIN circumstances ON id = circumstance WHERE subject NOT NULL;
                CREATE VIEW feedback AS
                    SELECT idx, ts, hex(call) AS call, actor, model, version, reason, outcome
                    FROM entries JOIN circumstances ON id = circumstance WHERE kind = 2;
                PRAGMA application_id = \(application);
                PRAGMA user_version = \(version);
                """)
    }

    /// Removes every row; the tables stay.
    static func empty(_ database: Database) throws {
        try dropIndexes(in: database)
        try database.execute(
            sql: "DELETE FROM entries; DELETE FROM circumstances; DELETE FROM position;")
    }

    private static let indexes = [
        ("entries_by_subject", "entries(subject, happened) WHERE subject IS NOT NULL"),
        ("entries_by_ts", "entries(ts)"),
        ("feedback_by_call", "entries(call) WHERE kind = 2"),
    ]

    static func createIndexes(in database: Database) throws {
        for (name, columns) in indexes {
            try database.execute(sql: "CREATE INDEX IF NOT EXISTS \(name) ON \(columns)")
        }
    }

    static func hasIndexes(in database: Database) throws -> Bool {
        let found = try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")
        return found == indexes.count
    }

    static func dropIndexes(in database: Database) throws {
        for (name, _) in indexes { try database.execute(sql: "DROP INDEX IF EXISTS \(name)") }
    }

    /// Removes all tables and views.
    static func clear(_ database: Database) throws {
        let objects = try Row.fetchAll(
            database,
            sql: "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'table')")
        for kind in ["view", "table"] {
            for object in objects where object["type"] == kind {
                let name: String = object["name"]
                guard !name.hasPrefix("sqlite_") else { continue }
                try database.execute(sql: "DROP \(kind) IF EXISTS \(name.quotedDatabaseIdentifier)")
            }
        }
    }
}
