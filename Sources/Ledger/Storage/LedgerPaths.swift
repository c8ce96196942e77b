// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where the parts of a log lie; other files in the directory are left alone.
struct LedgerPaths: Sendable {
    let directory: String

    /// All records in frames, in order.
    var entries: String { directory + "/entries" }
    /// The latest signed checkpoint.
    var checkpoint: String { directory + "/checkpoint" }
    /// Leaf hashes up to the checkpoint, 32 bytes each.
    ///
    /// Where they add up to the signed root they tell which record was changed. Made again from the
    /// entries where lost.
    var leaves: String { directory + "/leaves" }
    /// Locked by the writer.
    var lock: String { directory + "/lock" }

    /// Makes the directory where it is missing, for its owner only.
    func makeDirectory() throws(LedgerError) {
        if mkdir(directory, 0o700) == 0 {
            try LedgerFile.synchronizeDirectory(of: directory)
        } else if errno != EEXIST {
            throw LedgerFile.failure(directory)
        }
    }

    /// The checkpoint on disk; nil where there is none.
    func readCheckpoint() throws(LedgerError) -> Checkpoint? {
        guard LedgerFile.exists(checkpoint) else { return nil }
        return try Checkpoint(parsing: try LedgerFile.readText(checkpoint), file: checkpoint)
    }
}
