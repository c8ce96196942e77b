// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Vault

@Suite("Sealing")
struct SealingTests {
    static let mebibyte = 1 << 20
    static let frame = SealedFormat.frameLength + SealedFormat.tagLength

    @Test(
        "what is sealed comes back byte for byte, whatever its size",
        arguments: [
            0, 1, 15, 16, 17, mebibyte - 1, mebibyte, mebibyte + 1, 2 * mebibyte, 3 * mebibyte,
        ])
    func roundTrip(size: Int) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let text = noise(size, seed: UInt64(size))
        try vault.seal(text, as: "batches/one")
        #expect(try vault.unseal("batches/one") == text)
        let again = try Vault.open(directory: scratch.directory, keyFile: scratch.keyFile)
        #expect(try again.unseal("batches/one") == text)
    }

    @Test("a sealed file shows nothing of its content, and sealing again gives other bytes")
    func hides() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let text = Array("a name that must not be found on the disk".utf8)
        try vault.seal(text, as: "a")
        let first = try scratch.bytes("a")
        #expect(Data(first).range(of: Data(text.prefix(8))) == nil)
        try vault.seal(text, as: "a")
        let second = try scratch.bytes("a")
        #expect(first.count == second.count)
        #expect(first.suffix(text.count + 16) != second.suffix(text.count + 16))
    }

    @Test("a flip of any bit of any byte is refused")
    func flips() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal(noise(21, seed: 1), as: "a")
        let sealed = try scratch.bytes("a")
        #expect(sealed.count == 40 + 21 + 16)
        for position in sealed.indices {
            for bit in 0..<8 {
                var altered = sealed
                altered[position] ^= 1 << UInt8(bit)
                try scratch.put(altered, as: "a")
                #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
            }
        }
        try scratch.put(sealed, as: "a")
        #expect(try vault.unseal("a") == noise(21, seed: 1))
    }

    @Test("a file cut at any length or with bytes added is refused")
    func cuts() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal(noise(21, seed: 2), as: "a")
        let sealed = try scratch.bytes("a")
        for length in 0..<sealed.count {
            try scratch.put(sealed.prefix(length), as: "a")
            #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        }
        for more in [1, 16, 17, 100] {
            try scratch.put(sealed + [UInt8](repeating: 0, count: more), as: "a")
            #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        }
    }

    @Test("a file that is cut between frames is refused")
    func cutsBetweenFrames() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal(noise(3 * SealingTests.mebibyte, seed: 3), as: "a")
        let sealed = try scratch.bytes("a")
        for frames in 0...2 {
            try scratch.put(sealed.prefix(40 + frames * SealingTests.frame), as: "a")
            #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        }
    }

    @Test(
        "frames in another order, repeated or left out are refused",
        arguments: [
            [1, 0, 2], [0, 2, 1], [2, 1, 0], [0, 0, 2], [0, 2], [0, 1, 1, 2], [0, 1, 2, 2],
        ])
    func reorders(order: [Int]) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let text = noise(3 * SealingTests.mebibyte, seed: 4)
        try vault.seal(text, as: "a")
        let sealed = try scratch.bytes("a")
        let frames = (0..<3).map { index in
            sealed[(40 + index * SealingTests.frame)..<(40 + (index + 1) * SealingTests.frame)]
        }
        try scratch.put(sealed.prefix(40) + order.flatMap { frames[$0] }, as: "a")
        #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        try scratch.put(sealed.prefix(40) + [0, 1, 2].flatMap { frames[$0] }, as: "a")
        #expect(try vault.unseal("a") == text)
    }

    @Test("a frame of another version of the same file is refused")
    func splices() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let text = noise(2 * SealingTests.mebibyte, seed: 5)
        try vault.seal(text, as: "a")
        let first = try scratch.bytes("a")
        try vault.seal(text, as: "a")
        let second = try scratch.bytes("a")
        let cut = 40 + SealingTests.frame
        try scratch.put(first.prefix(cut) + second.dropFirst(cut), as: "a")
        #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        try scratch.put(first.prefix(40) + second.dropFirst(40), as: "a")
        #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
    }

    @Test("two files that changed places are refused, both")
    func swaps() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1, 2, 3], as: "a")
        try vault.seal([4, 5, 6], as: "folder/b")
        let (a, b) = (try scratch.bytes("a"), try scratch.bytes("folder/b"))
        try scratch.put(b, as: "a")
        try scratch.put(a, as: "folder/b")
        #expect(throws: VaultError.damaged(name: "a")) { try vault.unseal("a") }
        #expect(throws: VaultError.damaged(name: "folder/b")) { try vault.unseal("folder/b") }
    }

    @Test("equal frames look different, so no frame reuses another one's key stream")
    func noReuse() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([UInt8](repeating: 0, count: 2 * SealingTests.mebibyte), as: "a")
        let sealed = try scratch.bytes("a").dropFirst(40)
        let same = zip(sealed, sealed.dropFirst(SealingTests.frame)).count { $0 == $1 }
        // One byte in 256 is equal by chance: 4096 of a mebibyte, standard deviation 64.
        #expect(same < 5000)
    }

    @Test("a link in place of a file is not followed")
    func links() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        try vault.seal([1], as: "a")
        try FileManager.default.moveItem(
            atPath: scratch.directory + "/a", toPath: scratch.path + "/moved")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.directory + "/a", withDestinationPath: scratch.path + "/moved")
        #expect(throws: VaultError.self) { try vault.unseal("a") }
        #expect(!vault.contains("a"))
        #expect(try vault.names(under: "") == [])
        try vault.seal([2], as: "a")
        #expect(try vault.unseal("a") == [2])
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/moved")).count == 57)
    }
}
