// SPDX-License-Identifier: Apache-2.0
import GRDB
import Ledger

/// Why a projection can't be used; it names no caller and no patient.
package enum ProjectionError: Error, Equatable, Sendable {
    /// The file can't be opened or written, with SQLite's reason.
    case unwritable(reason: String)
    /// Another process has been writing for longer than this one waits.
    case busy
    /// The file is damaged.
    case damaged
    /// The file holds something else and is left alone.
    case notAProjection
    /// The log could not be read.
    case unreadableLog(reason: String)
    /// A question is about more entries than were taken in.
    case notTakenIn(asked: Int, held: Int)
    /// A period ends before it begins, or a step is not positive.
    case badPeriod

    /// What happened and what it means, for the person who can act.
    package var sentence: String {
        switch self {
        case .unwritable(let reason):
            "the projection of the ledger can't be written (\(reason)); "
                + "nothing is lost, it is built from the ledger"
        case .busy: "another process is writing the projection of the ledger; try again"
        case .damaged:
            "the projection of the ledger is damaged; delete its file, and it is built anew"
        case .notAProjection:
            "the file of the ledger's projection holds something else and is left alone; move it away"
        case .unreadableLog(let reason): "the ledger can't be read: \(reason)"
        case .notTakenIn(let asked, let held):
            "the projection holds the first \(held) entries of the ledger, and \(asked) were asked for"
        case .badPeriod: "a period must end after it begins, and a step must be positive"
        }
    }

    /// SQLite's errors, in the few kinds that somebody can act on.
    init(_ error: any Error) {
        if let error = error as? ProjectionError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unreadableLog(
                reason: (error as? LedgerError)?.sentence ?? "an entry can't be read")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .unwritable(reason: "the disk is full")
        case .SQLITE_READONLY: self = .unwritable(reason: "it is read-only")
        case .SQLITE_CANTOPEN, .SQLITE_PERM: self = .unwritable(reason: "it can't be opened")
        case .SQLITE_IOERR: self = .unwritable(reason: "the disk reports an error")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_SCHEMA: self = .damaged
        default: self = .unwritable(reason: "SQLite reports \(error.resultCode.rawValue)")
        }
    }

    /// Runs a piece of work on the database and gives its errors a name.
    static func naming<Value>(_ work: () throws -> Value) throws(ProjectionError) -> Value {
        do { return try work() } catch { throw ProjectionError(error) }
    }
}
