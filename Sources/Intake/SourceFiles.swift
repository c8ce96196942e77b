// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files below a path that intake can read.
package enum SourceFiles {
    /// Lists a file, or a directory searched to any depth, in the bytewise order of the paths.
    ///
    /// Taken are names that end in `.ndjson` or `.json`, also compressed (`.gz`) and with a stray
    /// quotation mark, as some exports leave one. A file named directly is always taken.
    /// - Returns: paths to read, and paths of files that were left aside.
    package static func list(
        _ path: String
    ) throws(IntakeError) -> (files: [String], ignored: [String]) {
        let name = (path as NSString).lastPathComponent
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .unreadable(file: name, reason: "no such file or directory")
        }
        guard isDirectory.boolValue else { return ([path], []) }
        guard let walk = FileManager.default.enumerator(atPath: path) else {
            throw .unreadable(file: name, reason: "the directory cannot be listed")
        }
        let root = path.hasSuffix("/") ? path : path + "/"
        var files: [String] = []
        var ignored: [String] = []
        while let relative = walk.nextObject() as? String {
            let full = root + relative
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            if isSource((relative as NSString).lastPathComponent) {
                files.append(full)
            } else {
                ignored.append(full)
            }
        }
        func bytewise(_ left: String, _ right: String) -> Bool {
            left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return (files.sorted(by: bytewise), ignored.sorted(by: bytewise))
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
