// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A directory that appears whole or not at all.
struct Destination {
    /// Where files are made until `finish`.
    let partial: String
    private let path: String

    /// Refuses a path that is a file or a directory with anything in it.
    init(_ directory: String) throws(SimulationError) {
        let url = URL(fileURLWithPath: directory).standardizedFileURL
        path = url.path
        let files = FileManager.default
        var isDirectory: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw .notADirectory(path: directory) }
            guard let entries = try? files.contentsOfDirectory(atPath: path) else {
                throw .unwritable(path: directory, reason: "the directory cannot be read")
            }
            guard entries.isEmpty else { throw .directoryNotEmpty(path: directory) }
        }
        let parent = url.deletingLastPathComponent().path
        let number = ProcessInfo.processInfo.processIdentifier
        partial = "\(parent)/.\(url.lastPathComponent).partial-\(number)"
        abandon()
        try Destination.makeDirectory(partial)
    }

    /// Puts the finished directory in place; an empty one there is replaced.
    func finish() throws(SimulationError) {
        guard rename(partial, path) == 0 else {
            throw .unwritable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Removes what was made so far.
    func abandon() {
        try? FileManager.default.removeItem(atPath: partial)
    }

    static func makeDirectory(_ path: String) throws(SimulationError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: path, reason: "the directory could not be created")
        }
    }
}
