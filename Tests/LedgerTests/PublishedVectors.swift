// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

/// The vectors among the shared data: `BEDSIDE_DATA`, else `shared/data` beside the repository.
struct PublishedVectors: Decodable {
    struct Inclusion: Decodable {
        var index: Int
        var size: Int
        var proof: [String]
    }
    struct Consistency: Decodable {
        var from: Int
        var to: Int
        var proof: [String]
    }
    var empty_root: String
    var inputs_hex: [String]
    var leaf_hashes: [String]
    var roots: [String: String]
    var inclusion: [Inclusion]
    var consistency: [Consistency]
    var checkpoint_body_example: String

    static var path: String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data =
            ProcessInfo.processInfo.environment["BEDSIDE_DATA"]
            ?? root.deletingLastPathComponent().appending(path: "shared/data").path
        return data + "/gateway/ledger/vectors.json"
    }

    static var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    static func read() throws -> PublishedVectors {
        try JSONDecoder().decode(
            PublishedVectors.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }

    /// Inputs of the Certificate Transparency reference tests.
    static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ].map(bytes)
}

@Suite("Published Merkle vectors")
struct PublishedVectorTests {
    @Test("the roots that Certificate Transparency published for one and eight entries come out")
    func certificateTransparency() {
        let leaves = PublishedVectors.inputs.map { MerkleTree.leafHash($0) }
        #expect(
            MerkleTree.emptyRoot.hex
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            MerkleTree.root(of: Array(leaves.prefix(1))).hex
                == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            MerkleTree.root(of: leaves).hex
                == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
    }

    @Test(
        "every root, inclusion and consistency proof of the shared vectors is made and verified",
        .enabled(if: PublishedVectors.isThere, "skipped: shared data not found"))
    func sharedVectors() throws {
        let vectors = try PublishedVectors.read()
        let leaves = vectors.inputs_hex.map { MerkleTree.leafHash(PublishedVectors.bytes($0)) }
        #expect(leaves.map(\.hex) == vectors.leaf_hashes)
        #expect(MerkleTree.emptyRoot.hex == vectors.empty_root)
        #expect(vectors.inclusion.count == 36 && vectors.consistency.count == 36)
        func tree(_ size: Int) -> [Digest32] { Array(leaves.prefix(size)) }
        for (size, root) in vectors.roots {
            #expect(MerkleTree.root(of: tree(try #require(Int(size)))).hex == root)
        }
        for vector in vectors.inclusion {
            let proof = try vector.proof.map { try #require(Digest32(hex: $0)) }
            let made = MerkleTree.inclusionProof(index: vector.index, leaves: tree(vector.size))
            #expect(made == proof)
            #expect(
                MerkleTree.verifyInclusion(
                    index: vector.index, size: vector.size, leaf: leaves[vector.index],
                    proof: proof, root: MerkleTree.root(of: tree(vector.size))))
        }
        for vector in vectors.consistency {
            let proof = try vector.proof.map { try #require(Digest32(hex: $0)) }
            #expect(
                MerkleTree.consistencyProof(from: vector.from, leaves: tree(vector.to)) == proof)
            #expect(
                MerkleTree.verifyConsistency(
                    from: vector.from, to: vector.to,
                    oldRoot: MerkleTree.root(of: tree(vector.from)),
                    newRoot: MerkleTree.root(of: tree(vector.to)), proof: proof))
        }
        let body = vectors.checkpoint_body_example
        let key = try LedgerFixture().key
        let checkpoint = try Checkpoint(
            origin: "hospital.example/ledger/2026", size: 8, root: MerkleTree.root(of: leaves),
            key: key)
        #expect(checkpoint.body == body)
    }
}
