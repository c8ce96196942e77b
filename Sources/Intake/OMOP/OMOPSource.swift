// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// One file that holds rows of one table: a file of its own, or a member of a ZIP archive.
package struct OMOPFile: Hashable, Sendable {
    /// Path of the file or the archive.
    package let path: String
    /// Name inside the archive; nil for a file of its own.
    package let member: String?
    /// What issues and errors call it.
    package let name: String
    package let table: OMOPTable
    /// Bytes on disk, packed where it is packed.
    package let size: Int

    func open() throws(OMOPError) -> OMOPText {
        guard let member else { return try OMOPText.open(path: path, name: name) }
        let archive = try ZipArchive(
            path: path, name: (path as NSString).lastPathComponent)
        guard let found = archive.members.first(where: { $0.name == member }) else {
            throw .damagedArchive(file: archive.name, reason: "\(member) is no longer in it")
        }
        return .member(try ZipMemberText(found, of: archive))
    }

    /// Hands out the file's text, inflated, in pieces: for a digest of its content.
    ///
    /// The same table gives the same text whether it lies plain, as gzip or in an archive.
    package func forEachPiece(_ body: ([UInt8]) -> Void) throws(OMOPError) {
        let text = try open()
        let capacity = 256 * 1024
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        while true {
            let count = try text.read(into: buffer, capacity: capacity)
            if count == 0 { return }
            body([UInt8](UnsafeBufferPointer(start: buffer, count: count)))
        }
    }
}

/// What lies at a path that is not read, and why.
package struct OMOPIgnored: Hashable, Sendable {
    package let name: String
    /// A few words, such as `free text is not imported`.
    package let reason: String
}

/// The tables of a common data model below a path.
package enum OMOPSource {
    /// Lists a directory searched to any depth, one ZIP archive, or one file.
    ///
    /// Which table a file holds follows from its name in any case, such as
    /// `condition_occurrence.csv.gz`, also as one of several parts (`measurement_0001.csv`).
    /// - Returns: files to read in the bytewise order of their names, never none; and every other
    ///   file with the reason why it is left aside.
    /// - Throws: `.source` where the path cannot be read, `.damagedArchive`, `.encryptedArchive`,
    ///   `.unsupportedPacking`, `.nothingToImport`.
    package static func list(
        _ path: String
    ) throws(OMOPError) -> (files: [OMOPFile], ignored: [OMOPIgnored]) {
        var status = stat()
        let name = (path as NSString).lastPathComponent
        guard stat(path, &status) == 0 else {
            throw .source(.unreadable(file: name, reason: "no such file or directory"))
        }
        var found: [Found]
        switch status.st_mode & S_IFMT {
        case S_IFDIR: found = try children(of: path)
        case S_IFREG:
            found =
                ZipArchive.isArchive(path: path)
                ? try members(of: path, name: name)
                : [Found(path: path, name: name, size: Int(status.st_size))]
        default: throw .source(.notRegular(file: name))
        }
        found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var files: [OMOPFile] = []
        var ignored: [OMOPIgnored] = []
        var stems: [String: String] = [:]
        for item in found {
            switch verdict(item) {
            case .failure(let reason):
                ignored.append(OMOPIgnored(name: item.name, reason: reason.words))
            case .success(let (table, stem)):
                if let twin = stems.updateValue(item.name, forKey: stem) {
                    stems[stem] = twin
                    ignored.append(
                        OMOPIgnored(name: item.name, reason: "the same table as \(twin)"))
                    continue
                }
                files.append(
                    OMOPFile(
                        path: item.path, member: item.member, name: item.name, table: table,
                        size: item.size))
            }
        }
        guard !files.isEmpty else { throw .nothingToImport(path: path) }
        return (files, ignored)
    }

    private struct Found {
        var path: String
        var member: String?
        var name: String
        var size: Int
        /// Why it cannot be read whatever its name is.
        var fault: String?
    }

    private struct Reason: Error {
        var words: String
    }

    /// Which table a file holds and its path without what follows the table's name, or why not.
    private static func verdict(_ item: Found) -> Result<(OMOPTable, String), Reason> {
        let base = (item.name as NSString).lastPathComponent
        if base.hasPrefix(".") || item.name.hasPrefix("__MACOSX/") {
            return .failure(Reason(words: "a hidden file of the operating system"))
        }
        if let fault = item.fault { return .failure(Reason(words: fault)) }
        var stem = base.lowercased()[...]
        var isPacked = false
        if stem.hasSuffix(".gz") {
            stem = stem.dropLast(3)
            isPacked = true
        }
        guard [".csv", ".tsv", ".txt"].contains(where: { stem.hasSuffix($0) }) else {
            return .failure(Reason(words: "not a .csv file"))
        }
        stem = stem.dropLast(4)
        let table = tableName(stem)
        if let reason = OMOPTable.unused[table] { return .failure(Reason(words: reason)) }
        guard let known = OMOPTable(name: table) else {
            return .failure(Reason(words: "not named after a table of the common data model"))
        }
        if isPacked, item.member != nil {
            return .failure(Reason(words: "packed twice; expected .csv inside the archive"))
        }
        let folder = (item.name as NSString).deletingLastPathComponent
        return .success((known, folder + "/" + stem))
    }

    /// The name without the number of a part: `measurement_0001` and `measurement-part-3`.
    private static func tableName(_ stem: Substring) -> String {
        var name = stem
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        guard digits > 0 else { return String(stem) }
        name = name.dropLast(digits)
        func drop(_ suffix: String) {
            if name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
        }
        func dropJoint() {
            while let last = name.last, "_-.".contains(last) { name.removeLast() }
        }
        dropJoint()
        drop("part")
        dropJoint()
        return OMOPTable(name: String(name)) == nil ? String(stem) : String(name)
    }

    private static func children(of path: String) throws(OMOPError) -> [Found] {
        let root = path.hasSuffix("/") ? path : path + "/"
        guard let top = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .source(
                .unreadable(
                    file: (path as NSString).lastPathComponent,
                    reason: "the directory cannot be listed"))
        }
        var waiting = top
        var found: [Found] = []
        while let next = waiting.popLast() {
            var status = stat()
            var link = stat()
            guard lstat(root + next, &link) == 0, stat(root + next, &status) == 0 else {
                found.append(
                    Found(
                        path: root + next, name: next, size: 0, fault: "a link that leads nowhere"))
                continue
            }
            let isLink = link.st_mode & S_IFMT == S_IFLNK
            switch status.st_mode & S_IFMT {
            case S_IFDIR where isLink:
                found.append(
                    Found(path: root + next, name: next, size: 0, fault: "a link to a directory"))
            case S_IFDIR:
                guard let below = try? FileManager.default.contentsOfDirectory(atPath: root + next)
                else {
                    found.append(
                        Found(
                            path: root + next, name: next, size: 0,
                            fault: "a directory that cannot be listed"))
                    continue
                }
                waiting += below.map { next + "/" + $0 }
            case S_IFREG:
                let isZip = next.lowercased().hasSuffix(".zip")
                found.append(
                    Found(
                        path: root + next, name: next, size: Int(status.st_size),
                        fault: isZip ? "an archive beside other files; import it by itself" : nil))
            default:
                found.append(
                    Found(path: root + next, name: next, size: 0, fault: "not a regular file"))
            }
        }
        return found
    }

    private static func members(of path: String, name: String) throws(OMOPError) -> [Found] {
        let archive = try ZipArchive(path: path, name: name)
        var found: [Found] = []
        for member in archive.members where !member.name.hasSuffix("/") {
            let item = Found(
                path: path, member: member.name, name: member.name, size: member.packedSize)
            if case .success = verdict(item) {
                guard !member.isEncrypted else {
                    throw .encryptedArchive(file: name, member: member.name)
                }
                guard member.method == 0 || member.method == 8 else {
                    throw .unsupportedPacking(
                        file: name, member: member.name, method: member.method)
                }
            }
            found.append(item)
        }
        return found
    }
}
