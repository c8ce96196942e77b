// SPDX-License-Identifier: Apache-2.0

/// Where full tiles come from.
protocol TileSource {
    /// A tile that was found to be sound before; nil where that has to be looked at.
    func known(_ id: TileID) -> MerkleTile?
    /// A tile with this root, wherever it can be had from.
    ///
    /// - Throws: where no tile with this root can be had.
    func tile(_ id: TileID, root: Digest32) throws(LedgerError) -> MerkleTile
}

/// A tree of which only the edges are in memory: roots and proofs for each size up to its own.
///
/// A full tile is used only after its root was found in the tile above it, and that one's in the
/// one above, up to the edges. So whatever lies on disk, what comes out fits the edges' root.
struct TreeView {
    let edges: TreeEdges
    let source: any TileSource

    var count: Int { edges.count }

    /// A full tile, found to belong to this tree.
    func tile(_ id: TileID) throws(LedgerError) -> MerkleTile {
        if let known = source.known(id) { return known }
        let root = try node(8 * (id.level + 1), id.index)
        return try source.tile(id, root: root)
    }

    /// The hash over the leaves `index << height ..< (index + 1) << height`, which are inside.
    func node(_ height: Int, _ index: Int) throws(LedgerError) -> Digest32 {
        let level = height >> 3
        let row = height & 7
        let tileIndex = (index << row) >> 8
        let within = index & ((256 >> row) - 1)
        if level < edges.tiles.count, tileIndex == edges.partialIndex(level: level) {
            return edges.tiles[level].node(row, within)
        }
        return try tile(TileID(level: level, index: tileIndex)).node(row, within)
    }

    /// The hash of the leaf at an index inside.
    func leaf(_ index: Int) throws(LedgerError) -> Digest32 { try node(0, index) }

    /// The leaf hashes of a range inside.
    func leaves(_ range: Range<Int>) throws(LedgerError) -> [Digest32] {
        var leaves: [Digest32] = []
        leaves.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let end = min(range.upperBound, (index | 255) + 1)
            let isPartial = index >> 8 == edges.partialIndex(level: 0)
            let tile =
                isPartial ? edges.tiles[0] : try tile(TileID(level: 0, index: index >> 8))
            for position in index..<end { leaves.append(tile.node(0, position & 255)) }
            index = end
        }
        return leaves
    }

    /// The root of the first `size` leaves; nil where the tree is shorter.
    func root(size: Int) throws(LedgerError) -> Digest32? {
        guard size >= 0, size <= count else { return nil }
        return size == 0 ? MerkleTree.emptyRoot : try hash(0..<size)
    }

    /// The proof of RFC 6962, 2.1.1; nil for an index or size outside.
    func inclusionProof(index: Int, size: Int) throws(LedgerError) -> [Digest32]? {
        guard size <= count, index >= 0, index < size else { return nil }
        var proof: [Digest32] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            proof.append(try hash(index < middle ? right : left))
            range = index < middle ? left : right
        }
        return proof.reversed()
    }

    /// The proof of RFC 6962, 2.1.2; nil for sizes outside.
    ///
    /// Empty where the older tree is empty or both are equal.
    func consistencyProof(from: Int, to: Int) throws(LedgerError) -> [Digest32]? {
        guard from >= 0, from <= to, to <= count else { return nil }
        guard from > 0, from < to else { return [] }
        var proof: [Digest32] = []
        var range = 0..<to
        while range.upperBound != from {
            let middle = range.lowerBound + MerkleTree.split(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            proof.append(try hash(from <= middle ? right : left))
            range = from <= middle ? left : right
        }
        // The older tree itself is known to whoever checks the proof.
        if range.lowerBound > 0 { proof.append(try hash(range)) }
        return proof.reversed()
    }

    /// The hash over a range that begins where a subtree does: looked up where complete, else put
    /// together along its right edge.
    private func hash(_ range: Range<Int>) throws(LedgerError) -> Digest32 {
        let size = range.count
        if size & (size - 1) == 0 {
            let height = size.trailingZeroBitCount
            return try node(height, range.lowerBound >> height)
        }
        let middle = range.lowerBound + MerkleTree.split(size)
        return MerkleTree.nodeHash(
            try hash(range.lowerBound..<middle), try hash(middle..<range.upperBound))
    }
}
