// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Ledger
import Statistics
import Testing

@testable import Projections

@Suite struct LedgerProjectionTests {
    /// Runs a test with a path in a new folder, which is gone afterwards.
    private func withFile(_ test: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("projection-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try test(folder.appendingPathComponent("projection.sqlite").path)
    }

    private func expectEqual(
        _ projection: LedgerProjection, _ records: some Collection<[UInt8]>, from: Int?, to: Int?
    ) throws {
        let plain = PlainFold(records)
        let size = records.count
        for number in 0..<13 {
            let subject = RandomEntries.subject(number)
            #expect(
                try projection.whoSaw(subject: subject, from: from, to: to, asOf: size)
                    == plain.whoSaw(subject, from: from, to: to))
        }
        for group in SpendGroup.allCases {
            let rows = try projection.spend(by: group, from: from, to: to, asOf: size)
            #expect(Set(rows) == plain.spend(by: group, from: from, to: to))
            #expect(rows.map(\.micros) == rows.map(\.micros).sorted(by: >))
        }
        for model in [nil, "panel"] {
            #expect(
                try projection.usage(
                    per: 60_000, from: from ?? 0, to: to ?? Int.max, model: model, asOf: size)
                    == plain.usage(per: 60_000, from: from ?? 0, to: to ?? Int.max, model: model))
        }
        #expect(
            try projection.serviceLevels(from: from, to: to, asOf: size)
                == plain.serviceLevels(from: from, to: to))
        #expect(
            try Set(projection.refusals(from: from, to: to, asOf: size))
                == plain.refusals(from: from, to: to))
        #expect(
            try Set(projection.overrides(from: from, to: to, asOf: size))
                == plain.overrides(from: from, to: to))
    }

    @Test(
        "every question has the answer of a plain fold, now and at any past size",
        arguments: [1, 2, 3] as [UInt64])
    func equalsAPlainFold(seed: UInt64) throws {
        var log = MemoryLog()
        var random = RandomEntries(seed: seed)
        random.append(600, to: &log)
        let projection = try LedgerProjection.inMemory()
        #expect(try projection.catchUp(from: log).taken == 600)
        random.append(300, to: &log)
        #expect(try projection.catchUp(from: log) == .init(taken: 300, size: 900, rebuilt: false))
        #expect(try projection.catchUp(from: log).taken == 0)
        let middle = 1_764_000_000_000 + 60_000
        try expectEqual(projection, log.entries, from: nil, to: nil)
        try expectEqual(projection, log.entries[..<431], from: nil, to: nil)
        try expectEqual(projection, log.entries, from: middle, to: middle + 45_000)
        try expectEqual(projection, log.entries[..<700], from: middle, to: nil)
    }

    @Test("what one process began another one ends, and nothing is taken in twice")
    func resumes() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 7)
            random.append(500, to: &log)
            let first = try LedgerProjection.open(path)
            try first.catchUp(from: log)
            random.append(200, to: &log)
            let second = try LedgerProjection.open(path)
            #expect(try second.catchUp(from: log).taken == 200)
            random.append(200, to: &log)
            // The first one's numbers of circumstances are out of date now.
            #expect(try first.catchUp(from: log).taken == 200)
            #expect(try second.catchUp(from: log).taken == 0)
            try expectEqual(second, log.entries, from: nil, to: nil)
        }
    }

    @Test("a transaction that was cut off leaves the state before it")
    func survivesACut() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 8)
            random.append(600, to: &log)
            struct Cut: LedgerRecords {
                var log: MemoryLog
                struct Power: Error {}
                var size: Int { log.size }
                func root(at size: Int) throws -> Digest32 { try log.root(at: size) }
                func records(_ range: Range<Int>) throws -> [[UInt8]] {
                    if range.upperBound > 310 { throw Power() }
                    return try log.records(range)
                }
            }
            #expect(throws: ProjectionError.self) {
                try LedgerProjection.open(path).catchUp(from: Cut(log: log), batch: 50)
            }
            let again = try LedgerProjection.open(path)
            #expect(try again.size == 300)
            #expect(try again.catchUp(from: log).taken == 300)
            let whole = try LedgerProjection.inMemory()
            try whole.catchUp(from: log)
            #expect(try again.spend(by: .team) == whole.spend(by: .team))
        }
    }

    @Test("a projection of another log, or of another past of this one, is built anew")
    func knowsItsLog() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 9)
            random.append(300, to: &log)
            try LedgerProjection.open(path).catchUp(from: log)
            var other = MemoryLog()
            var strangers = RandomEntries(seed: 10)
            strangers.append(350, to: &other)
            let projection = try LedgerProjection.open(path)
            #expect(
                try projection.catchUp(from: other) == .init(taken: 350, size: 350, rebuilt: true))
            try expectEqual(projection, other.entries, from: nil, to: nil)
            other.entries[3].append(UInt8(ascii: " "))
            #expect(try projection.catchUp(from: other).rebuilt)
            // A shorter log with another past.
            #expect(
                try projection.catchUp(from: log) == .init(taken: 300, size: 300, rebuilt: true))
        }
    }

    @Test("a reader that knows less than was taken in leaves it as it is")
    func toleratesAnOlderReader() throws {
        var log = MemoryLog()
        var random = RandomEntries(seed: 11)
        let projection = try LedgerProjection.inMemory()
        for _ in 0..<5 {
            random.append(50, to: &log)
            try projection.catchUp(from: log)
        }
        log.shown = 220
        #expect(try projection.catchUp(from: log) == .init(taken: 0, size: 250, rebuilt: false))
        try expectEqual(projection, log.entries[..<220], from: nil, to: nil)
    }

    @Test("tables of another version are built anew")
    func knowsItsSchema() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 12)
            random.append(100, to: &log)
            let old = try LedgerProjection.open(path)
            try old.catchUp(from: log)
            try old.database.write { try $0.execute(sql: "PRAGMA user_version = 99") }
            let new = try LedgerProjection.open(path)
            #expect(try new.size == 0)
            #expect(try new.catchUp(from: log).taken == 100)
            try expectEqual(new, log.entries, from: nil, to: nil)
        }
    }

    @Test("a damaged projection is replaced")
    func replacesADamagedFile() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 13)
            random.append(200, to: &log)
            try LedgerProjection.open(path).catchUp(from: log)
            // All of it into the main file, and nonsense over all of that but its head.
            _ = try DatabaseQueue(path: path).writeWithoutTransaction {
                try $0.checkpoint(.truncate)
            }
            let file = URL(fileURLWithPath: path)
            let whole = try Data(contentsOf: file)
            try (whole.prefix(100) + Data(repeating: 0x5A, count: whole.count - 100)).write(
                to: file)
            let (projection, notice) = try LedgerProjection.current(path, log)
            #expect(notice == nil)
            try expectEqual(projection, log.entries, from: nil, to: nil)
        }
    }

    @Test("a file that somebody else made is left alone, and one in memory answers")
    func leavesOthersFilesAlone() throws {
        try withFile { path in
            let file = URL(fileURLWithPath: path)
            var log = MemoryLog()
            var random = RandomEntries(seed: 17)
            random.append(20, to: &log)
            try Data("somebody's notes".utf8).write(to: file)
            let (projection, notice) = try LedgerProjection.current(path, log)
            #expect(notice == ProjectionError.notAProjection.sentence)
            #expect(try projection.size == 20)
            #expect(try Data(contentsOf: file) == Data("somebody's notes".utf8))
            try FileManager.default.removeItem(at: file)
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE mine (a)") }
            #expect(throws: ProjectionError.notAProjection) { try LedgerProjection.open(path) }
        }
    }

    @Test("a full disk is said in one sentence")
    func saysThatTheDiskIsFull() throws {
        try withFile { path in
            var log = MemoryLog()
            var random = RandomEntries(seed: 18)
            random.append(100, to: &log)
            let projection = try LedgerProjection.open(path)
            try projection.catchUp(from: log)
            random.append(2_000, to: &log)
            try projection.database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA max_page_count = 20")
            }
            #expect(throws: ProjectionError.unwritable(reason: "the disk is full")) {
                try projection.catchUp(from: log, batch: 500)
            }
        }
    }

    @Test("where the file can't be written, one in memory answers and says so")
    func fallsBackToMemory() throws {
        var log = MemoryLog()
        var random = RandomEntries(seed: 14)
        random.append(120, to: &log)
        let (projection, notice) = try LedgerProjection.current(
            "/proc/projection.sqlite", log)
        #expect(notice?.contains("can't be written") == true)
        try expectEqual(projection, log.entries, from: nil, to: nil)
    }

    @Test("entries retired from the log are retired from the projection")
    func forgetsWhatWasRetired() throws {
        var log = MemoryLog()
        var random = RandomEntries(seed: 15)
        random.append(400, to: &log)
        let kept = try LedgerProjection.inMemory()
        try kept.catchUp(from: log)
        log.firstIndex = 150
        try kept.catchUp(from: log)
        let fresh = try LedgerProjection.inMemory()
        #expect(try fresh.catchUp(from: log).taken == 250)
        for group in SpendGroup.allCases {
            #expect(try kept.spend(by: group) == fresh.spend(by: group))
        }
        #expect(try kept.serviceLevels() == fresh.serviceLevels())
        #expect(try kept.catchUp(from: log) == .init(taken: 0, size: 400, rebuilt: false))
    }

    @Test("a question about more than was taken in, or an impossible period, is refused")
    func refusesWhatItCantAnswer() throws {
        var log = MemoryLog()
        var random = RandomEntries(seed: 16)
        random.append(10, to: &log)
        let projection = try LedgerProjection.inMemory()
        try projection.catchUp(from: log)
        #expect(throws: ProjectionError.notTakenIn(asked: 11, held: 10)) {
            try projection.spend(by: .team, asOf: 11)
        }
        #expect(throws: ProjectionError.badPeriod) {
            try projection.whoSaw(subject: "", from: 2, to: 1)
        }
        #expect(throws: ProjectionError.badPeriod) {
            try projection.usage(per: 0, from: 0, to: 1)
        }
    }
}
