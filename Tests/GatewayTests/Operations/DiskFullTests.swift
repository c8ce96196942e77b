// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Site
import Testing

@testable import Gateway

/// A small file system in memory, made for one test; nil where the machine does not allow it.
private struct SmallDisk: ~Copyable {
    let path: String

    init?(megabytes: Int) {
        path = FileManager.default.temporaryDirectory.path + "/bedside-disk-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        let options = "size=\(megabytes)m"
        guard SmallDisk.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) else {
            try? FileManager.default.removeItem(atPath: path)
            return nil
        }
    }

    deinit {
        _ = SmallDisk.run("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.removeItem(atPath: path + "-keys")
    }

    private static func run(_ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

@Suite("A full disk")
struct DiskFullTests {
    @Test("calls are 503 and /ready says so; nothing is lost; with space back it goes on by itself")
    func survives() async throws {
        guard let disk = SmallDisk(megabytes: 24) else {
            print("skipped: a small file system can't be mounted here")
            return
        }
        let path = disk.path
        try await LiveGateway.serve(at: path, { _, _ in }) { live in
            let body = GatewayFixture.caseText
            let request =
                live.posting + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                + body
            var answered = 0
            for _ in 0..<5 {
                #expect(try await live.exchange(request).hasPrefix("HTTP/1.1 200 "))
                answered += 1
            }
            let filler = path + "/filler"
            try fill(filler)
            // The ledger still has the rest of its last block; then nothing more goes in.
            var answer = ""
            repeat {
                answer = try await live.exchange(request)
                if answer.hasPrefix("HTTP/1.1 200 ") { answered += 1 }
            } while answer.hasPrefix("HTTP/1.1 200 ") && answered < 1000
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains(#""code":"not_recorded""#))
            #expect(answer.contains("\r\nretry-after: "))
            var ready = 200
            while ready == 200 { ready = try await live.status("/ready") }
            #expect(ready == 503)
            try FileManager.default.removeItem(atPath: filler)
            while ready != 200 { ready = try await live.status("/ready") }
            for _ in 0..<5 {
                #expect(try await live.exchange(request).hasPrefix("HTTP/1.1 200 "))
                answered += 1
            }
            live.drain()
            try await live.stopped()
            let verification = try live.directory.verifyLedger()
            #expect(verification.problem == nil)
            let reader = try LedgerReader(directory: live.directory.ledgerPath)
            let settled = try reader.records(0..<reader.size).filter {
                String(decoding: $0, as: UTF8.self).contains(#""type":"call.settled""#)
            }
            #expect(settled.count == answered)
        }
        _ = consume disk
    }

    /// Takes all the space there is.
    private func fill(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        for size in [1 << 16, 4096, 512] {
            let piece = [UInt8](repeating: 1, count: size)
            while write(file, piece, size) == size {}
        }
    }
}

@Suite("Readiness")
struct ReadinessTests {
    @Test("a stopping server, a ledger that refuses and a lost writer are told apart")
    func tellsApart() {
        let readiness = Readiness(ledgerDirectory: nil)
        #expect(readiness.obstacle == nil)
        readiness.setModels(false)
        #expect(readiness.obstacle == .noModel)
        readiness.setWriterLost(true)
        #expect(readiness.obstacle == .writerLost)
        readiness.ledgerRefused()
        #expect(readiness.obstacle == .notRecording)
        readiness.ledgerTook()
        #expect(readiness.obstacle == .writerLost)
        readiness.drain()
        #expect(readiness.obstacle == .draining)
    }

    @Test("a ledger that takes entries again is noticed without a call")
    func recovers() {
        let readiness = Readiness(ledgerDirectory: FileManager.default.temporaryDirectory.path)
        readiness.ledgerRefused()
        readiness.look()
        #expect(readiness.obstacle == nil)
        let nowhere = Readiness(ledgerDirectory: "/proc/self")
        nowhere.ledgerRefused()
        nowhere.look()
        #expect(nowhere.obstacle != nil)
    }
}
