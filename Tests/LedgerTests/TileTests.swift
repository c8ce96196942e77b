// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Tiles")
struct TileTests {
    @Test("tile paths are those of the specification, and no other spelling is read")
    func paths() {
        let paths: [(String, TilePath)] = [
            ("tile/0/000", TilePath(.hashes(level: 0), index: 0)),
            ("tile/0/x001/x234/067", TilePath(.hashes(level: 0), index: 1_234_067)),
            ("tile/63/999", TilePath(.hashes(level: 63), index: 999)),
            ("tile/1/x001/000", TilePath(.hashes(level: 1), index: 1000)),
            ("tile/2/000.p/17", TilePath(.hashes(level: 2), index: 0, width: 17)),
            ("tile/entries/x001/234.p/255", TilePath(.entries, index: 1234, width: 255)),
        ]
        for (text, path) in paths {
            #expect(path.text == text)
            #expect(TilePath(text) == path)
        }
        for text in [
            "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/0000", "tile/00/000",
            "tile/64/000", "tile/-1/000", "tile/0/001/000", "tile/0/x000/001", "tile/0/x001/x000",
            "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p",
            "/tile/0/000", "tile/0/000/", "tile/entry/000", "tile/0/+01", "tile/0/x+01/000",
            "tile/0/../000", "tile/0/000.p/+1", "checkpoint",
        ] {
            #expect(TilePath(text) == nil, "\(text)")
        }
    }

    @Test(
        "roots and proofs from tiles are those of the tree in memory, at every size around a tile",
        arguments: [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000])
    func sameAsInMemory(size: Int) throws {
        var plain = MerkleLevels()
        var edges = TreeEdges()
        let kept = KeptTiles()
        for number in 0..<size {
            let leaf = MerkleTree.leafHash(Array("\(number)".utf8))
            plain.append(leaf)
            edges.append(leaf) { kept.tiles[$0] = $1 }
        }
        #expect(edges.root == plain.root(size: size))
        let view = TreeView(edges: edges, source: kept)
        let picked = [0, 1, 2, 200, 255, 256, 257, 300, 511, 512, 65_535, 65_536, size - 1, size]
        for older in picked where older <= size {
            #expect(try view.root(size: older) == plain.root(size: older))
            #expect(
                try view.consistencyProof(from: older, to: size)
                    == plain.consistencyProof(from: older, to: size))
            for index in picked where index < older {
                #expect(
                    try view.inclusionProof(index: index, size: older)
                        == plain.inclusionProof(index: index, size: older))
            }
        }
        #expect(try view.inclusionProof(index: size, size: size) == nil)
        #expect(try view.root(size: size + 1) == nil)
    }

    /// Full tiles in memory.
    private final class KeptTiles: TileSource {
        var tiles: [TileID: MerkleTile] = [:]
        func known(_ id: TileID) -> MerkleTile? { tiles[id] }
        func tile(_ id: TileID, root: Digest32) throws(LedgerError) -> MerkleTile {
            throw .badTile(path: TilePath(id).text)
        }
    }

    @Test("what is served is what the specification says, at the example's size")
    func served() throws {
        let fixture = try LedgerFixture()
        let log = try fixture.open()
        let records = (0..<70_000).map { Array("\($0)".utf8) }
        _ = try log.appendAndWait(records)
        func bytes(_ path: String) throws -> [UInt8]? { try log.resource(path)?.bytes }
        // A tree of 70,000: 273 full tiles and one of 112, then one full and one of 17, then one of 1.
        #expect(try bytes("tile/0/272")?.count == 8192)
        #expect(try bytes("tile/0/273") == nil)
        #expect(try bytes("tile/0/273.p/112")?.count == 112 * 32)
        #expect(try bytes("tile/0/273.p/113") == nil)
        #expect(try bytes("tile/0/273.p/5") == bytes("tile/0/273.p/112")?.prefix(160).map { $0 })
        #expect(try bytes("tile/1/000")?.count == 8192)
        #expect(try bytes("tile/1/001.p/17")?.count == 17 * 32)
        #expect(try bytes("tile/1/001.p/18") == nil)
        #expect(try bytes("tile/2/000.p/1")?.count == 32)
        #expect(try bytes("tile/3/000.p/1") == nil)
        #expect(try bytes("tile/entries/273.p/113") == nil)
        let bundle = try #require(try bytes("tile/entries/x000/000") ?? bytes("tile/entries/000"))
        #expect(Array(bundle.prefix(3)) == [0, 1, UInt8(ascii: "0")])
        let leaves = EntryBundle.leaves(bundle)
        #expect(
            leaves.isSound && leaves.leaves == records.prefix(256).map { MerkleTree.leafHash($0) })
        #expect(try bytes("tile/0/000") == leaves.leaves.flatMap(\.bytes))
        let text = try #require(try log.resource("checkpoint"))
        #expect(!text.isImmutable && text.contentType == "text/plain; charset=utf-8")
        #expect(
            try Checkpoint(parsing: String(decoding: text.bytes, as: UTF8.self))
                .verify(fixture.key.publicKey))
        #expect(try log.resource("tile/0/000")?.isImmutable == true)
        #expect(try log.resource("entries") == nil)
        log.close()
        // On disk lies the same, so that a plain file server can serve the hashes.
        for path in ["tile/0/272", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"] {
            #expect(try fixture.read("\(fixture.log)/\(path)") == bytes(path), "\(path)")
        }
    }

    @Test("tiles that are lost or wrong are made again from the records, by opening or when needed")
    func repaired() throws {
        let fixture = try LedgerFixture()
        try fixture.write([LedgerFixture.records(0..<700)])
        let paths = ["/0/000", "/0/001", "/0/002.p/188", "/1/000.p/2"].map { fixture.tiles + $0 }
        let whole = try paths.map { try fixture.read($0) }
        for (path, bytes) in zip(paths, whole) {
            for change in [nil, [], bytes.dropLast(), [bytes[0] ^ 1] + bytes.dropFirst()] {
                if let change {
                    try fixture.replace(path, with: Array(change))
                } else {
                    try FileManager.default.removeItem(atPath: path)
                }
                #expect(fixture.verify().ok)
                let log = try fixture.open()
                for index in [0, 300, 650] {
                    #expect(
                        MerkleTree.verifyInclusion(
                            index: index, size: 700,
                            leaf: MerkleTree.leafHash(try log.record(at: index)),
                            proof: try log.inclusionProof(index: index, size: 700),
                            root: log.root))
                }
                log.close()
                #expect(try fixture.read(path) == bytes)
            }
        }
    }

    @Test("a record that was changed is never served, whichever tiles are changed with it")
    func changedWithTiles() throws {
        let fixture = try LedgerFixture()
        try fixture.write([LedgerFixture.records(0..<700)])
        var entries = try fixture.read(fixture.entries)
        // A forged record with its check made right, in the middle of the first tile.
        var offset = RecordFrame.magic.count
        for number in 0..<100 {
            offset += RecordFrame.headerSize + LedgerFixture.record(number).count
        }
        var forged = LedgerFixture.record(100)
        forged[5] ^= 1
        var frame: [UInt8] = []
        let leaf = RecordFrame(length: forged.count, position: 100, count: 700, index: 100)
            .write(forged, to: &frame)
        entries.replaceSubrange(offset..<(offset + frame.count), with: frame)
        try fixture.replace(fixture.entries, with: entries)
        let sound = try fixture.read(fixture.tiles + "/0/000")
        var tile = sound
        tile.replaceSubrange(3200..<3232, with: leaf.bytes)
        for bytes in [sound, tile] {
            try fixture.replace(fixture.tiles + "/0/000", with: bytes)
            // Opening reads the end; the forgery is met when it is read.
            let log = try fixture.open()
            #expect(throws: LedgerError.self) { try log.record(at: 100) }
            #expect(throws: LedgerError.self) { try log.records(90..<110) }
            #expect(try log.record(at: 600) == LedgerFixture.record(600))
            log.close()
            let result = fixture.verify()
            #expect(!result.ok)
            if bytes == sound { #expect(result.firstBadIndex == 100) }
        }
    }
}
