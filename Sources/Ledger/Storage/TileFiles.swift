// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The tiles of a log on disk, with the few used last in memory.
///
/// Files are written without waiting for the disk: what a crash takes away is made again from the
/// tiles below or from the records. Only `makeDurable` waits, before records are retired.
final class TileFiles: TileSource, Sendable {
    private let paths: LedgerPaths
    private let disk: Disk
    private let segments: SegmentList
    private let held = Mutex(Held())

    /// Tiles kept in memory: 1 MB.
    private static let mostCached = 64
    /// Full tiles that are written together: each new file makes the next flush dearer.
    private static let writtenTogether = 64
    /// Tiles that wait for a disk that takes none; further ones are made again when needed.
    private static let mostPending = 256

    private struct Held: Sendable {
        /// Full, not on disk yet.
        var pending: [TileID: MerkleTile] = [:]
        /// Found to be sound.
        var cached: [TileID: (tile: MerkleTile, used: Int)] = [:]
        var clock = 0
    }

    init(_ paths: LedgerPaths, disk: Disk, segments: SegmentList) {
        self.paths = paths
        self.disk = disk
        self.segments = segments
    }

    /// Takes over a tile that became full.
    func hold(_ id: TileID, _ tile: MerkleTile) {
        held.withLock { held in
            if held.pending.count < TileFiles.mostPending { held.pending[id] = tile }
        }
    }

    /// Writes the tiles that wait once they are many.
    func writePendingIfMany() {
        guard held.withLock({ $0.pending.count >= TileFiles.writtenTogether }) else { return }
        _ = writePending()
    }

    /// Writes the tiles that wait; 0 or the error number.
    func writePending() -> Int32 {
        let pending = held.withLock { $0.pending }
        var failure: Int32 = 0
        for (id, tile) in pending.sorted(by: { $0.key.index < $1.key.index }) {
            let code = write(id, tile)
            guard code == 0 else {
                failure = code
                break
            }
            held.withLock { $0.pending[id] = nil }
        }
        return failure
    }

    private func write(_ id: TileID, _ tile: MerkleTile) -> Int32 {
        disk.place(paths.file(TilePath(id)), tile.bytes(width: MerkleTile.width))
    }

    /// Writes the partial tiles of a tree's edges, but those that a tree of another size has in
    /// common with it; 0 or the error number.
    func writePartials(_ edges: TreeEdges, unlike former: Int?) -> Int32 {
        var failure: Int32 = 0
        for (level, tile) in edges.tiles.enumerated() where tile.count > 0 {
            if let former, former >> (8 * level) == edges.count >> (8 * level) { continue }
            let id = TileID(level: level, index: edges.partialIndex(level: level))
            let path = paths.file(TilePath(id, width: tile.count))
            let code = disk.place(path, tile.bytes(width: tile.count))
            if code != 0 { failure = code }
        }
        return failure
    }

    /// Removes the partial tiles of a tree of one size that one of another size does not have.
    func removePartials(of former: Int, notOf size: Int) {
        for level in 0..<TreeEdges.levels(size: former) {
            let width = (former >> (8 * level)) & 255
            guard width > 0, former >> (8 * level) != size >> (8 * level) else { continue }
            let index = former >> (8 * (level + 1))
            let path = paths.file(TilePath(.hashes(level: level), index: index, width: width))
            unlink(path)
            // Left where another partial tile is in it.
            if index != size >> (8 * (level + 1)) {
                rmdir(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            }
        }
    }

    /// The edges of a tree as the partial tiles on disk have them; nil unless they have this root.
    static func edges(_ paths: LedgerPaths, size: Int, root: Digest32) -> TreeEdges? {
        let edges = TreeEdges(size: size) { level, index, width in
            let path = TilePath(.hashes(level: level), index: index, width: width)
            return LedgerFile.hint(paths.file(path)).flatMap { MerkleTile($0) }
        }
        return edges?.root == root ? edges : nil
    }

    // MARK: Reading

    func known(_ id: TileID) -> MerkleTile? {
        held.withLock { held in
            if let tile = held.pending[id] { return tile }
            guard let tile = held.cached[id]?.tile else { return nil }
            held.clock += 1
            held.cached[id] = (tile, held.clock)
            return tile
        }
    }

    func tile(_ id: TileID, root: Digest32) throws(LedgerError) -> MerkleTile {
        if let tile = TileFiles.read(paths, id), tile.root == root {
            keep(id, tile)
            return tile
        }
        guard let tile = try rebuilt(id), tile.root == root else {
            throw .badTile(path: TilePath(id).text)
        }
        _ = write(id, tile)
        keep(id, tile)
        return tile
    }

    /// A full tile's file, not checked; nil where it is missing or cut.
    static func read(_ paths: LedgerPaths, _ id: TileID) -> MerkleTile? {
        guard let bytes = LedgerFile.hint(paths.file(TilePath(id))),
            bytes.count == MerkleTile.byteCount
        else { return nil }
        return MerkleTile(bytes)
    }

    /// A tile made again from those below it or from records; nil where that can't be done.
    private func rebuilt(_ id: TileID) throws(LedgerError) -> MerkleTile? {
        var tile = MerkleTile()
        if id.level == 0 {
            let start = id.index << 8
            guard let records = try? segments.records(start..<(start + MerkleTile.width)) else {
                return nil
            }
            for record in records { tile.append(record.leaf) }
            return tile
        }
        for index in (id.index << 8)..<((id.index + 1) << 8) {
            let below = TileID(level: id.level - 1, index: index)
            if let child = TileFiles.read(paths, below) {
                tile.append(child.root)
            } else if let child = try rebuilt(below) {
                tile.append(child.root)
            } else {
                return nil
            }
        }
        return tile
    }

    /// Flushes a full tile's file; returns its path.
    func synchronize(_ id: TileID) throws(LedgerError) -> String {
        let path = paths.file(TilePath(id))
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw LedgerFile.failure(path) }
        defer { close(file) }
        guard fdatasync(file) == 0 else { throw LedgerFile.failure(path) }
        return path
    }

    private func keep(_ id: TileID, _ tile: MerkleTile) {
        held.withLock { held in
            held.clock += 1
            if held.cached.count >= TileFiles.mostCached,
                let oldest = held.cached.min(by: { $0.value.used < $1.value.used })?.key
            {
                held.cached[oldest] = nil
            }
            held.cached[id] = (tile, held.clock)
        }
    }
}
