// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Retirement")
struct RetirementTests {
    private static func record(_ number: Int) -> [UInt8] {
        CanonicalJSON.object(["n": .int(number), "ts": .int(number * 1000)]).serialized()
    }

    /// A closed log of 1,000 records over several segments.
    private static func fixture() throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        try fixture.write(
            (0..<200).map { batch in (0..<5).map { record(batch * 5 + $0) } }, segmentBytes: 6_000)
        return fixture
    }

    @Test("retired records are gone and named, their proofs and the rest still verify")
    func retired() throws {
        let fixture = try RetirementTests.fixture()
        let log = try fixture.open()
        let kept = try log.checkpoint()
        let before = log.segments
        let policy = RetirementPolicy(name: "ten-minutes", olderThanMilliseconds: 600_000)
        let ranges = try log.retirable(policy, now: 1_000_000)
        let end = try #require(ranges.last?.end)
        #expect(end > 100 && end <= 401)
        #expect(try ranges.allSatisfy { try log.root(at: $0.end) == $0.root })
        let proofs = try [0, 200, end - 1].map { try log.inclusionProof(index: $0, size: 1000) }
        try log.retire(ranges)
        #expect(log.retired == ranges && log.firstIndex == end)
        #expect(log.segments == Array(before.dropFirst(ranges.count)))
        #expect(throws: LedgerError.retired(first: 0, end: end)) { try log.record(at: end - 1) }
        #expect(try log.record(at: end) == RetirementTests.record(end))
        #expect(try log.retirable(policy, now: 1_000_000).isEmpty)
        #expect(try log.appendAndWait([RetirementTests.record(1000)]) == 1000..<1001)
        log.close()

        let result = fixture.verify()
        #expect(result.ok && result.size == 1001 && result.retired == ranges)
        let reader = try LedgerReader(directory: fixture.log)
        #expect(reader.firstIndex == end && reader.size == 1001)
        #expect(throws: LedgerError.retired(first: 0, end: end)) { try reader.records(0..<600) }
        let again = try fixture.open()
        #expect(again.retired == ranges)
        for (index, proof) in zip([0, 200, end - 1], proofs) {
            #expect(try again.inclusionProof(index: index, size: 1000) == proof)
        }
        #expect(
            MerkleTree.verifyConsistency(
                from: 500, to: 1001, oldRoot: try again.root(at: 500), newRoot: again.root,
                proof: try again.consistencyProof(from: 500, to: 1001)))
        let fetched = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
            .run { try again.resource($0)?.bytes }
        #expect(fetched.ok && fetched.retired == ranges && fetched.entries == 1001)
        again.close()
        // Opening by the records that are left, and by the hashes of those that are not.
        try FileManager.default.removeItem(atPath: fixture.tiles + "/1")
        #expect(try fixture.open().root == again.root)
        let audit = LedgerAudit(kept: kept, publicKey: fixture.key.publicKey)
        let report = audit.run(directory: fixture.log)
        #expect(report.ok && report.retired == ranges && report.entries == 1001)
    }

    @Test(
        "a segment deleted without a signed statement is damage; so is a statement that is edited")
    func notByPolicy() throws {
        let fixture = try RetirementTests.fixture()
        try FileManager.default.removeItem(atPath: fixture.entries)
        let first = try #require(try LedgerPaths(directory: fixture.log).segments().first)
        #expect(fixture.verify().firstBadIndex == 0)
        #expect(fixture.refusal()?.entryIndex == 0)
        for forged in ["", "bedside retirement 1\n\(LedgerFixture.origin)\n0 \(first) 1 "] {
            try fixture.replace(fixture.log + "/retired", with: Array(forged.utf8))
            #expect(!fixture.verify().ok)
            #expect(fixture.refusal() != nil)
        }
        let stranger = try LedgerFixture()
        let root = MerkleTree.root(
            of: (0..<first).map { MerkleTree.leafHash(RetirementTests.record($0)) })
        let range = RetiredRange(first: 0, end: first, root: root, milliseconds: 1, policy: "p")
        func put(_ origin: String, _ key: LedgerKey) throws {
            let statement = try RetirementStatement(origin: origin, ranges: [range], key: key)
            try fixture.replace(fixture.log + "/retired", with: Array(statement.text.utf8))
        }
        try put(LedgerFixture.origin, stranger.key)
        #expect(!fixture.verify().ok && fixture.refusal() != nil)
        try put("bedside/other", fixture.key)
        #expect(!fixture.verify().ok && fixture.refusal() != nil)
        try put(LedgerFixture.origin, fixture.key)
        #expect(fixture.verify().ok && fixture.refusal() == nil)
        let text = try fixture.read(fixture.log + "/retired")
        for position in text.indices {
            var changed = text
            changed[position] ^= 1
            try fixture.replace(fixture.log + "/retired", with: changed)
            #expect(!fixture.verify().ok, "byte \(position)")
            #expect(fixture.refusal() != nil, "byte \(position)")
        }
    }

    @Test("a changed hash of a retired record is found")
    func changedHash() throws {
        let fixture = try RetirementTests.fixture()
        let log = try fixture.open()
        try log.retire(try log.retirable(RetirementPolicy(name: "p", keepBytes: 20_000), now: 0))
        #expect(log.firstIndex > 256)
        log.close()
        let path = fixture.tiles + "/0/000"
        let whole = try fixture.read(path)
        for position in [0, 4000, 8191] {
            var changed = whole
            changed[position] ^= 4
            try fixture.replace(path, with: changed)
            #expect(!fixture.verify().ok)
        }
        try fixture.replace(path, with: whole)
        #expect(fixture.verify().ok)
    }

    @Test("policies by size keep at least so much, and never the last segment")
    func bySize() throws {
        let fixture = try RetirementTests.fixture()
        let log = try fixture.open()
        let sizes = log.segments.map(\.bytes)
        let some = try log.retirable(RetirementPolicy(name: "p", keepBytes: 30_000), now: 0)
        let left = sizes.dropFirst(some.count).reduce(0, +)
        #expect(!some.isEmpty && left <= 30_000 && left + sizes[some.count - 1] > 30_000)
        let most = try log.retirable(RetirementPolicy(name: "p", keepBytes: 0), now: 0)
        #expect(most.last?.end ?? 0 <= 768 && most.count < sizes.count)
        #expect(try log.retirable(RetirementPolicy(name: "p"), now: .max).isEmpty)
        #expect(throws: LedgerError.self) { try log.retire(Array(most.dropFirst())) }
        #expect(throws: LedgerError.self) {
            try log.retire([
                RetiredRange(
                    first: 0, end: 7, root: try log.root(at: 7), milliseconds: 0, policy: "p")
            ])
        }
        #expect(log.firstIndex == 0)
    }
}
