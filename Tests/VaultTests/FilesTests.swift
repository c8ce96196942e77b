// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Vault

@Suite("Files of the vault")
struct FilesTests {
    @Test("names are listed by folder, sorted, without unfinished writes and the key check")
    func lists() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        for name in ["crosswalk", "batches/b", "batches/a/1", "batches-of-old", "batches/B"] {
            try vault.seal([0], as: name)
        }
        try scratch.put([1], as: "batches/.b.1.1.unfinished")
        #expect(
            try vault.names(under: "") == [
                "batches-of-old", "batches/B", "batches/a/1", "batches/b", "crosswalk",
            ])
        #expect(try vault.names(under: "batches") == ["batches/B", "batches/a/1", "batches/b"])
        #expect(try vault.names(under: "batches/") == vault.names(under: "batches"))
        #expect(try vault.names(under: "nothing") == [])
    }

    @Test("a removed file is gone, and removing it again says so")
    func removes() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1], as: "a")
        #expect(vault.contains("a"))
        try vault.remove("a")
        #expect(!vault.contains("a"))
        #expect(throws: VaultError.notFound(name: "a")) { try vault.remove("a") }
        #expect(throws: VaultError.notFound(name: "a")) { try vault.unseal("a") }
    }

    @Test(
        "names that could leave the vault or hide in it are refused, and not repeated",
        arguments: [
            "", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", ".", ".hidden", "a/.b", "a b",
            "M\u{fc}ller", "a\\b", "a\n", "a\0b", String(repeating: "a", count: 201),
            Array(repeating: "abcdefghi", count: 101).joined(separator: "/"),
        ])
    func refusesNames(name: String) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        #expect(throws: VaultError.nameNotAllowed) { try vault.seal([1], as: name) }
        #expect(throws: VaultError.nameNotAllowed) { try vault.unseal(name) }
        #expect(throws: VaultError.nameNotAllowed) { try vault.remove(name) }
        #expect(!vault.contains(name))
        // The empty name and a slash stand for the whole vault here, one at the end for nothing.
        if name != "", name != "/", name != "a/" {
            #expect(throws: VaultError.nameNotAllowed) { try vault.names(under: name) }
        }
        #expect(throws: VaultError.nameReserved(name: "keycheck")) {
            try vault.seal([1], as: "keycheck")
        }
    }

    @Test("files are for this user only, and so are folders")
    func modes() throws {
        let old = umask(0)
        defer { umask(old) }
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1], as: "folder/a")
        #expect(try scratch.mode(scratch.directory) == 0o700)
        #expect(try scratch.mode(scratch.directory + "/folder") == 0o700)
        #expect(try scratch.mode(scratch.directory + "/folder/a") == 0o600)
        #expect(try scratch.mode(scratch.directory + "/keycheck") == 0o600)
        #expect(try scratch.mode(scratch.keyFile) == 0o600)
    }

    @Test("a writer killed in the middle leaves the old version standing")
    func killed() async throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1, 2, 3], as: "a")
        let path = scratch.directory + "/a"
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            try DurableFile.replace(path) { (descriptor) throws(VaultError) in
                try DurableFile.write([9, 9, 9], to: descriptor, file: path)
                kill(getpid(), SIGKILL)
            }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.directory)
            .filter { $0.hasSuffix(".unfinished") }
        #expect(left.count == 1)
        #expect(try vault.unseal("a") == [1, 2, 3])
        #expect(try vault.names(under: "") == ["a"])
        try vault.seal([4], as: "a")
        #expect(try vault.unseal("a") == [4])
        #expect(try vault.removeUnfinishedWrites() == 1)
        #expect(try vault.removeUnfinishedWrites() == 0)
        #expect(try vault.unseal("a") == [4])
    }

    @Test("a write that fails leaves the old version and no rest")
    func fails() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1], as: "a")
        let path = scratch.directory + "/a"
        let problem = VaultError.unwritable(file: path, reason: "no space")
        #expect(throws: problem) {
            try DurableFile.replace(path) { (_) throws(VaultError) in throw problem }
        }
        #expect(try vault.unseal("a") == [1])
        #expect(try vault.removeUnfinishedWrites() == 0)
    }

    @Test("many writers at once leave one complete version")
    func concurrent() async throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let versions = (0..<8).map { noise(10_000, seed: UInt64($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for version in versions { group.addTask { try vault.seal(version, as: "a") } }
            try await group.waitForAll()
        }
        #expect(versions.contains(try vault.unseal("a")))
        #expect(try vault.removeUnfinishedWrites() == 0)
    }
}
