// SPDX-License-Identifier: Apache-2.0

/// The right edge of a tree in tiles: the one tile of each level that is not full yet.
///
/// Enough for the root, and what every full tile is checked against: O(log n) memory, about 16 KB a
/// level, three levels for two million entries.
struct TreeEdges: Sendable {
    /// Leaves so far.
    private(set) var count = 0
    /// The partial tile of each level; may be empty.
    private(set) var tiles: [MerkleTile] = [MerkleTile()]

    init() {}

    /// Puts together what partial tiles say about a size; nil where one has another width.
    init?(size: Int, tile: (_ level: Int, _ index: Int, _ width: Int) -> MerkleTile?) {
        count = size
        tiles = []
        for level in 0..<TreeEdges.levels(size: size) {
            let width = (size >> (8 * level)) & 255
            guard width > 0 else {
                tiles.append(MerkleTile())
                continue
            }
            guard let found = tile(level, size >> (8 * (level + 1)), width), found.count == width
            else { return nil }
            tiles.append(found)
        }
    }

    /// Levels with a tile, full or not, in a tree of a size.
    static func levels(size: Int) -> Int {
        var levels = 1
        while size >> (8 * levels) > 0 { levels += 1 }
        return levels
    }

    /// Takes in the next leaf and hands over each tile that becomes full, lowest first.
    mutating func append(_ leaf: Digest32, completed: (TileID, MerkleTile) -> Void) {
        count += 1
        var hash = leaf
        var level = 0
        while true {
            if level == tiles.count { tiles.append(MerkleTile()) }
            tiles[level].append(hash)
            guard tiles[level].isFull else { return }
            hash = tiles[level].root
            completed(
                TileID(level: level, index: (count >> (8 * (level + 1))) - 1), tiles[level])
            tiles[level] = MerkleTile()
            level += 1
        }
    }

    /// The root over all leaves; O(log n).
    var root: Digest32 {
        var root: Digest32?
        for bit in 0..<(Int.bitWidth - 1) where count >> bit & 1 == 1 {
            let row = bit & 7
            let node = tiles[bit >> 3].node(row, ((count >> bit) - 1) & ((256 >> row) - 1))
            root = root.map { MerkleTree.nodeHash(node, $0) } ?? node
        }
        return root ?? MerkleTree.emptyRoot
    }

    /// The number of the partial tile of a level.
    func partialIndex(level: Int) -> Int { count >> (8 * (level + 1)) }
}
