// SPDX-License-Identifier: Apache-2.0

/// Holds what a scan has found against a signed checkpoint, and finds the entry that was changed.
struct SignedTree {
    let paths: LedgerPaths
    let checkpoint: Checkpoint

    /// Refuses a log that is damaged, too short or has another root at the signed size.
    ///
    /// - Parameter root: the root over the first `checkpoint.size` leaves; nil with fewer.
    func check(
        _ scan: LogScan, root: Digest32?, segments: [Segment], retired: [RetiredRange]
    ) throws(LedgerError) {
        if case .damaged(let index, let problem) = scan.end {
            throw .damagedEntry(index: index, problem: problem)
        }
        guard scan.size >= checkpoint.size, let root else {
            if case .torn(let index) = scan.end, index < checkpoint.size {
                throw .damagedEntry(
                    index: index, problem: "was altered or cut off after it was signed")
            }
            throw .rolledBack(size: scan.size, signedSize: checkpoint.size)
        }
        guard root == checkpoint.root else {
            throw changed(segments, retired) ?? .rootMismatch(size: checkpoint.size)
        }
    }

    /// The first record that differs from hashes which do add up to the signed root; nil where no
    /// such hashes are on disk.
    private func changed(_ segments: [Segment], _ retired: [RetiredRange]) -> LedgerError? {
        guard let view = SoundTiles.view(paths, checkpoint) else { return nil }
        var changed: LedgerError?
        var block: [Digest32] = []
        var start = -1
        _ = try? LogScan(paths, segments: segments, retired: retired) { found in
            let index = found.index
            guard changed == nil, index < checkpoint.size else { return }
            if index >> 8 != start {
                start = index >> 8
                let end = min(checkpoint.size, (start + 1) << 8)
                block = (try? view.leaves(start << 8..<end)) ?? []
            }
            // A tile that can't be trusted says nothing about these records.
            guard index & 255 < block.count, block[index & 255] != found.leaf else {
                if found.segment == nil, block.isEmpty {
                    changed = .badTile(path: TilePath(TileID(level: 0, index: start)).text)
                }
                return
            }
            changed = .damagedEntry(index: index, problem: "is not the one that was signed")
        }
        return changed
    }
}

/// The tiles on disk as they are: read, checked, never made again.
struct SoundTiles: TileSource {
    let paths: LedgerPaths
    /// Tiles that are not on disk yet.
    var added: [TileID: MerkleTile] = [:]

    /// The tree of a checkpoint, if the partial tiles on disk have its root.
    static func view(_ paths: LedgerPaths, _ checkpoint: Checkpoint) -> TreeView? {
        TileFiles.edges(paths, size: checkpoint.size, root: checkpoint.root).map {
            TreeView(edges: $0, source: SoundTiles(paths: paths))
        }
    }

    func known(_ id: TileID) -> MerkleTile? { added[id] }

    func tile(_ id: TileID, root: Digest32) throws(LedgerError) -> MerkleTile {
        guard let tile = TileFiles.read(paths, id), tile.root == root else {
            throw .badTile(path: TilePath(id).text)
        }
        return tile
    }
}
