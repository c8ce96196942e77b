// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import Ledger

/// A directory that goes away with the test, a key in it and the logs made there.
final class LedgerFixture {
    static let origin = "bedside/test"
    let path: String
    let key: LedgerKey

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "bedside-ledger-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        key = try LedgerKey.create(at: path + "/ledger.key", name: LedgerFixture.origin)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var log: String { path + "/log" }
    var entries: String { log + "/entries" }
    var checkpoint: String { log + "/checkpoint" }
    var tiles: String { log + "/tile" }

    func open(disk: Disk = .system, segmentBytes: Int = LedgerLog.usualSegmentBytes) throws
        -> LedgerLog
    {
        try LedgerLog.open(
            directory: log, origin: LedgerFixture.origin, key: key, disk: disk,
            segmentBytes: segmentBytes)
    }

    func verify() -> LedgerVerification {
        LedgerLog.verify(
            directory: log, origin: LedgerFixture.origin, publicKey: key.publicKey)
    }

    /// A log with these batches, closed.
    func write(_ batches: [[[UInt8]]], segmentBytes: Int = LedgerLog.usualSegmentBytes) throws {
        let log = try open(segmentBytes: segmentBytes)
        for batch in batches { _ = try log.appendAndWait(batch) }
        log.close()
    }

    func read(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    func replace(_ file: String, with bytes: some Collection<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    /// Puts the checkpoint of the first entries in the place of the last one, as a machine that
    /// stops before it wrote one leaves it.
    func signOnly(_ size: Int, of records: [[UInt8]]) throws {
        let leaves = records.prefix(size).map { MerkleTree.leafHash($0) }
        let early = try Checkpoint(
            origin: LedgerFixture.origin, size: size, root: MerkleTree.root(of: leaves), key: key)
        try replace(checkpoint, with: Array(early.text.utf8))
        try? FileManager.default.removeItem(atPath: tiles)
    }

    /// Opens and says what was refused; nil where it opened.
    func refusal() -> LedgerError? {
        do {
            try open().close()
            return nil
        } catch {
            return error as? LedgerError
        }
    }

    /// A record of a length that differs from its neighbours'.
    static func record(_ number: Int) -> [UInt8] {
        Array("{\"n\":\(number),\"text\":\"\(String(repeating: "x", count: number % 7))\"}".utf8)
    }

    static func records(_ range: Range<Int>) -> [[UInt8]] { range.map(record) }
}

/// The tree as RFC 6962 defines it: recursive, nothing kept.
enum PlainTree {
    static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }

    static func root(_ leaves: ArraySlice<Digest32>) -> Digest32 {
        guard let first = leaves.first else { return MerkleTree.emptyRoot }
        if leaves.count == 1 { return first }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func inclusion(_ index: Int, _ leaves: ArraySlice<Digest32>) -> [Digest32] {
        if leaves.count == 1 { return [] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        return index < half
            ? inclusion(index, leaves[..<middle]) + [root(leaves[middle...])]
            : inclusion(index - half, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func consistency(_ size: Int, _ leaves: ArraySlice<Digest32>, isWhole: Bool = true)
        -> [Digest32]
    {
        if size == leaves.count { return isWhole ? [] : [root(leaves)] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        return size <= half
            ? consistency(size, leaves[..<middle], isWhole: isWhole) + [root(leaves[middle...])]
            : consistency(size - half, leaves[middle...], isWhole: false)
                + [root(leaves[..<middle])]
    }
}

extension Digest32 {
    /// The same hash with one of its 256 bits changed.
    func flipped(bit: Int) -> Digest32 {
        var changed = bytes
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        return Digest32(changed) ?? self
    }
}
