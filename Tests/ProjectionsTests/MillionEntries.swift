// SPDX-License-Identifier: Apache-2.0
import Foundation
import Ledger
import Statistics
import Testing

@testable import Projections

/// Times a million entries where BEDSIDE_MEASURE is set; asserts only that the answers are there.
///
/// `BEDSIDE_MEASURE=1 swift test -c release --filter MillionEntries`
@Suite struct MillionEntries {
    /// Entries as the desk writes them: two a call, 50,000 subjects.
    struct Calls: LedgerRecords {
        let size: Int
        let digest = MerkleTree.leafHash([1])

        func root(at size: Int) throws -> Digest32 { digest }

        func records(_ range: Range<Int>) throws -> [[UInt8]] { range.map(record) }

        func subject(_ number: Int) -> String {
            // A well spread number in place of a digest, so that making entries costs little.
            let spread = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
            let digits = String(spread | 1 << 63, radix: 16)
            return digits + digits + digits + digits
        }

        private func record(_ index: Int) -> [UInt8] {
            let call = index / 2
            let id = String(UInt64(call) &* 0xD1B5_4A32_D192_ED03 | 1 << 63, radix: 16) + "0badcafe"
            let subject = subject(call &* 7_919 % 50_000)
            let shared =
                #""licensee":"north","model":"panel","request":"\#(subject)","subject":"\#(subject)","#
                + #""team":"team-\#(call % 40)","use":"diagnosis-support","version":"0.1.0+abcdef"}"#
            let time = 1_764_000_000_000 + call * 11
            if index.isMultiple(of: 2) {
                return Array(
                    (#"{"actor":"ward-\#(call % 200)","body":{"call":"\#(id)","currency":"USD","#
                        + #""dialect":"openai","hold_micros":900,\#(shared),"ts":\#(time),"#
                        + #""type":"call.reserved"}"#).utf8)
            }
            return Array(
                (#"{"actor":"ward-\#(call % 200)","body":{"answer":"\#(subject)","call":"\#(id)","#
                    + #""cost_center":"cc-\#(call % 40)","currency":"USD","dialect":"openai","#
                    + #""intended_use":"panel@1:inside","micros":\#(200 + call % 900),"#
                    + #""price_micros":700,"quantities":{"prediction":1},"sheet":"standard@1","#
                    + #""status":200,\#(shared),"ts":\#(time),"type":"call.settled"}"#).utf8)
        }
    }

    /// Figures as they are taken.
    private struct Notes {
        var lines: [String] = []

        mutating func time<Value>(_ what: String, per count: Int = 1, _ work: () throws -> Value)
            rethrows -> Value
        {
            let clock = ContinuousClock()
            let start = clock.now
            let value = try work()
            let seconds = (clock.now - start) / .seconds(1) / Double(count)
            lines.append("\(what): \((seconds * 100_000).rounded() / 100) ms")
            return value
        }
    }

    /// The file to use and leave behind, where the environment names one.
    private static let file = ProcessInfo.processInfo.environment["BEDSIDE_MEASURE_FILE"]

    @Test(
        "a million entries, measured",
        .enabled(if: ProcessInfo.processInfo.environment["BEDSIDE_MEASURE"] != nil))
    func measured() throws {
        let path =
            MillionEntries.file
            ?? FileManager.default.temporaryDirectory
            .appendingPathComponent("million-\(UUID().uuidString).sqlite").path
        defer { if MillionEntries.file == nil { try? LedgerProjection.remove(path) } }
        var notes = Notes()
        let log = Calls(size: 1_000_000)
        let bytes = try notes.time("making the entries") {
            try stride(from: 0, to: log.size, by: 8_000).reduce(0) { sum, start in
                try log.records(start..<start + 8_000).reduce(sum) { $0 + $1.count }
            }
        }
        let projection = try LedgerProjection.open(path)
        _ = try notes.time("catching up, making them included") {
            try projection.catchUp(from: log)
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        notes.lines.append("bytes of entries: \(bytes), of the projection: \(size ?? 0)")
        let more = Calls(size: 1_020_000)
        _ = try notes.time("20,000 more") { try projection.catchUp(from: more) }
        let rows = try notes.time("open, catch up with nothing and who-saw") {
            let again = try LedgerProjection.open(path)
            try again.catchUp(from: more)
            return try again.whoSaw(subject: log.subject(42))
        }
        #expect(!rows.isEmpty)
        try queries(projection, log, &notes)
        print(notes.lines.joined(separator: "\n"))
    }

    private func queries(_ projection: LedgerProjection, _ log: Calls, _ notes: inout Notes) throws
    {
        try notes.time("who-saw, a mean of 1,000", per: 1_000) {
            for number in 0..<1_000 {
                _ = try projection.whoSaw(subject: log.subject(number * 31))
            }
        }
        for group in [SpendGroup.costCenter, .principal] {
            _ = try notes.time("spend by \(group)") { try projection.spend(by: group) }
        }
        let end = 1_764_000_000_000 + 510_000 * 11
        _ = try notes.time("usage by minute, last hour") {
            try projection.usage(per: 60_000, from: end - 3_600_000, to: end)
        }
        _ = try notes.time("usage by hour, all") {
            try projection.usage(per: 3_600_000, from: 0, to: end)
        }
        _ = try notes.time("service levels") { try projection.serviceLevels() }
        _ = try notes.time("override rates") { try projection.overrides() }
    }
}
