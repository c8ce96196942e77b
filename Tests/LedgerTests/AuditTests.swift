// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Audit")
struct AuditTests {
    /// A closed log over two segments and two tiles, and the checkpoint somebody kept.
    private static func log(_ count: Int = 40, kept: Int = 15) throws -> (LedgerFixture, Checkpoint)
    {
        let fixture = try LedgerFixture()
        let log = try fixture.open(segmentBytes: 1_500)
        _ = try log.appendAndWait(LedgerFixture.records(0..<kept))
        let checkpoint = try log.checkpoint()
        for number in kept..<count { _ = try log.appendAndWait([LedgerFixture.record(number)]) }
        log.close()
        return (fixture, checkpoint)
    }

    @Test(
        "a sound log passes with nothing but an old checkpoint and the key, from disk and fetched")
    func sound() throws {
        for count in [1, 40, 255, 256, 257, 600] {
            let (fixture, kept) = try AuditTests.log(count, kept: 1)
            let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
            let log = try fixture.open()
            for report in [
                audit.run(directory: fixture.log),
                audit.run { try log.resource($0)?.bytes },
            ] {
                #expect(report.ok && report.notes.isEmpty, "\(report.problem ?? "")")
                #expect(report.entries == count && report.signedSize == count)
                #expect(report.keptSize == 1 && report.root == log.root)
            }
            log.close()
        }
    }

    @Test("whichever byte of any file of a log is changed: a record's is found, a hint's is noted")
    func everyByte() throws {
        let (fixture, kept) = try AuditTests.log()
        let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
        let files = try FileManager.default.subpathsOfDirectory(atPath: fixture.log).filter {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: "\(fixture.log)/\($0)", isDirectory: &isDirectory)
            return !isDirectory.boolValue && $0 != "lock"
        }
        #expect(files.count >= 6)
        for file in files {
            let path = "\(fixture.log)/\(file)"
            let whole = try fixture.read(path)
            let isHint = file.hasSuffix(".index") || file.hasPrefix("tile/")
            for position in whole.indices {
                var changed = whole
                changed[position] ^= 1 << UInt8(position % 8)
                try fixture.replace(path, with: changed)
                let report = audit.run(directory: fixture.log)
                #expect(report.ok == isHint, "\(file), byte \(position)")
                if isHint { #expect(!report.notes.isEmpty, "\(file), byte \(position)") }
                if file.hasPrefix("entries"), !isHint, position >= RecordFrame.magic.count {
                    #expect(report.firstBadIndex != nil, "\(file), byte \(position)")
                }
            }
            try fixture.replace(path, with: whole)
        }
        #expect(audit.run(directory: fixture.log).ok)
    }

    @Test(
        "whichever byte that is fetched is changed, an entry's is found by index, a tile's is noted"
    )
    func everyFetchedByte() throws {
        let (fixture, kept) = try AuditTests.log(300, kept: 100)
        let log = try fixture.open()
        let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
        for path in ["checkpoint", "tile/entries/000", "tile/entries/001.p/44", "tile/0/001.p/44"] {
            let whole = try #require(try log.resource(path)).bytes
            for position in stride(from: 0, to: whole.count, by: path == "tile/entries/000" ? 7 : 1)
            {
                let report = audit.run {
                    var bytes = try log.resource($0)?.bytes
                    if $0 == path { bytes?[position] ^= 1 << UInt8(position % 8) }
                    return bytes
                }
                let isTile = path.hasPrefix("tile/0")
                #expect(report.ok == isTile, "\(path), byte \(position)")
                if isTile { #expect(!report.notes.isEmpty) }
                if path.hasPrefix("tile/entries") {
                    let bad = try #require(report.firstBadIndex, "\(path), byte \(position)")
                    #expect(path.hasSuffix("000") ? bad < 256 : bad >= 256)
                }
            }
        }
        for missing in ["checkpoint", "tile/entries/000", "tile/entries/001.p/44"] {
            let report = audit.run { $0 == missing ? nil : try log.resource($0)?.bytes }
            #expect(!report.ok, "\(missing)")
        }
        let untold = audit.run { $0 == "tile/0/000" ? nil : try log.resource($0)?.bytes }
        #expect(untold.ok && untold.notes.count == 1)
    }

    @Test("bundles that are exchanged, shortened or repeated are found with the first bad index")
    func bundles() throws {
        let (fixture, kept) = try AuditTests.log(600, kept: 100)
        let log = try fixture.open()
        let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
        func report(_ change: @escaping (String, [UInt8]?) throws -> [UInt8]?)
            -> LedgerAudit.Report
        {
            audit.run { try change($0, try log.resource($0)?.bytes) }
        }
        let other = try #require(try log.resource("tile/entries/001")).bytes
        let exchanged = report { $0 == "tile/entries/000" ? other : $1 }
        #expect(exchanged.firstBadIndex == 0)
        let shorter = try EntryBundle.bytes(try log.records(256..<511))
        let shortened = report { $0 == "tile/entries/001" ? shorter : $1 }
        #expect(shortened.firstBadIndex == 511)
        let repeated = try EntryBundle.bytes(
            try log.records(256..<300) + log.records(299..<511))
        let twice = report { $0 == "tile/entries/001" ? repeated : $1 }
        #expect(twice.firstBadIndex == 300)
        var swapped = try log.records(256..<512)
        swapped.swapAt(20, 30)
        let bytes = try EntryBundle.bytes(swapped)
        let reordered = report { $0 == "tile/entries/001" ? bytes : $1 }
        #expect(reordered.firstBadIndex == 276)
        // Without tiles to tell the place the roots still tell the fact.
        let blind = report { path, found in
            path.hasPrefix("tile/0") ? nil : path == "tile/entries/001" ? bytes : found
        }
        #expect(!blind.ok && blind.firstBadIndex == nil)
    }

    @Test(
        "a log that was rewritten and signed again by its own key does not pass the old checkpoint")
    func rewritten() throws {
        let (fixture, kept) = try AuditTests.log(40, kept: 15)
        let other = try LedgerFixture()
        for (start, isSound) in [(3, false), (20, true)] {
            let directory = "\(other.path)/log-\(start)"
            let log = try LedgerLog.open(
                directory: directory, origin: LedgerFixture.origin, key: fixture.key)
            for number in 0..<40 {
                let record = number == start ? [0] : LedgerFixture.record(number)
                _ = try log.appendAndWait([record])
            }
            let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
            let fetched = audit.run { try log.resource($0)?.bytes }
            #expect(fetched.ok == isSound)
            log.close()
            #expect(audit.run(directory: directory).ok == isSound)
            #expect(
                LedgerAudit(kept: nil, publicKey: fixture.key.publicKey)
                    .run(directory: directory).ok)
            #expect(
                !LedgerAudit(kept: nil, publicKey: other.key.publicKey)
                    .run(directory: directory).ok)
        }
        // A log that ends before the checkpoint that was kept.
        let short = try LedgerLog.open(
            directory: "\(other.path)/short", origin: LedgerFixture.origin, key: fixture.key)
        _ = try short.appendAndWait(LedgerFixture.records(0..<10))
        short.close()
        let report = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
            .run(directory: "\(other.path)/short")
        #expect(report.firstBadIndex == 10 && report.keptSize == 15)
    }

    @Test(
        "the Python reference accepts our proofs and recomputes our roots",
        .enabled(if: Reference.isThere, "skipped: shared data or python3 not found"))
    func pythonReference() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        _ = try log.appendAndWait(LedgerFixture.records(0..<300))
        var lines: [String] = []
        for size in [1, 2, 7, 255, 256, 257, 300] {
            let root = try log.root(at: size)
            for index in [0, 1, 6, 254, 255, 256, 299] where index < size {
                let proof = try log.inclusionProof(index: index, size: size)
                let leaf = MerkleTree.leafHash(try log.record(at: index))
                lines.append(
                    "i \(index) \(size) \(leaf.hex) \(root.hex) "
                        + proof.map(\.hex).joined(separator: ","))
            }
            for old in [1, 6, 255, 256, 300] where old <= size {
                let proof = try log.consistencyProof(from: old, to: size)
                lines.append(
                    "c \(old) \(size) \(try log.root(at: old).hex) \(root.hex) "
                        + proof.map(\.hex).joined(separator: ","))
            }
        }
        #expect(try Reference.accepts(lines, in: fixture.path) == lines.count)
    }
}

/// The RFC 6962 reference in Python beside the shared data.
private enum Reference {
    static var directory: String {
        let data = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] ?? "../shared/data"
        return data + "/gateway/ledger"
    }

    static var isThere: Bool {
        FileManager.default.fileExists(atPath: directory + "/rfc6962.py")
            && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
    }

    private static let script = """
        import sys
        sys.path.insert(0, sys.argv[1])
        sys.dont_write_bytecode = True
        import rfc6962
        h = bytes.fromhex
        good = 0
        for line in open(sys.argv[2]):
            kind, a, b, x, y, *rest = line.split()
            proof = [h(p) for p in rest[0].split(",")] if rest else []
            check = rfc6962.verify_inclusion if kind == "i" else rfc6962.verify_consistency
            good += bool(check(int(a), int(b), h(x), proof, h(y)) if kind == "i"
                         else check(int(a), int(b), h(x), h(y), proof))
        print(good)
        """

    /// How many of the lines the reference accepts.
    static func accepts(_ lines: [String], in path: String) throws -> Int {
        let file = path + "/proofs"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, directory, file]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Int(String(decoding: data, as: UTF8.self).filter(\.isNumber)) ?? -1
    }
}
