// SPDX-License-Identifier: Apache-2.0

/// A tree with the hash of every complete subtree in memory: 64 bytes an entry.
///
/// The plain twin of `TreeView`, which finds the same hashes in tiles on disk.
struct MerkleLevels: Sendable {
    /// `levels[l][i]` covers the leaves `i << l ..< (i + 1) << l`.
    private var levels: [[Digest32]] = [[]]

    init() {}

    init(_ leaves: [Digest32]) {
        for leaf in leaves { append(leaf) }
    }

    var count: Int { levels[0].count }

    /// Takes in the next leaf; O(1) amortised.
    mutating func append(_ leaf: Digest32) {
        levels[0].append(leaf)
        var level = 0
        while levels[level].count & 1 == 0 {
            let right = levels[level].count - 1
            let hash = MerkleTree.nodeHash(levels[level][right - 1], levels[level][right])
            level += 1
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
        }
    }

    /// The root of the first `size` leaves; nil where the log is shorter.
    func root(size: Int) -> Digest32? {
        guard size >= 0, size <= count else { return nil }
        return size == 0 ? MerkleTree.emptyRoot : hash(0..<size)
    }

    /// The proof of RFC 6962, 2.1.1; nil for an index or size outside.
    func inclusionProof(index: Int, size: Int) -> [Digest32]? {
        guard size <= count, index >= 0, index < size else { return nil }
        var proof: [Digest32] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            proof.append(hash(index < middle ? right : left))
            range = index < middle ? left : right
        }
        return proof.reversed()
    }

    /// The proof of RFC 6962, 2.1.2; nil for sizes outside.
    ///
    /// Empty where the older tree is empty or both are equal.
    func consistencyProof(from: Int, to: Int) -> [Digest32]? {
        guard from >= 0, from <= to, to <= count else { return nil }
        guard from > 0, from < to else { return [] }
        var proof: [Digest32] = []
        var range = 0..<to
        while range.upperBound != from {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            proof.append(hash(from <= middle ? right : left))
            range = from <= middle ? left : right
        }
        // The older tree itself is known to whoever checks the proof.
        if range.lowerBound > 0 { proof.append(hash(range)) }
        return proof.reversed()
    }

    /// The hash over a range that begins where a subtree does: stored where complete, else put
    /// together along its right edge.
    private func hash(_ range: Range<Int>) -> Digest32 {
        let size = range.count
        if size & (size - 1) == 0 {
            let level = size.trailingZeroBitCount
            return levels[level][range.lowerBound >> level]
        }
        let middle = range.lowerBound + MerkleTree.split(size)
        return MerkleTree.nodeHash(
            hash(range.lowerBound..<middle), hash(middle..<range.upperBound))
    }
}
