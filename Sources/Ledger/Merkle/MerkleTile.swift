// SPDX-License-Identifier: Apache-2.0

/// Up to 256 consecutive hashes of one level, with every hash between them and the tile's root.
///
/// The inner hashes are computed as hashes come in, so that a proof only looks them up: 16 KB.
struct MerkleTile: Sendable {
    static let width = TilePath.fullWidth
    static let byteCount = width * 32
    /// Levels from the tile's own hashes to its root.
    static let height = 8

    /// Hashes in it.
    private(set) var count = 0
    /// Row r, from the hashes (0) to the root (8), starts at `512 - (512 >> r)`.
    private var nodes: [Digest32]

    init() {
        nodes = [Digest32](repeating: .zero, count: 2 * MerkleTile.width - 1)
    }

    /// Takes the bytes of a full or partial tile; nil where they can't be one.
    init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count % 32 == 0, bytes.count <= MerkleTile.byteCount else {
            return nil
        }
        self.init()
        bytes.withUnsafeBytes { buffer in
            for at in stride(from: 0, to: buffer.count, by: 32) {
                append(Digest32(loading: UnsafeRawBufferPointer(rebasing: buffer[at...])))
            }
        }
    }

    private static func start(ofRow row: Int) -> Int { 512 - (512 >> row) }

    var isFull: Bool { count == MerkleTile.width }

    /// The hash over all 256; the caller knows that the tile is full.
    var root: Digest32 { nodes[MerkleTile.start(ofRow: MerkleTile.height)] }

    /// The hash over `1 << row` of the tile's hashes, which the caller knows to be there.
    func node(_ row: Int, _ index: Int) -> Digest32 {
        nodes[MerkleTile.start(ofRow: row) + index]
    }

    /// Takes in the next hash of a tile that is not full; one hash of two nodes, amortised.
    mutating func append(_ hash: Digest32) {
        nodes[count] = hash
        var row = 0
        var index = count
        count += 1
        while index & 1 == 1, row < MerkleTile.height {
            let start = MerkleTile.start(ofRow: row)
            let above = MerkleTree.nodeHash(nodes[start + index - 1], nodes[start + index])
            row += 1
            index >>= 1
            nodes[MerkleTile.start(ofRow: row) + index] = above
        }
    }

    /// The first `width` hashes as a tile's file holds them.
    func bytes(width: Int) -> [UInt8] {
        nodes[..<width].withUnsafeBytes { Array($0) }
    }
}
