// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Ledger

@Suite("Merkle tree")
struct MerkleTreeTests {
    private static let leaves = (0..<40).map { MerkleTree.leafHash(LedgerFixture.record($0)) }
    /// All trees share these levels: proofs are also asked for sizes below the count.
    private static let levels = MerkleLevels(leaves)

    @Test("roots and inclusion proofs are those of the plain definition", arguments: 1...40)
    func inclusion(size: Int) throws {
        let part = MerkleTreeTests.leaves[..<size]
        let root = PlainTree.root(part)
        #expect(MerkleTree.root(of: Array(part)) == root)
        #expect(MerkleTreeTests.levels.root(size: size) == root)
        for index in 0..<size {
            let proof = try #require(
                MerkleTreeTests.levels.inclusionProof(index: index, size: size))
            #expect(proof == PlainTree.inclusion(index, part))
            func verifies(_ index: Int, _ size: Int, _ proof: [Digest32]) -> Bool {
                MerkleTree.verifyInclusion(
                    index: index, size: size, leaf: part[part.startIndex + (index % part.count)],
                    proof: proof, root: root)
            }
            #expect(verifies(index, size, proof))
            let others = (0..<size).filter { $0 != index && verifies($0, size, proof) }
            #expect(others.isEmpty)
            // A size that gives the path another length is noticed by the proof itself; any other
            // only by the signature, which binds a root to its size.
            let sizes = ((index + 1)...40).filter {
                let other = MerkleTreeTests.levels.inclusionProof(index: index, size: $0)
                return other?.count != proof.count && verifies(index, $0, proof)
            }
            #expect(sizes.isEmpty)
            #expect(!verifies(index, size, proof + [root]))
            if !proof.isEmpty { #expect(!verifies(index, size, proof.dropLast())) }
        }
    }

    @Test("consistency proofs are those of the plain definition", arguments: 1...40)
    func consistency(size: Int) throws {
        let part = MerkleTreeTests.leaves[..<size]
        let root = PlainTree.root(part)
        for older in 1...size {
            let proof = try #require(
                MerkleTreeTests.levels.consistencyProof(from: older, to: size))
            #expect(proof == PlainTree.consistency(older, part))
            let oldRoot = PlainTree.root(part[..<older])
            func verifies(_ from: Int, _ proof: [Digest32]) -> Bool {
                MerkleTree.verifyConsistency(
                    from: from, to: size, oldRoot: oldRoot, newRoot: root, proof: proof)
            }
            #expect(verifies(older, proof))
            #expect(!verifies(older, proof + [root]))
            if !proof.isEmpty { #expect(!verifies(older, proof.dropLast())) }
            #expect((1...size).filter { $0 != older && verifies($0, proof) }.isEmpty)
        }
        #expect(
            MerkleTree.verifyConsistency(
                from: 0, to: size, oldRoot: MerkleTree.emptyRoot, newRoot: root, proof: []))
        #expect(
            !MerkleTree.verifyConsistency(
                from: 0, to: size, oldRoot: root, newRoot: root, proof: []))
    }

    @Test("one flipped bit in a leaf, a root or any element of a proof is noticed")
    func flippedBits() throws {
        for size in [1, 2, 3, 7, 8, 13] {
            let part = Array(MerkleTreeTests.leaves[..<size])
            let root = PlainTree.root(part[...])
            for index in 0..<size {
                let proof = try #require(MerkleTree.inclusionProof(index: index, leaves: part))
                func verifies(_ leaf: Digest32, _ proof: [Digest32], _ root: Digest32) -> Bool {
                    MerkleTree.verifyInclusion(
                        index: index, size: size, leaf: leaf, proof: proof, root: root)
                }
                #expect(verifies(part[index], proof, root))
                var unnoticed = 0
                for bit in 0..<256 {
                    if verifies(part[index].flipped(bit: bit), proof, root) { unnoticed += 1 }
                    if verifies(part[index], proof, root.flipped(bit: bit)) { unnoticed += 1 }
                    for element in proof.indices {
                        var changed = proof
                        changed[element] = changed[element].flipped(bit: bit)
                        if verifies(part[index], changed, root) { unnoticed += 1 }
                    }
                }
                #expect(unnoticed == 0, "entry \(index) of \(size)")
            }
        }
    }

    @Test("one flipped bit in a consistency proof or in either root is noticed")
    func flippedConsistencyBits() throws {
        for (older, size) in [(1, 2), (3, 7), (4, 8), (6, 13), (8, 13), (13, 13)] {
            let part = MerkleTreeTests.leaves[..<size]
            let oldRoot = PlainTree.root(part[..<older])
            let root = PlainTree.root(part)
            let proof = try #require(MerkleTree.consistencyProof(from: older, leaves: Array(part)))
            func verifies(_ old: Digest32, _ new: Digest32, _ proof: [Digest32]) -> Bool {
                MerkleTree.verifyConsistency(
                    from: older, to: size, oldRoot: old, newRoot: new, proof: proof)
            }
            #expect(verifies(oldRoot, root, proof))
            var unnoticed = 0
            for bit in 0..<256 {
                if verifies(oldRoot.flipped(bit: bit), root, proof) { unnoticed += 1 }
                if verifies(oldRoot, root.flipped(bit: bit), proof) { unnoticed += 1 }
                for element in proof.indices {
                    var changed = proof
                    changed[element] = changed[element].flipped(bit: bit)
                    if verifies(oldRoot, root, changed) { unnoticed += 1 }
                }
            }
            #expect(unnoticed == 0, "from \(older) to \(size)")
        }
    }

    @Test("indexes and sizes outside the tree get no proof and verify nothing")
    func outside() {
        let levels = MerkleTreeTests.levels
        #expect(levels.inclusionProof(index: 40, size: 40) == nil)
        #expect(levels.inclusionProof(index: -1, size: 40) == nil)
        #expect(levels.inclusionProof(index: 0, size: 41) == nil)
        #expect(levels.inclusionProof(index: 0, size: 0) == nil)
        #expect(levels.consistencyProof(from: 5, to: 4) == nil)
        #expect(levels.consistencyProof(from: 5, to: 41) == nil)
        #expect(levels.root(size: 41) == nil)
        let leaf = MerkleTreeTests.leaves[0]
        for (index, size) in [(1, 1), (-1, 1), (0, 0), (0, -1)] {
            #expect(
                !MerkleTree.verifyInclusion(
                    index: index, size: size, leaf: leaf, proof: [], root: leaf))
        }
        #expect(
            !MerkleTree.verifyConsistency(from: 2, to: 1, oldRoot: leaf, newRoot: leaf, proof: []))
    }

    @Test("a hash is read back from its 64 digits, and from nothing else")
    func hexadecimal() {
        let leaf = MerkleTreeTests.leaves[7]
        #expect(Digest32(hex: leaf.hex) == leaf)
        #expect(Digest32(hex: leaf.hex.uppercased()) == leaf)
        #expect(Digest32(leaf.bytes) == leaf)
        #expect(Digest32(hex: String(leaf.hex.dropLast())) == nil)
        #expect(Digest32(hex: String(leaf.hex.dropLast()) + "g") == nil)
        #expect(Digest32(leaf.bytes + [0]) == nil)
    }
}
