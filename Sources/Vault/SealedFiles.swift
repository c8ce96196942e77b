// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What lies in a vault's directory: finished blobs, and what killed writers left.
struct SealedFiles {
    let directory: String

    /// Names of the blobs in a folder (without a slash at its end) and below, sorted bytewise.
    func names(under folder: String) throws(VaultError) -> [String] {
        try all(under: folder)
            .filter { !isUnfinished($0) && $0 != BlobName.keyCheck.text }
            .filter { (try? BlobName($0)) != nil }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Paths of the files that unfinished writes left.
    func unfinished() throws(VaultError) -> [String] {
        try all(under: "").filter(isUnfinished).map { directory + "/" + $0 }
    }

    private func isUnfinished(_ name: String) -> Bool {
        let last = name.split(separator: "/").last ?? ""
        return last.hasPrefix(".") && last.hasSuffix(DurableFile.unfinishedSuffix)
    }

    /// Every regular file below a folder, links not followed, in no particular order.
    private func all(under folder: String) throws(VaultError) -> [String] {
        let path = folder.isEmpty ? directory : directory + "/" + folder
        guard let stream = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw .unreadable(file: path, reason: DurableFile.reason())
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let inside = folder.isEmpty ? name : folder + "/" + name
            var status = stat()
            guard lstat(directory + "/" + inside, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: names.append(inside)
            case S_IFDIR: names += try all(under: inside)
            default: continue
            }
        }
        return names
    }
}
