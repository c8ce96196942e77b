// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import Vault

@Suite("The vault's key")
struct KeyTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    }

    private func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try #require(chmod(path, mode) == 0)
    }

    @Test("a key file says what it is and holds 32 bytes, different each time")
    func format() throws {
        let (one, two) = (try Scratch(), try Scratch())
        _ = try one.vault()
        _ = try two.vault()
        let lines = try text(one.keyFile).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[0] == "bedside vault key v1" && lines[2] == "")
        #expect(Data(base64Encoded: String(lines[1]))?.count == 32)
        #expect(try text(one.keyFile) != text(two.keyFile))
    }

    @Test("a key file that is there is used and kept byte for byte")
    func kept() throws {
        let scratch = try Scratch()
        let key = "bedside vault key v1\n\(Data(noise(32, seed: 7)).base64EncodedString())"
        try write(key, to: scratch.keyFile)
        let vault = try scratch.vault()
        try vault.seal([1], as: "a")
        _ = try scratch.vault()
        #expect(try text(scratch.keyFile) == key)
        #expect(
            try Vault.open(directory: scratch.directory, keyFile: scratch.keyFile).unseal("a")
                == [1])
    }

    @Test(
        "a file that is no key is refused and kept",
        arguments: [
            "", "\n", "bedside vault key v1", "bedside vault key v1\n",
            "bedside vault key v2\n" + Data(repeating: 1, count: 32).base64EncodedString(),
            "bedside vault key v1\n" + Data(repeating: 1, count: 31).base64EncodedString(),
            "bedside vault key v1\n" + Data(repeating: 1, count: 33).base64EncodedString(),
            "bedside vault key v1\n" + Data(repeating: 1, count: 32).base64EncodedString() + "\nx",
            "bedside vault key v1\n!" + Data(repeating: 1, count: 32).base64EncodedString(),
            String(repeating: "a", count: 5000),
        ])
    func malformed(content: String) throws {
        let scratch = try Scratch()
        try write(content, to: scratch.keyFile)
        #expect(throws: VaultError.keyFileMalformed(file: scratch.keyFile)) {
            try scratch.vault()
        }
        #expect(try text(scratch.keyFile) == content)
    }

    @Test(
        "a key file that group or others may use is refused with its mode",
        arguments: [0o640, 0o604, 0o644, 0o620, 0o602, 0o666, 0o610] as [UInt32])
    func openToOthers(mode: UInt32) throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        try #require(chmod(scratch.keyFile, mode) == 0)
        let expected = VaultError.keyFileOpenToOthers(
            file: scratch.keyFile, mode: String(mode, radix: 8))
        #expect(throws: expected) { try scratch.vault() }
        #expect(throws: expected) {
            try Vault.open(directory: scratch.directory, keyFile: scratch.keyFile)
        }
        #expect(expected.sentence.contains("chmod 600"))
    }

    @Test("a key of another vault is told at once")
    func wrongKey() throws {
        let (one, two) = (try Scratch(), try Scratch())
        _ = try one.vault()
        _ = try two.vault()
        let expected = VaultError.wrongKey(directory: one.directory)
        #expect(throws: expected) {
            try Vault.open(directory: one.directory, keyFile: two.keyFile)
        }
        #expect(throws: expected) {
            try Vault.create(directory: one.directory, keyFile: two.keyFile)
        }
        #expect(expected.sentence.contains("this key does not open this vault"))
    }

    @Test("a vault that lost its key file is never given a new key")
    func lostKey() throws {
        let scratch = try Scratch()
        _ = try scratch.vault()
        try FileManager.default.removeItem(atPath: scratch.keyFile)
        #expect(throws: VaultError.keyFileMissing(file: scratch.keyFile)) { try scratch.vault() }
        #expect(!FileManager.default.fileExists(atPath: scratch.keyFile))
    }

    @Test("a vault that lost its key check is neither opened nor made anew")
    func lostKeyCheck() throws {
        let scratch = try Scratch()
        try scratch.vault().seal([1], as: "a")
        try FileManager.default.removeItem(atPath: scratch.directory + "/keycheck")
        #expect(throws: VaultError.notAVault(directory: scratch.directory)) {
            try Vault.open(directory: scratch.directory, keyFile: scratch.keyFile)
        }
        #expect(throws: VaultError.keyCheckMissing(directory: scratch.directory)) {
            try scratch.vault()
        }
    }

    @Test(
        "a key file inside the site is refused unless that is asked for",
        arguments: ["site/vault/vault.key", "site/vault.key", "site/deep/er/vault.key"])
    func inside(place: String) throws {
        let scratch = try Scratch()
        let file = scratch.path + "/" + place
        let expected = VaultError.keyFileInsideSite(file: file, site: scratch.path + "/site")
        #expect(throws: expected) {
            try Vault.create(directory: scratch.directory, keyFile: file)
        }
        #expect(!FileManager.default.fileExists(atPath: file))
        let vault = try Vault.create(
            directory: scratch.directory, keyFile: file, allowingKeyInsideSite: true)
        try vault.seal([1], as: "a")
        #expect(throws: expected) { try Vault.open(directory: scratch.directory, keyFile: file) }
        #expect(
            try Vault.open(
                directory: scratch.directory, keyFile: file, allowingKeyInsideSite: true
            ).unseal("a") == [1])
    }

    @Test("a link cannot hide that the key lies inside the site")
    func insideByLink() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.directory, withIntermediateDirectories: true)
        let link = scratch.path + "/elsewhere"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: scratch.path + "/site")
        #expect(
            throws: VaultError.keyFileInsideSite(
                file: link + "/vault.key", site: scratch.path + "/site")
        ) { try Vault.create(directory: scratch.directory, keyFile: link + "/vault.key") }
        let roundabout = scratch.path + "/keys/../site/vault.key"
        #expect(
            throws: VaultError.keyFileInsideSite(file: roundabout, site: scratch.path + "/site")
        ) { try Vault.create(directory: scratch.directory, keyFile: roundabout) }
    }

    @Test("a folder beside the site whose name starts alike is outside")
    func beside() throws {
        let scratch = try Scratch()
        let file = scratch.path + "/site.keys/vault.key"
        _ = try Vault.create(directory: scratch.directory, keyFile: file)
        #expect(try scratch.mode(file) == 0o600)
    }

    @Test("printing or dumping a vault does not show its key")
    func printing() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var dumped = ""
        dump(vault, to: &dumped)
        for text in ["\(vault)", String(reflecting: vault), dumped] {
            #expect(text.contains(scratch.directory))
            #expect(!text.lowercased().contains("key"))
            #expect(!text.contains("master"))
        }
    }

    @Test("a maker that comes second keeps the key that the first one placed")
    func second() throws {
        let scratch = try Scratch()
        let first = try VaultKey.make(scratch.keyFile)
        let content = try text(scratch.keyFile)
        try VaultKey(material: SymmetricKey(size: .bits256)).place(at: scratch.keyFile)
        #expect(try text(scratch.keyFile) == content)
        #expect(try VaultKey.make(scratch.keyFile).material == first.material)
    }

    @Test("two makers at once end with the same key")
    func race() async throws {
        let scratch = try Scratch()
        let file = scratch.keyFile
        let checks = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask { try VaultKey.make(file).material.withUnsafeBytes { Array($0) } }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(checks.count == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/keys")
                == ["vault.key"])
    }
}
