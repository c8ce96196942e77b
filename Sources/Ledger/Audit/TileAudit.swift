// SPDX-License-Identifier: Apache-2.0

/// An audit of a log through its static resources.
///
/// First the hashes: partial tiles that have the signed root, and every full tile against the one
/// above it. Then each bundle of entries against its tile of hashes, so that the first entry that
/// differs is known. Where the tiles can't be trusted the entries alone decide.
struct TileAudit {
    let audit: LedgerAudit
    let fetch: (String) throws -> [UInt8]?

    func run(_ report: inout LedgerAudit.Report) throws(LedgerError) {
        let own = try checkpoint("checkpoint")
        let origin = try audit.checkedOrigin(own, file: "checkpoint", &report)
        report.signedSize = own.size
        report.root = own.root
        if let kept = audit.kept, kept.size > own.size {
            throw .rolledBack(size: own.size, signedSize: kept.size)
        }
        if let statement = try bytes("retired") {
            report.retired = try RetirementStatement(
                parsing: String(decoding: statement, as: UTF8.self), origin: origin,
                key: audit.publicKey, file: "retired"
            ).ranges
        }
        let witnessed = (try bytes("witnessed")).flatMap {
            try? Checkpoint(parsing: String(decoding: $0, as: UTF8.self))
        }
        try entries(own, wanted: witnessed?.size, &report) { (report, roots) throws(LedgerError) in
            try audit.checkWitnesses(own: own, witnessed: witnessed, &report) { roots[$0] }
        }
    }

    private func checkpoint(_ path: String) throws(LedgerError) -> Checkpoint {
        guard let text = try bytes(path) else { throw .missing(file: path) }
        return try Checkpoint(parsing: String(decoding: text, as: UTF8.self), file: path)
    }

    /// What lies at a path; a failure to get it is told apart from its absence.
    private func bytes(_ path: String) throws(LedgerError) -> [UInt8]? {
        do {
            return try fetch(path)
        } catch {
            throw .fileFailed(file: path, reason: "could not be fetched")
        }
    }

    private func entries(
        _ own: Checkpoint, wanted: Int?, _ report: inout LedgerAudit.Report,
        then: (inout LedgerAudit.Report, [Int: Digest32]) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let view = try signedTree(own)
        if view == nil { report.notes.append("The partial tiles do not fit the signed root.") }
        let retiredEnd = report.retired.last?.end ?? 0
        var frontier = MerkleFrontier()
        var roots: [Int: Digest32] = [0: MerkleTree.emptyRoot]
        let sizes = Set(
            report.retired.map(\.end) + [own.size, audit.kept?.size, wanted].compactMap { $0 })
        defer { report.entries = frontier.count }
        for number in 0..<((own.size + 255) >> 8) {
            let start = number << 8
            let width = min(256, own.size - start)
            var hashes: [Digest32]?
            if let view { hashes = try self.leaves(view, start..<(start + width), &report) }
            let leaves =
                start + width <= retiredEnd
                ? hashes ?? [] : try bundle(number, width: width, retiredEnd - start, hashes)
            for (offset, leaf) in leaves.prefix(width).enumerated() {
                if let hashes, offset < hashes.count, hashes[offset] != leaf {
                    throw .damagedEntry(
                        index: start + offset, problem: "is not the one that was signed")
                }
                frontier.append(leaf)
                if sizes.contains(frontier.count) { roots[frontier.count] = frontier.root }
            }
            guard leaves.count == width else {
                throw .damagedEntry(
                    index: start + min(leaves.count, width),
                    problem: "is missing, or one too many is there")
            }
        }
        guard roots[own.size] == own.root else { throw .rootMismatch(size: own.size) }
        for range in report.retired where roots[range.end] != range.root {
            throw .rootMismatch(size: range.end)
        }
        if let kept = audit.kept, roots[kept.size] != kept.root {
            throw .rootMismatch(size: kept.size)
        }
        try then(&report, roots)
    }

    /// The hashes of a range by a tile that fits the tree; nil, and a note, where it does not.
    private func leaves(
        _ view: TreeView, _ range: Range<Int>, _ report: inout LedgerAudit.Report
    ) throws(LedgerError) -> [Digest32]? {
        do throws(LedgerError) {
            return try view.leaves(range)
        } catch {
            guard case .badTile(let path) = error else { throw error }
            report.notes.append("\(path): missing, or does not fit the signed root.")
            return nil
        }
    }

    /// The leaf hashes of a bundle; those of its first records from the tile where they were retired.
    private func bundle(_ number: Int, width: Int, _ retired: Int, _ hashes: [Digest32]?)
        throws(LedgerError) -> [Digest32]
    {
        let path = TilePath(.entries, index: number, width: width).text
        // A bundle that begins with retired records can't be served any more, however that is told.
        if retired > 0, let hashes, (try? fetch(path)) == nil { return hashes }
        guard let bytes = try bytes(path) else {
            throw .damagedEntry(index: number << 8, problem: "is in no bundle of entries")
        }
        let (leaves, isSound) = EntryBundle.leaves(bytes)
        guard isSound else {
            let good = zip(leaves, hashes ?? []).prefix { $0 == $1 }.count
            throw .damagedEntry(
                index: number << 8 + min(good, width - 1),
                problem: "or one after it in its bundle has a wrong length")
        }
        return leaves
    }

    /// The tree by its partial tiles; nil where they do not have the signed root.
    private func signedTree(_ own: Checkpoint) throws(LedgerError) -> TreeView? {
        var failure: LedgerError?
        let edges = TreeEdges(size: own.size) { level, index, width in
            do throws(LedgerError) {
                let path = TilePath(.hashes(level: level), index: index, width: width)
                guard let bytes = try bytes(path.text) else { return nil }
                return MerkleTile(bytes)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        guard let edges, edges.root == own.root else { return nil }
        return TreeView(edges: edges, source: FetchedTiles(bytes: bytes))
    }
}

/// Tiles as they are fetched, the latest of each level kept.
private final class FetchedTiles: TileSource {
    private let bytes: (String) throws(LedgerError) -> [UInt8]?
    private var latest: [Int: (index: Int, tile: MerkleTile)] = [:]

    init(bytes: @escaping (String) throws(LedgerError) -> [UInt8]?) {
        self.bytes = bytes
    }

    func known(_ id: TileID) -> MerkleTile? {
        latest[id.level].flatMap { $0.index == id.index ? $0.tile : nil }
    }

    func tile(_ id: TileID, root: Digest32) throws(LedgerError) -> MerkleTile {
        let path = TilePath(id).text
        guard let bytes = try bytes(path), bytes.count == MerkleTile.byteCount,
            let tile = MerkleTile(bytes), tile.root == root
        else { throw .badTile(path: path) }
        latest[id.level] = (id.index, tile)
        return tile
    }
}
