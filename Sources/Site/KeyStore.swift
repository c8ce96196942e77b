// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The API keys of a site, stored as hashes in `keys.json`.
package final class KeyStore: Sendable {
    private struct State {
        var byHash: [String: Principal] = [:]
        var names: Set<String> = []
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
        state.withLock { Set($0.byHash.values) }.sorted { $0.name < $1.name }
    }

    /// Makes a key, stores its hash, and returns the key: the only time it is seen.
    ///
    /// - Throws: `SiteError.refused` where the name is taken or not one, or a term is not valid.
    package func create(name: String, terms: KeyTerms = KeyTerms()) throws(SiteError)
        -> (key: String, principal: Principal)
    {
        guard KeyName.isValid(name) else { throw .refused("a key's name is \(KeyName.rule)") }
        guard !KeyName.reserved.contains(name) else {
            throw .refused("\(name) is a name Bedside signs with itself; choose another name")
        }
        if let problem = terms.problem { throw .refused(problem) }
        let lock = try locked()
        defer { withExtendedLifetime(lock) {} }
        try reload()
        guard !principals.contains(where: { $0.name == name }) else {
            throw .refused("a key named \(name) exists; choose another name")
        }
        let key = KeyStore.drawn()
        let principal = Principal(
            name: name, keySHA256: Files.digest(of: Array(key.utf8)), created: Entry.now,
            terms: terms)
        try store(principals + [principal])
        return (key, principal)
    }

    /// Draws a new key for a holder, whose terms stay.
    ///
    /// - Parameter overlapHours: how long the old key still opens, so that callers can change over.
    /// - Throws: `SiteError.refused` where nobody of that name holds a key.
    package func rotate(name: String, overlapHours: Int = 0) throws(SiteError)
        -> (key: String, principal: Principal)
    {
        let lock = try locked()
        defer { withExtendedLifetime(lock) {} }
        try reload()
        var list = principals
        guard let index = list.firstIndex(where: { $0.name == name }) else {
            throw KeyStore.unknown(name)
        }
        let key = KeyStore.drawn()
        if overlapHours > 0 {
            list[index].formerSHA256 = list[index].keySHA256
            list[index].formerExpires = Entry.now + overlapHours * 3_600_000
        } else {
            list[index].formerSHA256 = nil
            list[index].formerExpires = nil
        }
        list[index].keySHA256 = Files.digest(of: Array(key.utf8))
        try store(list)
        return (key, list[index])
    }

    /// Takes a key away; from the next call on it opens nothing.
    ///
    /// - Throws: `SiteError.refused` where nobody of that name holds a key.
    package func revoke(name: String) throws(SiteError) {
        let lock = try locked()
        defer { withExtendedLifetime(lock) {} }
        try reload()
        let left = principals.filter { $0.name != name }
        guard left.count < principals.count else { throw KeyStore.unknown(name) }
        try store(left)
    }

    private static func drawn() -> String {
        "bsk_" + Files.hex(RandomKey.bytes(count: 32))
    }

    private static func unknown(_ name: String) -> SiteError {
        .refused("nobody named \(name.prefix(64)) holds a key; see bedside key list")
    }

    private func store(_ list: [Principal]) throws(SiteError) {
        try Files.replace(path, with: Files.json(list), mode: 0o600)
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
        guard let principal = state.withLock({ $0.byHash[hash] }) else { return nil }
        let until =
            principal.keySHA256 == hash ? principal.terms.expires : principal.formerExpires
        guard let until else { return principal }
        return Entry.now < min(until, principal.terms.expires ?? until) ? principal : nil
    }

    /// Whether somebody of that name holds a key, or is one of the names Bedside calls itself by.
    package func isHolder(_ name: String) -> Bool {
        KeyName.reserved.contains(name)
            || state.withLock { $0.names.contains(name) }
    }

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
            state.withLock { $0 = State(stamp: stamp) }
            return
        }
        let bytes = try Files.readBytes(path)
        guard let list = try? JSONDecoder().decode([Principal].self, from: Data(bytes)) else {
            throw .badConfiguration(
                file: path, line: nil, expected: "expected a JSON array of keys as hashes")
        }
        let current = list.map { ($0.keySHA256, $0) }
        let former = list.compactMap { holder in holder.formerSHA256.map { ($0, holder) } }
        let byHash = Dictionary(current + former, uniquingKeysWith: { first, _ in first })
        state.withLock { $0 = State(byHash: byHash, names: Set(list.map(\.name)), stamp: stamp) }
    }
}
