// SPDX-License-Identifier: Apache-2.0

/// A static resource of the log as C2SP `tlog-tiles` names them, to be served over HTTP as it is.
package struct LedgerResource: Sendable, Hashable {
    /// The body.
    package let bytes: [UInt8]
    /// Its media type.
    package let contentType: String
    /// Whether it stays the same for ever and may be cached without end.
    package let isImmutable: Bool
}

extension LedgerLog {
    /// A resource by its path, which has no leading slash: `checkpoint`, `tile/<L>/<N>[.p/<W>]` or
    /// `tile/entries/<N>[.p/<W>]`; beyond the specification `witnessed`, the latest checkpoint with
    /// signatures of witnesses, and `retired`, the signed statement of what was deleted by policy.
    ///
    /// Tiles and bundles come checked against the tree. A partial one is served for every size the
    /// log ever had.
    ///
    /// - Returns: nil for a path that is none, or one beyond the log.
    /// - Throws: `LedgerError.retired` for a bundle of records that were deleted by policy;
    ///   `recordTooLarge` for one with a record above 65,535 bytes, which no bundle can carry.
    package func resource(_ path: String) throws(LedgerError) -> LedgerResource? {
        if path == "checkpoint" {
            return LedgerResource(
                bytes: Array(try signedHead().text.utf8),
                contentType: "text/plain; charset=utf-8", isImmutable: false)
        }
        if path == "retired" || path == "witnessed" {
            return LedgerFile.hint(path == "retired" ? paths.retired : paths.witnessed).map {
                LedgerResource(
                    bytes: $0, contentType: "text/plain; charset=utf-8", isImmutable: false)
            }
        }
        guard let path = TilePath(path) else { return nil }
        let bytes =
            switch path.content {
            case .hashes(let level): try hashes(path, level: level)
            case .entries: try entryBundle(path)
            }
        return bytes.map {
            LedgerResource(bytes: $0, contentType: "application/octet-stream", isImmutable: true)
        }
    }

    private func hashes(_ path: TilePath, level: Int) throws(LedgerError) -> [UInt8]? {
        let view = view()
        guard level < view.edges.tiles.count else { return nil }
        let partial = view.edges.partialIndex(level: level)
        if path.index < partial {
            return try view.tile(TileID(level: level, index: path.index)).bytes(width: path.width)
        }
        let tile = view.edges.tiles[level]
        guard path.index == partial, path.width <= tile.count else { return nil }
        return tile.bytes(width: path.width)
    }

    private func entryBundle(_ path: TilePath) throws(LedgerError) -> [UInt8]? {
        let start = path.index << 8
        let end = start + path.width
        guard end <= size else { return nil }
        return try EntryBundle.bytes(try records(start..<end))
    }
}

/// Records one after the other, each behind its length in two bytes, big-endian.
enum EntryBundle {
    static func bytes(_ records: [[UInt8]]) throws(LedgerError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + 2 + $1.count })
        for record in records {
            guard record.count <= LedgerLog.longestRecord else {
                throw .recordTooLarge(bytes: record.count, limit: LedgerLog.longestRecord)
            }
            bytes.append(UInt8(record.count >> 8))
            bytes.append(UInt8(record.count & 255))
            bytes += record
        }
        return bytes
    }

    /// The leaf hashes of a bundle's records up to the first length that does not fit.
    static func leaves(_ bytes: [UInt8]) -> (leaves: [Digest32], isSound: Bool) {
        var leaves: [Digest32] = []
        var at = 0
        while at + 2 <= bytes.count {
            let end = at + 2 + (Int(bytes[at]) << 8 | Int(bytes[at + 1]))
            guard end <= bytes.count else { break }
            leaves.append(MerkleTree.leafHash(Array(bytes[(at + 2)..<end])))
            at = end
        }
        return (leaves, at == bytes.count)
    }
}
