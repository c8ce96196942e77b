// SPDX-License-Identifier: Apache-2.0

/// The right edge of a growing tree: enough for its root, in O(log n) memory.
struct MerkleFrontier {
    /// Roots of complete subtrees, largest first: one for each 1 in the binary count.
    private var stack: [Digest32] = []
    private(set) var count = 0

    /// Takes in the next leaf; O(1) amortised.
    mutating func append(_ leaf: Digest32) {
        var hash = leaf
        var rest = count
        while rest & 1 == 1, let left = stack.popLast() {
            hash = MerkleTree.nodeHash(left, hash)
            rest >>= 1
        }
        stack.append(hash)
        count += 1
    }

    /// The root over the leaves so far; O(log n).
    var root: Digest32 {
        guard var hash = stack.last else { return MerkleTree.emptyRoot }
        for left in stack.dropLast().reversed() { hash = MerkleTree.nodeHash(left, hash) }
        return hash
    }
}
