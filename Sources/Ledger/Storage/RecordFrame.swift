// SPDX-License-Identifier: Apache-2.0

/// What stands before each record in the entries file.
///
/// Numbers are little-endian.
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | a marker |
/// | 4 | length of the record |
/// | 4 | position of the record in its batch |
/// | 4 | number of records in the batch |
/// | 8 | index of the record in the log |
/// | 8 | check: start of the leaf hash, exclusive-or the fields above |
/// | 1 | 0x00, with which RFC 6962 hashes a record: the leaf is hashed where it lies |
///
/// The check notices accidents. Forgery is noticed by the signed root, which covers every record.
struct RecordFrame: Equatable {
    var length: Int
    /// A batch is what one flush made durable: whole or, after a crash, not at all.
    var position: Int
    var count: Int
    var index: Int

    static let headerSize = 33
    /// Records are short; this bounds what a damaged length can make a reader allocate.
    static let longestRecord = 16 << 20
    /// Starts the file.
    static let magic = Array("bedside ledger 1\n".utf8)
    private static let marker: UInt32 = 0x3152_4442

    /// Bytes of header and record.
    var size: Int { RecordFrame.headerSize + length }

    private var first: UInt64 {
        UInt64(RecordFrame.marker) | UInt64(UInt32(truncatingIfNeeded: length)) << 32
    }
    private var second: UInt64 {
        UInt64(UInt32(truncatingIfNeeded: position))
            | UInt64(UInt32(truncatingIfNeeded: count)) << 32
    }

    private func check(_ leaf: Digest32) -> UInt64 {
        UInt64(littleEndian: leaf.leadingWord) ^ first ^ second ^ UInt64(index)
    }

    /// Appends header and record to a batch's bytes; returns the leaf hash.
    func write(_ record: [UInt8], to batch: inout [UInt8]) -> Digest32 {
        let start = batch.count
        for word in [first, second, UInt64(index), 0] {
            withUnsafeBytes(of: word.littleEndian) { batch.append(contentsOf: $0) }
        }
        batch.append(MerkleTree.leafPrefix)
        batch.append(contentsOf: record)
        return batch.withUnsafeMutableBytes { buffer in
            let leaf = MerkleTree.hash(
                UnsafeRawBufferPointer(rebasing: buffer[(start + RecordFrame.headerSize - 1)...]))
            buffer.storeBytes(
                of: check(leaf).littleEndian, toByteOffset: start + 24, as: UInt64.self)
            return leaf
        }
    }

    /// Reads a header; nil where it can't be one.
    ///
    /// The record need not be there yet.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= RecordFrame.headerSize,
            RecordFrame.word(bytes, 0) & 0xFFFF_FFFF == UInt64(RecordFrame.marker),
            bytes[RecordFrame.headerSize - 1] == MerkleTree.leafPrefix,
            let index = Int(exactly: RecordFrame.word(bytes, 16))
        else { return nil }
        length = Int(RecordFrame.word(bytes, 0) >> 32)
        position = Int(RecordFrame.word(bytes, 8) & 0xFFFF_FFFF)
        count = Int(RecordFrame.word(bytes, 8) >> 32)
        self.index = index
        guard length <= RecordFrame.longestRecord, position < count, position <= index else {
            return nil
        }
    }

    init(length: Int, position: Int, count: Int, index: Int) {
        self.length = length
        self.position = position
        self.count = count
        self.index = index
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The leaf hash of the record after this header; nil where the check does not fit.
    func leaf(in bytes: UnsafeRawBufferPointer) -> Digest32? {
        guard bytes.count >= size else { return nil }
        let leaf = MerkleTree.hash(
            UnsafeRawBufferPointer(rebasing: bytes[(RecordFrame.headerSize - 1)..<size]))
        return RecordFrame.word(bytes, 24) == check(leaf) ? leaf : nil
    }

    /// The index of the first record of this batch.
    var batchStart: Int { index - position }
}
