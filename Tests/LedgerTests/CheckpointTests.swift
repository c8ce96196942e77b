// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Ledger

@Suite("Checkpoints and keys")
struct CheckpointTests {
    private let fixture: LedgerFixture
    private let checkpoint: Checkpoint

    init() throws {
        fixture = try LedgerFixture()
        checkpoint = try Checkpoint(
            origin: LedgerFixture.origin, size: 8,
            root: MerkleTree.root(of: PublishedVectors.inputs.map { MerkleTree.leafHash($0) }),
            key: fixture.key)
    }

    @Test("a checkpoint is the text of tlog-checkpoint and reads back the same")
    func text() throws {
        let lines = checkpoint.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6)
        #expect(lines[0] == "bedside/test" && lines[1] == "8" && lines[3] == "" && lines[5] == "")
        #expect(lines[2] == "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=")
        #expect(lines[4].hasPrefix("\u{2014} bedside/test "))
        #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
        let json = try JSONEncoder().encode([checkpoint])
        #expect(try JSONDecoder().decode([Checkpoint].self, from: json) == [checkpoint])
    }

    @Test("the key that signed verifies it; another key of the same name does not")
    func keys() throws {
        #expect(checkpoint.verify(fixture.key.publicKey))
        let other = try LedgerFixture()
        #expect(!checkpoint.verify(other.key.publicKey))
        let renamed = try LedgerPublicKey(
            name: "bedside/other", bytes: fixture.key.publicKey.bytes)
        #expect(!checkpoint.verify(renamed))
    }

    @Test("a checkpoint whose size, root, origin or signature was edited does not verify")
    func edited() throws {
        let text = checkpoint.text
        let root = Data(checkpoint.root.bytes).base64EncodedString()
        let otherRoot = Data(MerkleTree.emptyRoot.bytes).base64EncodedString()
        for (old, new) in [
            ("\n8\n", "\n7\n"), (root, otherRoot), ("bedside/test\n8", "bedside/best\n8"),
        ] {
            let changed = try Checkpoint(parsing: text.replacingOccurrences(of: old, with: new))
            #expect(!changed.verify(fixture.key.publicKey))
        }
        let signature = checkpoint.signatures[0].bytes
        for bit in 0..<signature.count * 8 {
            var bytes = signature
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let changed = text.replacingOccurrences(
                of: Data(signature).base64EncodedString(), with: Data(bytes).base64EncodedString())
            #expect(!(try Checkpoint(parsing: changed).verify(fixture.key.publicKey)))
        }
    }

    @Test("signatures of witnesses are kept, and a second one of our key has to be valid too")
    func witnesses() throws {
        let witness = try LedgerFixture()
        let cosignature = Data([UInt8](repeating: 7, count: 76)).base64EncodedString()
        let foreign = "\u{2014} witness.example \(cosignature)\n"
        let both = try Checkpoint(parsing: checkpoint.text + foreign)
        #expect(both.signatures.count == 2 && both.text == checkpoint.text + foreign)
        #expect(both.verify(fixture.key.publicKey) && !both.verify(witness.key.publicKey))
        var forged = checkpoint.signatures[0].bytes
        forged[10] ^= 1
        let doubled = try Checkpoint(
            parsing: checkpoint.text
                + "\u{2014} bedside/test \(Data(forged).base64EncodedString())\n")
        #expect(!doubled.verify(fixture.key.publicKey))
    }

    @Test("text that is no checkpoint is refused with the line")
    func malformed() throws {
        let lines = checkpoint.text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        func line(_ changed: [String]) -> Int? {
            do throws(LedgerError) {
                _ = try Checkpoint(parsing: changed.joined(separator: "\n"))
                return nil
            } catch {
                guard case .badCheckpoint(_, let line, _) = error else { return nil }
                return line
            }
        }
        func with(_ position: Int, _ text: String) -> [String] {
            var changed = lines
            changed[position] = text
            return changed
        }
        #expect(line(with(0, "")) == 1)
        for size in ["", "08", "+8", "-1", "8 ", "0x8", "99999999999999999999"] {
            #expect(line(with(1, size)) == 2)
        }
        for root in ["", "AAAA", lines[2] + "=", String(lines[2].dropLast())] {
            #expect(line(with(2, root)) == 3)
        }
        #expect(line(with(3, "extension")) == 4)
        for signature in [
            "", "- name AAAAAAA=", "\u{2014} name", "\u{2014} a b c", "\u{2014} a AAAA",
        ] {
            #expect(line(with(4, signature)) == 5)
        }
        #expect(line(lines.dropLast()) != nil)
        #expect(line([""]) != nil)
        #expect(line(Array(lines[..<4]) + [""]) != nil)
    }

    @Test("a key file is private, is read back, and is never overwritten")
    func keyFile() throws {
        let path = fixture.path + "/ledger.key"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let loaded = try LedgerKey.load(path, name: LedgerFixture.origin)
        #expect(loaded.publicKey == fixture.key.publicKey)
        let before = try fixture.read(path)
        #expect(throws: LedgerError.keyExists(file: path)) {
            try LedgerKey.create(at: path, name: LedgerFixture.origin)
        }
        #expect(try fixture.read(path) == before)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: LedgerError.keyNotPrivate(file: path)) {
            try LedgerKey.load(path, name: LedgerFixture.origin)
        }
        try fixture.replace(path, with: before.dropLast(5))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: LedgerError.self) { try LedgerKey.load(path, name: LedgerFixture.origin) }
    }

    @Test("a public key goes out as one line of text and comes back; a changed line is refused")
    func publicKeyText() throws {
        let text = fixture.key.publicKeyText
        #expect(try LedgerPublicKey(text: text) == fixture.key.publicKey)
        for changed in [
            "", "a+b+c", String(text.dropFirst()), String(text.dropLast()),
            text.replacingOccurrences(of: "test", with: "best"),
        ] {
            #expect(throws: LedgerError.self) { try LedgerPublicKey(text: changed) }
        }
    }

    @Test("the published example key of signed-note has the key hash that is published with it")
    func signedNoteExample() throws {
        let key = try LedgerPublicKey(
            text: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        #expect(Hex.text(key.keyHash) == "c74f20a3")
    }

    @Test("names that a checkpoint can't carry are refused", arguments: ["", "a b", "a+b", "a\nb"])
    func badNames(name: String) {
        let path = fixture.path + "/new.key"
        #expect(throws: LedgerError.self) { try LedgerKey.create(at: path, name: name) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("an origin of two lines is refused")
    func badOrigin() {
        #expect(throws: LedgerError.self) {
            try Checkpoint(origin: "a\n9", size: 0, root: MerkleTree.emptyRoot, key: fixture.key)
        }
    }
}
