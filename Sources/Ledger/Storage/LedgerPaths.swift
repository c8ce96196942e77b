// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where the parts of a log lie; other files in the directory are left alone.
///
/// | file | what |
/// | --- | --- |
/// | `entries`, `entries.000000262144` | records in frames; named by the first record but for record 0 |
/// | `entries.index`, … | where every 64th record starts; a hint, made again where lost |
/// | `checkpoint` | the latest signed checkpoint |
/// | `tile/<L>/<N>` | Merkle hashes as C2SP `tlog-tiles`; hints, checked against the checkpoint |
/// | `retired` | signed: which records were deleted by policy |
/// | `witnessed` | the latest checkpoint that witnesses signed too |
/// | `lock` | locked by the writer |
struct LedgerPaths: Sendable {
    let directory: String

    /// The segment that starts with the first record of all; the only one of a short log.
    var entries: String { entries(first: 0) }
    /// The latest signed checkpoint.
    var checkpoint: String { directory + "/checkpoint" }
    /// The latest checkpoint with signatures of witnesses.
    var witnessed: String { directory + "/witnessed" }
    /// What was deleted by policy.
    var retired: String { directory + "/retired" }
    /// Locked by the writer.
    var lock: String { directory + "/lock" }
    /// Written to find out whether the disk takes anything again.
    var trial: String { directory + "/trial" }
    /// What logs of the layout before tiles kept instead of them.
    var formerLeaves: String { directory + "/leaves" }

    private static let name = "entries"
    private static let digits = 12

    /// The segment whose first record has this index.
    func entries(first: Int) -> String {
        guard first > 0 else { return "\(directory)/\(LedgerPaths.name)" }
        let number = String(first)
        let zeros = String(repeating: "0", count: max(0, LedgerPaths.digits - number.count))
        return "\(directory)/\(LedgerPaths.name).\(zeros)\(number)"
    }

    /// Where the records of a segment start.
    func index(first: Int) -> String { entries(first: first) + ".index" }

    /// A tile or another resource that is a file.
    func file(_ path: TilePath) -> String { "\(directory)/\(path.text)" }

    /// The first index of each segment on disk, in order.
    func segments() throws(LedgerError) -> [Int] {
        guard let stream = opendir(directory) else { throw LedgerFile.failure(directory) }
        defer { closedir(stream) }
        var firsts: [Int] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == LedgerPaths.name { firsts.append(0) }
            guard name.hasPrefix(LedgerPaths.name + ".") else { continue }
            let number = name.dropFirst(LedgerPaths.name.count + 1)
            guard number.count >= LedgerPaths.digits, let first = Int(number), first > 0,
                entries(first: first) == "\(directory)/\(name)"
            else { continue }
            firsts.append(first)
        }
        return firsts.sorted()
    }

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
