// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger

/// Appends, batched and from many callers, and a whole verification.
enum LedgerBenchmark {
    static func run(entries: Int) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "bedside-ledger-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let key = try LedgerKey.create(at: directory + "/ledger.key", name: "bedside/benchmark")
        let log = try LedgerLog.open(
            directory: directory + "/log", origin: "bedside/benchmark", key: key)
        let record = [UInt8](repeating: 0x61, count: 250)
        let clock = ContinuousClock()

        var started = clock.now
        let callers = 64
        let each = 500
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<callers {
                group.addTask { for _ in 0..<each { _ = try await log.append(record) } }
            }
            try await group.waitForAll()
        }
        var elapsed = (clock.now - started).seconds
        print(rate("append, \(callers) callers, each awaits", callers * each, elapsed))

        started = clock.now
        let batch = Array(repeating: record, count: 256)
        while log.size < entries { _ = try await log.append(contentsOf: batch) }
        elapsed = (clock.now - started).seconds
        print(rate("append, batches of 256, one fsync each", log.size - callers * each, elapsed))
        log.close()

        started = clock.now
        let result = LedgerLog.verify(
            directory: directory + "/log", origin: "bedside/benchmark", publicKey: key.publicKey)
        elapsed = (clock.now - started).seconds
        print(rate("verify\(result.ok ? "" : " FAILED")", result.size, elapsed))
    }

    private static func rate(_ name: String, _ count: Int, _ seconds: Double) -> String {
        name.padding(toLength: 42, withPad: " ", startingAt: 0)
            + String(format: "%9d in %7.2f s  %9.0f /s", count, seconds, Double(count) / seconds)
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
