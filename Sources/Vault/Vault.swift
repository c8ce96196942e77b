// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A directory of sealed files: the only place of a site where identities are kept.
///
/// Everything is AES-256-GCM under one key that lives outside the site; how, see `SealedFormat`.
/// A vault is a value without state: several may be open on one directory, and a reader sees
/// either the old or the new version of a blob, never a mixture.
package struct Vault: Sendable {
    /// Where the sealed files lie.
    package let directory: String
    private let master: SymmetricKey
    let subjectIDKey: SymmetricKey

    private init(directory: String, key: VaultKey) {
        self.directory = directory
        master = key.material
        subjectIDKey = Vault.subjectIDKey(from: key.material)
    }

    /// Makes a vault, or opens the one that is there.
    ///
    /// A missing key file is made with 32 random bytes and mode 600; one that is there is used and
    /// never overwritten. A vault that exists is never given a new key.
    ///
    /// - Parameters:
    ///   - directory: where sealed files will lie; the directory above it counts as the site.
    ///   - allowingKeyInsideSite: true to accept a key file inside the site, where every copy of
    ///     the site carries the key along.
    /// - Throws: `VaultError` where the key file is unusable, lies inside the site or belongs to
    ///   another vault, or where the disk refuses.
    package static func create(
        directory: String, keyFile: String, allowingKeyInsideSite: Bool = false
    ) throws(VaultError) -> Vault {
        guard !DurableFile.exists(directory + "/" + BlobName.keyCheck.text) else {
            return try open(
                directory: directory, keyFile: keyFile,
                allowingKeyInsideSite: allowingKeyInsideSite)
        }
        try DurableFile.makeDirectories(directory)
        try checkPlace(of: keyFile, for: directory, isAllowed: allowingKeyInsideSite)
        guard chmod(directory, 0o700) == 0 else {
            throw .unwritable(file: directory, reason: DurableFile.reason())
        }
        guard try SealedFiles(directory: directory).names(under: "").isEmpty else {
            throw .keyCheckMissing(directory: directory)
        }
        let vault = Vault(directory: directory, key: try VaultKey.make(keyFile))
        try vault.write(keyCheckText, as: .keyCheck)
        return vault
    }

    /// Opens a vault with the key it was made with; a wrong key is told at once.
    ///
    /// - Throws: `VaultError`, as `create` does, and `.notAVault` for a directory without a vault.
    package static func open(
        directory: String, keyFile: String, allowingKeyInsideSite: Bool = false
    ) throws(VaultError) -> Vault {
        guard DurableFile.exists(directory + "/" + BlobName.keyCheck.text) else {
            throw .notAVault(directory: directory)
        }
        try checkPlace(of: keyFile, for: directory, isAllowed: allowingKeyInsideSite)
        let vault = Vault(directory: directory, key: try VaultKey.load(keyFile))
        do throws(VaultError) {
            guard try vault.read(.keyCheck) == keyCheckText else { throw .damaged(name: "") }
        } catch .damaged {
            throw .wrongKey(directory: directory)
        }
        return vault
    }

    /// Seals bytes under a name, replacing what was there in one step.
    ///
    /// When this returns, the bytes are on the disk; when it throws, the old version stands.
    /// - Complexity: O(n), in frames of 1 MiB: beside `bytes` no more than a few are in memory.
    package func seal(_ bytes: [UInt8], as name: String) throws(VaultError) {
        try write(bytes, as: accepted(name))
    }

    /// The bytes last sealed under a name.
    ///
    /// - Throws: `.notFound`, or `.damaged` where anything but those bytes lies there.
    package func unseal(_ name: String) throws(VaultError) -> [UInt8] {
        try read(accepted(name))
    }

    /// Whether something is sealed under the name; false for a name that is not allowed.
    package func contains(_ name: String) -> Bool {
        guard let name = try? accepted(name) else { return false }
        var status = stat()
        return lstat(path(name), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The names of all blobs in a folder and below it, sorted bytewise; `""` for the whole vault.
    ///
    /// Writes that were never finished and the vault's own key check are not among them.
    package func names(under prefix: String) throws(VaultError) -> [String] {
        var folder = prefix
        while folder.hasSuffix("/") { folder.removeLast() }
        if !folder.isEmpty { folder = try accepted(folder).text }
        return try SealedFiles(directory: directory).names(under: folder)
    }

    /// Takes a blob out of the vault for good.
    ///
    /// - Throws: `.notFound` where nothing is sealed under the name.
    package func remove(_ name: String) throws(VaultError) {
        let path = path(try accepted(name))
        guard contains(name) else { throw .notFound(name: name) }
        guard unlink(path) == 0 else {
            throw .unwritable(file: path, reason: DurableFile.reason())
        }
        try DurableFile.syncDirectory(DurableFile.folder(of: path))
    }

    /// Removes what killed writers left behind; returns how many files.
    ///
    /// Only for a caller that holds the site's lock: the unfinished file of a writer at work would
    /// be taken from it, and its write fail.
    @discardableResult
    package func removeUnfinishedWrites() throws(VaultError) -> Int {
        let left = try SealedFiles(directory: directory).unfinished()
        for file in left { unlink(file) }
        return left.count
    }
}

extension Vault {
    private static let keyCheckText = Array("bedside vault".utf8)

    private func path(_ name: BlobName) -> String { directory + "/" + name.text }

    private func accepted(_ name: String) throws(VaultError) -> BlobName {
        let checked = try BlobName(name)
        guard checked != .keyCheck else { throw .nameReserved(name: name) }
        return checked
    }

    private func write(_ bytes: [UInt8], as name: BlobName) throws(VaultError) {
        let path = path(name)
        try DurableFile.makeDirectories(DurableFile.folder(of: path))
        let format = SealedFormat(sealing: name, under: master)
        try DurableFile.replace(path) { (descriptor) throws(VaultError) in
            try DurableFile.write(format.header, to: descriptor, file: path)
            let frames = SealedFormat.frameCount(plaintext: bytes.count)
            for frame in 0..<frames {
                let start = frame * SealedFormat.frameLength
                let end = min(bytes.count, start + SealedFormat.frameLength)
                guard
                    let sealed = format.seal(
                        bytes[start..<end], frame: frame, isLast: frame == frames - 1)
                else { throw .unwritable(file: path, reason: "encryption refused") }
                try DurableFile.write(sealed, to: descriptor, file: path)
            }
        }
    }

    private func read(_ name: BlobName) throws(VaultError) -> [UInt8] {
        let path = path(name)
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .notFound(name: name.text) }
            throw .unreadable(file: path, reason: DurableFile.reason())
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(file: path, reason: DurableFile.reason())
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notFound(name: name.text) }
        let body = Int(status.st_size) - SealedFormat.headerLength
        let stride = SealedFormat.frameLength + SealedFormat.tagLength
        guard body >= SealedFormat.tagLength,
            let format = SealedFormat(
                header: try DurableFile.read(
                    descriptor, count: SealedFormat.headerLength, at: 0, file: path),
                of: name, under: master)
        else { throw .damaged(name: name.text) }
        let frames = (body + stride - 1) / stride
        var plaintext: [UInt8] = []
        // The first frame is checked before memory is set aside for the others.
        for frame in 0..<frames {
            let start = frame * stride
            let sealed = try DurableFile.read(
                descriptor, count: min(stride, body - start),
                at: SealedFormat.headerLength + start, file: path)
            guard let opened = format.open(sealed[...], frame: frame, isLast: frame == frames - 1)
            else { throw .damaged(name: name.text) }
            if frame == 0 { plaintext.reserveCapacity(body - frames * SealedFormat.tagLength) }
            plaintext.append(contentsOf: opened)
        }
        return plaintext
    }

    /// Refuses a key file inside the vault's directory or the site above it.
    ///
    /// Compares real paths, so that a link cannot hide where the key lies.
    private static func checkPlace(
        of keyFile: String, for directory: String, isAllowed: Bool
    ) throws(VaultError) {
        guard !isAllowed else { return }
        let vault = URL(fileURLWithPath: directory).resolvingSymlinksInPath().standardized.path
        let above = DurableFile.folder(of: vault)
        let site = above == "/" ? vault : above
        let file = URL(fileURLWithPath: keyFile)
        let places = [
            file.standardized.path, file.resolvingSymlinksInPath().standardized.path,
            file.deletingLastPathComponent().resolvingSymlinksInPath().standardized.path
                + "/" + file.lastPathComponent,
        ]
        guard !places.contains(where: { $0.hasPrefix(site + "/") }) else {
            throw .keyFileInsideSite(file: keyFile, site: site)
        }
    }
}

extension Vault: CustomStringConvertible, CustomReflectable {
    /// Where the vault is; the key never shows, not even in a debugger's dump.
    package var description: String { "vault in \(directory)" }

    package var customMirror: Mirror { Mirror(self, children: ["directory": directory]) }
}
