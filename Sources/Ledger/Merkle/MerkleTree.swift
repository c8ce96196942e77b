// SPDX-License-Identifier: Apache-2.0
import Crypto

/// The Merkle tree of RFC 6962, section 2.1.
///
/// SHA-256 over 0x00 and a record gives a leaf, over 0x01 and two nodes the node above them.
/// The different first bytes keep a node from being passed off as a record.
package enum MerkleTree {
    /// The hash of no bytes, which is the root of no entries.
    package static let emptyRoot: Digest32 = hash(UnsafeRawBufferPointer(start: nil, count: 0))

    static let leafPrefix: UInt8 = 0
    static let nodePrefix: UInt8 = 1

    /// The hash of one record.
    package static func leafHash(_ record: [UInt8]) -> Digest32 {
        withUnsafeTemporaryAllocation(byteCount: record.count + 1, alignment: 1) { buffer in
            buffer[0] = leafPrefix
            record.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0)
            }
            return hash(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The hash of an inner node.
    package static func nodeHash(_ left: Digest32, _ right: Digest32) -> Digest32 {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = nodePrefix
            left.store(to: buffer, at: 1)
            right.store(to: buffer, at: 33)
            return hash(UnsafeRawBufferPointer(buffer))
        }
    }

    /// SHA-256 of bytes that already start with their prefix; one update, no copy.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> Digest32 {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return hasher.finalize().withUnsafeBytes { Digest32(loading: $0) }
    }

    /// The largest power of two below a count of at least 2: where RFC 6962 divides a tree.
    static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    /// The root over leaf hashes; O(n).
    package static func root(of leaves: [Digest32]) -> Digest32 {
        var frontier = MerkleFrontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }

    /// The sibling hashes from a leaf up to the root (RFC 6962, 2.1.1); O(n).
    ///
    /// - Returns: nil where the index is outside.
    package static func inclusionProof(index: Int, leaves: [Digest32]) -> [Digest32]? {
        MerkleLevels(leaves).inclusionProof(index: index, size: leaves.count)
    }

    /// The hashes that show an older tree to be the beginning of this one (RFC 6962, 2.1.2); O(n).
    ///
    /// - Returns: nil where the older size is outside.
    package static func consistencyProof(from: Int, leaves: [Digest32]) -> [Digest32]? {
        MerkleLevels(leaves).consistencyProof(from: from, to: leaves.count)
    }

    /// Whether a leaf stands at an index of the tree with this size and root (RFC 9162, 2.1.3.2).
    package static func verifyInclusion(
        index: Int, size: Int, leaf: Digest32, proof: [Digest32], root: Digest32
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var position = index
        var last = size - 1
        var hash = leaf
        for sibling in proof {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                hash = nodeHash(sibling, hash)
                while position != 0, position & 1 == 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash = nodeHash(hash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether the tree of size `to` begins with the one of size `from` (RFC 9162, 2.1.4.2).
    ///
    /// An empty older tree is the beginning of every other: its root must be `emptyRoot` and the
    /// proof empty.
    package static func verifyConsistency(
        from: Int, to: Int, oldRoot: Digest32, newRoot: Digest32, proof: [Digest32]
    ) -> Bool {
        guard from >= 0, from <= to else { return false }
        if from == to { return proof.isEmpty && oldRoot == newRoot }
        if from == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        var path = proof[...]
        // A complete older tree is a node of the newer one, so the proof leaves its root out.
        let start = from & (from - 1) == 0 ? oldRoot : path.popFirst()
        guard let start, !path.isEmpty else { return false }
        var position = from - 1
        var last = to - 1
        while position & 1 == 1 {
            position >>= 1
            last >>= 1
        }
        var older = start
        var newer = start
        for hash in path {
            guard last != 0 else { return false }
            if position & 1 == 1 || position == last {
                older = nodeHash(hash, older)
                newer = nodeHash(hash, newer)
                while position != 0, position & 1 == 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                newer = nodeHash(newer, hash)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && older == oldRoot && newer == newRoot
    }
}
