// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Who may call: a name, and the hash of the key they hold.
package struct Principal: Sendable, Hashable, Codable {
    package let name: String
    /// SHA-256 of the key; keys have 256 random bits, so a plain hash can't be guessed back.
    package let keySHA256: String
    /// Milliseconds since 1970, UTC.
    package let created: Int
}

/// The API keys of a site, stored as hashes in `keys.json`.
package final class KeyStore: Sendable {
    private struct State {
        var byHash: [String: Principal] = [:]
        var stamp: Stamp?
    }

    private struct Stamp: Equatable {
        var file: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private let path: String
    private let state = Mutex(State())

    package init(_ site: SiteDirectory) throws(SiteError) {
        path = site.keysFile
        try reload()
    }

    /// All principals by name.
    package var principals: [Principal] {
        state.withLock { Array($0.byHash.values) }.sorted { $0.name < $1.name }
    }

    /// Makes a key, stores its hash, and returns the key: the only time it is seen.
    ///
    /// - Throws: `SiteError.refused` where the name is taken, empty, over 64 characters or holds
    ///   anything but letters, digits, `-`, `_` and `.`.
    package func create(name: String) throws(SiteError) -> (key: String, principal: Principal) {
        let allowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || Array("-_.".utf8).contains(byte)
        }
        guard allowed, (1...64).contains(name.utf8.count) else {
            throw .refused(
                "a key's name is 1 to 64 letters, digits, dots, hyphens or underscores")
        }
        guard !KeyStore.reserved.contains(name) else {
            throw .refused("\(name) is a name Bedside signs with itself; choose another name")
        }
        let lock = try locked()
        defer { withExtendedLifetime(lock) {} }
        try reload()
        guard !principals.contains(where: { $0.name == name }) else {
            throw .refused("a key named \(name) exists; choose another name")
        }
        let key = "bsk_" + Files.hex(RandomKey.bytes(count: 32))
        let principal = Principal(
            name: name, keySHA256: Files.digest(of: Array(key.utf8)), created: Entry.now)
        try Files.replace(path, with: Files.json(principals + [principal]), mode: 0o600)
        try reload()
        return (key, principal)
    }

    /// Takes a key away; from the next call on it opens nothing.
    ///
    /// - Throws: `SiteError.refused` where nobody of that name holds a key.
    package func revoke(name: String) throws(SiteError) {
        let lock = try locked()
        defer { withExtendedLifetime(lock) {} }
        try reload()
        let left = principals.filter { $0.name != name }
        guard left.count < principals.count else {
            throw .refused("nobody named \(name.prefix(64)) holds a key; see bedside key list")
        }
        try Files.replace(path, with: Files.json(left), mode: 0o600)
        try reload()
    }

    /// The holder of a key; nil for an unknown one.
    ///
    /// Keys made or revoked while a server runs count at once. Where the file can't be read, no key
    /// opens anything.
    package func principal(forKey key: String) -> Principal? {
        let hash = Files.digest(of: Array(key.utf8))
        let stamp = stamp
        if state.withLock({ $0.stamp != stamp }), (try? reload()) == nil { return nil }
        return state.withLock { $0.byHash[hash] }
    }

    /// Names the ledger uses for Bedside's own commands and pages.
    private static let reserved: Set<String> = [
        "cohort", "demo", "import", "init", "key", "serve", "workbench",
    ]

    /// One process at a time changes the keys; others wait up to five seconds.
    private func locked() throws(SiteError) -> FileLock {
        for _ in 0..<500 {
            if let lock = try FileLock(path + ".lock") { return lock }
            usleep(10_000)
        }
        throw .busy(directory: path)
    }

    /// Which file this is and when it was last written; nil where there is none.
    ///
    /// The clock of a file system is coarser than two changes in a row, so time alone won't do.
    private var stamp: Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            file: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec))
    }

    private func reload() throws(SiteError) {
        let stamp = stamp
        guard Files.exists(path) else {
            state.withLock { $0 = State(byHash: [:], stamp: stamp) }
            return
        }
        let bytes = try Files.readBytes(path)
        guard let list = try? JSONDecoder().decode([Principal].self, from: Data(bytes)) else {
            throw .badConfiguration(
                file: path, line: nil, expected: "expected a JSON array of keys as hashes")
        }
        let byHash = Dictionary(
            list.map { ($0.keySHA256, $0) }, uniquingKeysWith: { first, _ in first })
        state.withLock { $0 = State(byHash: byHash, stamp: stamp) }
    }
}
