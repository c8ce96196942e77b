// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import Intake

@Suite("Source files")
struct SourceFilesTests {
    private let scratch: Scratch
    private let root: String

    init() throws {
        scratch = try Scratch()
        root = scratch.path + "/root"
        try FileManager.default.createDirectory(
            atPath: root + "/below", withIntermediateDirectories: true)
    }

    private func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    private func relative(_ paths: [String], to root: String) -> [String] {
        paths.map { String($0.dropFirst(root.count + 1)) }
    }

    private func makeSocket(_ path: String) throws {
        #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
    }

    @Test("a path that is a link to a directory is followed")
    func linkedRoot() throws {
        try scratch.write([], "root/below/a.ndjson")
        let path = scratch.path + "/link"
        try link(path, to: root)
        for name in [path, path + "/"] {
            let (files, ignored) = try SourceFiles.list(name)
            #expect(files == [path + "/below/a.ndjson"])
            #expect(ignored == [])
        }
    }

    @Test("a path that is a link to a file is that file")
    func linkedFile() throws {
        let file = try scratch.write(Array(Samples.allergy.utf8), "data")
        try link(scratch.path + "/link", to: file)
        #expect(try SourceFiles.list(scratch.path + "/link").files == [scratch.path + "/link"])
    }

    @Test("below a directory, links to files are followed and links to directories named")
    func linksBelow() throws {
        try scratch.write([], "elsewhere")
        try scratch.write([], "root/below/a.ndjson")
        try link(root + "/file.json", to: scratch.path + "/elsewhere")
        try link(root + "/circle.ndjson", to: root)
        try link(root + "/folder", to: root + "/below")
        try link(root + "/gone.ndjson", to: root + "/nowhere")
        try link(root + "/self.ndjson", to: root + "/self.ndjson")
        let (files, ignored) = try SourceFiles.list(root)
        #expect(relative(files, to: root) == ["below/a.ndjson", "file.json"])
        #expect(
            relative(ignored, to: root)
                == ["circle.ndjson", "folder", "gone.ndjson", "self.ndjson"])
    }

    @Test("a pipe, a socket and a device with the name of a source are named and never opened")
    func notRegular() throws {
        try scratch.write([], "root/a.ndjson")
        #expect(mkfifo(root + "/pipe.ndjson", 0o600) == 0)
        try makeSocket(root + "/socket.json")
        try link(root + "/device.json", to: "/dev/zero")
        try link(root + "/linked.ndjson", to: root + "/pipe.ndjson")
        let (files, ignored) = try SourceFiles.list(root)
        #expect(relative(files, to: root) == ["a.ndjson"])
        #expect(
            relative(ignored, to: root)
                == ["device.json", "linked.ndjson", "pipe.ndjson", "socket.json"])
    }

    @Test("a pipe, a device or a directory named directly is refused at once")
    func notRegularDirectly() throws {
        let pipe = root + "/pipe.ndjson"
        #expect(mkfifo(pipe, 0o600) == 0)
        let refusal = IntakeError.unreadable(file: "x", reason: "it is not a regular file")
        for path in [pipe, "/dev/zero", root] {
            #expect(throws: refusal) {
                try FHIRReader().extract(file: path, displayName: "x")
            }
        }
        let named = IntakeError.unreadable(
            file: "pipe.ndjson", reason: "it is not a regular file")
        #expect(throws: named) { try SourceFiles.list(pipe) }
    }

    @Test("a directory without a file to read says what was expected")
    func nothing() throws {
        #expect(throws: IntakeError.nothingToImport(path: root)) { try SourceFiles.list(root) }
        try scratch.write([], "root/below/table.csv")
        #expect(mkfifo(root + "/pipe.ndjson", 0o600) == 0)
        #expect(throws: IntakeError.nothingToImport(path: root)) { try SourceFiles.list(root) }
        #expect(
            IntakeError.nothingToImport(path: "export").sentence
                == "export: nothing to import; expected .ndjson or .json files, plain or .gz.")
    }

    @Test("progress is told in every MiB of the file, for lines, long lines and documents")
    func progress() throws {
        let line = Samples.claim + "\n"
        let lines = Array(String(repeating: line, count: (5 << 20) / line.utf8.count).utf8)
        let blank = [UInt8](repeating: 0x20, count: 5 << 20)
        let long = Array(#"{"text":""#.utf8) + [UInt8](repeating: 0x78, count: 5 << 20)
        let entries = Array("{\"resourceType\":\"Bundle\",\n".utf8) + blank + Array("}".utf8)
        for text in [lines, blank, long, entries] {
            for bytes in [text, GzipSample.stored(text)] {
                var told = [0]
                _ = try FHIRReader(lineLimit: 1 << 20, documentLimit: 8 << 20).extract(
                    file: try scratch.write(bytes), displayName: "p",
                    progress: { told.append($0) })
                let steps = zip(told, told.dropFirst()).map { $1 - $0 }
                #expect(steps.allSatisfy { (0...(1 << 20)).contains($0) })
                #expect(told.last == bytes.count)
            }
        }
    }
}
