// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Vault

/// A folder of its own for one test, removed with it: `site/vault` and `keys/vault.key`.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "bedside-vault-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var directory: String { path + "/site/vault" }
    var keyFile: String { path + "/keys/vault.key" }

    func vault() throws -> Vault { try Vault.create(directory: directory, keyFile: keyFile) }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
    }

    func put(_ bytes: some Sequence<UInt8>, as name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory + "/" + name))
    }

    func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }
}

/// Seeded draws, so that a failure can be looked at again (SplitMix64; the target of the product's
/// own generator is not one that the vault may use).
struct Draws: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Seeded bytes.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var draws = Draws(state: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: draws.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}
