// SPDX-License-Identifier: Apache-2.0
import Glibc

extension LedgerLog {
    /// Opens a log as its one writer, or starts one in a new or empty place.
    ///
    /// Every record is read and hashed. A batch that was being written when the machine stopped,
    /// and that nobody was told about, is cut off. Anything else that does not fit the frames or the
    /// signed checkpoint is refused, with the index of the entry where it can be told.
    package static func open(directory: String, origin: String, key: LedgerKey)
        throws(LedgerError) -> LedgerLog
    {
        try open(directory: directory, origin: origin, key: key, disk: .system)
    }

    static func open(directory: String, origin: String, key: LedgerKey, disk: Disk)
        throws(LedgerError) -> LedgerLog
    {
        let paths = LedgerPaths(directory: directory)
        try paths.makeDirectory()
        let lock = try WriterLock(paths)
        let file = try openEntries(paths)
        let checkpoint = try firstCheckpoint(paths, origin: origin, key: key)
        try checkpoint.check(origin: origin, key: key.publicKey, file: paths.checkpoint)
        var state = State(checkpoint: checkpoint)
        let scan = try EntriesScan(file.descriptor, path: paths.entries) { found in
            state.tree.append(found.leaf)
            state.starts.append(found.offset)
        }
        try Reconciliation(paths: paths, checkpoint: checkpoint)
            .check(scan, root: state.tree.root(size: checkpoint.size))
        state.length = scan.length
        if case .torn = scan.end {
            guard ftruncate(file.descriptor, off_t(scan.length)) == 0 else {
                throw LedgerFile.failure(paths.entries)
            }
        }
        // The process before may have ended between writing and flushing: what is signed from here
        // on has to be on disk, not only in the system's memory.
        guard fdatasync(file.descriptor) == 0 else { throw LedgerFile.failure(paths.entries) }
        try paths.repairLeaves(state.tree.leaves(0..<state.tree.count))
        state.leavesWritten = state.tree.count
        let log = LedgerLog(
            origin: origin, paths: paths, key: key, lock: lock, file: file, disk: disk, state: state
        )
        _ = try log.checkpoint()
        return log
    }

    /// Opens the entries file; makes it where the directory holds no log.
    private static func openEntries(_ paths: LedgerPaths) throws(LedgerError) -> EntriesFile {
        if LedgerFile.exists(paths.checkpoint), !LedgerFile.exists(paths.entries) {
            throw .missing(file: paths.entries)
        }
        let file = try EntriesFile(paths.entries, flags: O_RDWR | O_CREAT)
        let size = try LedgerFile.size(file.descriptor, path: paths.entries)
        guard size < RecordFrame.magic.count, !LedgerFile.exists(paths.checkpoint) else {
            return file
        }
        // New, or the process ended while it was making the file.
        let start = try LedgerFile.read(
            file.descriptor, count: RecordFrame.magic.count, at: 0, path: paths.entries)
        guard RecordFrame.magic.starts(with: start) else { throw .notALedger(file: paths.entries) }
        try LedgerFile.writeAll(file.descriptor, RecordFrame.magic, at: 0, path: paths.entries)
        guard fsync(file.descriptor) == 0 else { throw LedgerFile.failure(paths.entries) }
        try LedgerFile.synchronizeDirectory(of: paths.entries)
        return file
    }

    /// The checkpoint on disk.
    ///
    /// Only a log without a single record may lack it: it gets its first.
    private static func firstCheckpoint(_ paths: LedgerPaths, origin: String, key: LedgerKey)
        throws(LedgerError) -> Checkpoint
    {
        if let checkpoint = try paths.readCheckpoint() { return checkpoint }
        var status = stat()
        guard stat(paths.entries, &status) == 0 else { throw LedgerFile.failure(paths.entries) }
        guard Int(status.st_size) == RecordFrame.magic.count else {
            throw .missing(file: paths.checkpoint)
        }
        let checkpoint = try Checkpoint(
            origin: origin, size: 0, root: MerkleTree.emptyRoot, key: key)
        try LedgerFile.replace(paths.checkpoint, with: Array(checkpoint.text.utf8))
        return checkpoint
    }
}
