// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// The files below a path that intake can read.
package enum SourceFiles {
    /// Lists a file, or a directory searched to any depth, in the bytewise order of the paths.
    ///
    /// Taken are regular files with names that end in `.ndjson` or `.json`, also compressed
    /// (`.gz`) and with a stray quotation mark, as some exports leave one. A regular file named
    /// directly is always taken. Symbolic links are followed from the path itself and to files,
    /// but not to directories below it, which could lead round in a circle.
    /// - Returns: paths to read (never none), and paths that were left aside: files of other
    ///   names, pipes, sockets, devices, links that lead nowhere or to a directory, and
    ///   directories that cannot be listed.
    /// - Throws: `.unreadable` where the path itself is neither a regular file nor a directory
    ///   that can be listed, `.nothingToImport` where a directory holds no file to read.
    package static func list(
        _ path: String
    ) throws(IntakeError) -> (files: [String], ignored: [String]) {
        let name = (path as NSString).lastPathComponent
        switch kind(path, followsLinks: true) {
        case .file: return ([path], [])
        case .directory: break
        case .none: throw .unreadable(file: name, reason: "no such file or directory")
        case .link, .other: throw .notRegular(file: name)
        }
        guard let top = children(path) else {
            throw .unreadable(file: name, reason: "the directory cannot be listed")
        }
        var files: [String] = []
        var ignored: [String] = []
        var waiting = top
        while let next = waiting.popLast() {
            if kind(next, followsLinks: false) == .directory {
                if let below = children(next) {
                    waiting += below
                } else {
                    ignored.append(next)
                }
            } else if kind(next, followsLinks: true) == .file,
                isSource((next as NSString).lastPathComponent)
            {
                files.append(next)
            } else {
                ignored.append(next)
            }
        }
        guard !files.isEmpty else { throw .nothingToImport(path: path) }
        func bytewise(_ left: String, _ right: String) -> Bool {
            left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return (files.sorted(by: bytewise), ignored.sorted(by: bytewise))
    }

    private enum Kind {
        case file
        case directory
        case link
        case other
    }

    /// What lies at a path, found without opening it; nil for nothing.
    private static func kind(_ path: String, followsLinks: Bool) -> Kind? {
        var status = stat()
        let result = followsLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// The paths directly below a directory; nil where it cannot be listed.
    private static func children(_ directory: String) -> [String]? {
        let root = directory.hasSuffix("/") ? directory : directory + "/"
        return try? FileManager.default.contentsOfDirectory(atPath: directory).map { root + $0 }
    }

    private static func isSource(_ name: String) -> Bool {
        guard !name.hasPrefix(".") else { return false }
        var stem = name.lowercased()[...]
        func drop(_ suffix: String) {
            if stem.hasSuffix(suffix) { stem = stem.dropLast(suffix.count) }
        }
        drop("\"")
        drop(".gz")
        drop("\"")
        return stem.hasSuffix(".ndjson") || stem.hasSuffix(".json")
    }
}
