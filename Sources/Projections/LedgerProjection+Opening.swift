// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Glibc

extension LedgerProjection {
    /// Opens a projection's file, or makes an empty one; a damaged one is replaced.
    ///
    /// - Throws: `.unwritable` where the file or its folder can't be written, `.notAProjection`
    ///   for a file that somebody else made, `.busy`.
    package static func open(_ path: String) throws(ProjectionError) -> LedgerProjection {
        do {
            return try opening(path)
        } catch .damaged {
            try remove(path)
            return try opening(path)
        }
    }

    /// Deletes a projection's file; a file that is none is left alone.
    package static func remove(_ path: String) throws(ProjectionError) {
        guard ProjectionFile(path).isOurs else { throw .notAProjection }
        // The main file last: one that is opened meanwhile must not find the old write-ahead log.
        for suffix in ["-wal", "-shm", ""] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    private static func opening(_ path: String) throws(ProjectionError) -> LedgerProjection {
        let file = ProjectionFile(path)
        guard file.isOurs || file.isNew else { throw .notAProjection }
        guard file.isNew || FileManager.default.isWritableFile(atPath: path) else {
            throw .unwritable(reason: "it is read-only")
        }
        if file.isNew {
            // SQLite gives its other files the mode of this one: for the site's own eyes only. One
            // that another process makes at this moment is not cut.
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            if descriptor >= 0 { close(descriptor) }
        }
        return try ProjectionError.naming {
            var configuration = Configuration()
            configuration.busyMode = .timeout(patience)
            configuration.maximumReaderCount = 2
            // A power cut can take the newest transactions with it, not the file's soundness: what
            // is missing is taken in again.
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY")
            }
            // Made before the write-ahead log is turned on: else the main file would not say whose
            // it is until the log is written back.
            if file.isNew {
                _ = try LedgerProjection(DatabaseQueue(path: path, configuration: configuration))
            }
            return try LedgerProjection(DatabasePool(path: path, configuration: configuration))
        }
    }

    /// An empty projection in memory.
    package static func inMemory() throws(ProjectionError) -> LedgerProjection {
        try ProjectionError.naming { try LedgerProjection(DatabaseQueue()) }
    }

    /// A projection that has taken in the whole log: the file's, or one in memory where the file
    /// can't be written.
    ///
    /// - Returns: the projection, and a sentence to show where it is not the file's.
    package static func current(_ path: String, _ log: some LedgerRecords)
        throws(ProjectionError) -> (projection: LedgerProjection, notice: String?)
    {
        do {
            return (try caughtUp(path, log), nil)
        } catch {
            if case .unreadableLog = error { throw error }
            // What a full disk left half taken in is not believed later: it is made again.
            try? remove(path)
            let projection = try inMemory()
            try projection.catchUp(from: log)
            return (projection, error.sentence)
        }
    }

    private static func caughtUp(_ path: String, _ log: some LedgerRecords)
        throws(ProjectionError) -> LedgerProjection
    {
        do {
            let projection = try open(path)
            try projection.catchUp(from: log)
            return projection
        } catch .damaged {
            // Damage that only shows on reading.
            try remove(path)
            let projection = try open(path)
            try projection.catchUp(from: log)
            return projection
        }
    }
}

/// What the first bytes of a file say of it.
private struct ProjectionFile {
    private let head: [UInt8]

    init(_ path: String) {
        let handle = FileHandle(forReadingAtPath: path)
        head = (try? handle?.read(upToCount: 100)).map { Array($0) } ?? []
        try? handle?.close()
    }

    /// There is no file, or an empty one.
    var isNew: Bool { head.isEmpty }

    /// A SQLite file with our number where SQLite keeps an application's.
    ///
    /// Source: the SQLite database file format, section 1.3.
    var isOurs: Bool {
        guard head.count == 100, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            return false
        }
        return head[68..<72].reduce(0) { $0 << 8 | Int($1) } == ProjectionSchema.application
    }
}
