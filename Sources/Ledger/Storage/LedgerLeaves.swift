// SPDX-License-Identifier: Apache-2.0
import Glibc

// The leaves file: a hint, never trusted before it adds up to the signed root.
extension LedgerPaths {
    /// Writes leaf hashes behind those already there.
    func writeLeaves(_ hashes: ArraySlice<Digest32>, from index: Int) throws(LedgerError) {
        let file = open(leaves, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LedgerFile.failure(leaves) }
        defer { close(file) }
        let bytes = hashes.withUnsafeBytes { Array($0) }
        try LedgerFile.writeAll(file, bytes, at: index * 32, path: leaves)
    }

    /// Writes the file again unless it says the same as the entries.
    func repairLeaves(_ hashes: ArraySlice<Digest32>) throws(LedgerError) {
        let present = LedgerFile.exists(leaves) ? try LedgerFile.readBytes(leaves) : nil
        let wanted = hashes.withUnsafeBytes { Array($0) }
        if present != wanted { try LedgerFile.replace(leaves, with: wanted) }
    }

    /// The leaf hashes on disk, if the first `size` of them add up to a root; else nil.
    func readLeaves(size: Int, root: Digest32) -> [Digest32]? {
        guard let bytes = try? LedgerFile.readBytes(leaves), bytes.count / 32 >= size else {
            return nil
        }
        let hashes = bytes.withUnsafeBytes { buffer in
            (0..<size).map {
                Digest32(loading: UnsafeRawBufferPointer(rebasing: buffer[($0 * 32)...]))
            }
        }
        return MerkleTree.root(of: hashes) == root ? hashes : nil
    }
}
