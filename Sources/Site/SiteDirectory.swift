// SPDX-License-Identifier: Apache-2.0
package import Deidentification
import Foundation
package import Ledger
package import Timelines
package import Vault

/// One hospital's site on disk: where its parts lie and how each is opened.
///
/// ```
/// site.yaml            what the hospital decided
/// vault/               sealed: source batches with identities, crosswalk, list of imports
/// timelines/           immutable segments and concepts; CURRENT names those in force
/// definitions/         cohort definitions that pages share by link, under their digests
/// ledger/              the append-only log, its checkpoint, its public key
/// keys.json            API keys as hashes
/// projections/         what was folded from the ledger, made again where lost
/// answers/             sealed answers of the last day, for repetitions of a call
/// bodies/              requests and answers of calls, each sealed under its subject's key
/// ```
/// The vault key and the ledger's signing key lie in `key_directory`, outside the site.
package struct SiteDirectory: Sendable {
    package let path: String
    package let configuration: Configuration

    /// Opens an existing site.
    package init(_ path: String) throws(SiteError) {
        self.path = SiteDirectory.normalised(path)
        guard Files.exists(self.path + "/site.yaml") else { throw .notASite(directory: path) }
        configuration = try Configuration.read(self.path + "/site.yaml")
    }

    private init(path: String, configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    /// Makes a new site: configuration, vault with its key, ledger with its key.
    ///
    /// Key files that are already there are used and never overwritten, so a site can be made again
    /// under the same keys. `site.yaml` is written last: a half-made site is not a site.
    ///
    /// - Parameter keyDirectory: where the key files go; by default `PATH.keys` beside the site.
    package static func create(
        _ path: String, name: String? = nil, keyDirectory: String? = nil
    ) throws(SiteError) -> SiteDirectory {
        let path = normalised(path)
        guard !Files.exists(path + "/site.yaml") else { throw .alreadyASite(directory: path) }
        let expected: Set<String> = ["vault", "timelines", "ledger"]
        let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard present.allSatisfy({ expected.contains($0) || $0.hasPrefix("site.yaml.tmp-") })
        else { throw .directoryNotEmpty(directory: path) }
        var configuration = Configuration()
        configuration.name = name ?? URL(fileURLWithPath: path).lastPathComponent
        configuration.ledgerOrigin = origin(named: configuration.name)
        configuration.keyDirectory = normalised(keyDirectory ?? path + ".keys")
        guard configuration.keyDirectory != path,
            !configuration.keyDirectory.hasPrefix(path + "/")
        else {
            throw .refused("\(configuration.keyDirectory): keys must lie outside the site")
        }
        let site = SiteDirectory(path: path, configuration: configuration)
        for part in expected.sorted() { try Files.makeDirectory("\(path)/\(part)", mode: 0o700) }
        try Files.makeDirectory(configuration.keyDirectory, mode: 0o700)
        let vault = try stage {
            Files.exists(site.vaultPath + "/keycheck")
                ? try Vault.open(directory: site.vaultPath, keyFile: site.vaultKeyFile)
                : try Vault.create(directory: site.vaultPath, keyFile: site.vaultKeyFile)
        }
        if !vault.contains(digestKeyName) {
            try stage { try vault.seal(RandomKey.bytes(count: 32), as: digestKeyName) }
        }
        let key = try stage {
            Files.exists(site.ledgerKeyFile)
                ? try LedgerKey.load(site.ledgerKeyFile, name: site.origin)
                : try LedgerKey.create(at: site.ledgerKeyFile, name: site.origin)
        }
        try Files.replace(site.publicKeyFile, with: Array((key.publicKeyText + "\n").utf8))
        // What an earlier site at this place left beside the keys is not this site's past.
        unlink(site.keptCheckpointFile)
        let log = try stage {
            try LedgerLog.open(directory: site.ledgerPath, origin: site.origin, key: key)
        }
        Recorder(site).close(log)
        try Files.replace(path + "/site.yaml", with: Array(configuration.yaml.utf8))
        return site
    }

    private static func normalised(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    package var vaultPath: String { path + "/vault" }
    package var vaultKeyFile: String { configuration.keyDirectory + "/vault.key" }
    package var ledgerPath: String { path + "/ledger" }
    package var ledgerKeyFile: String { configuration.keyDirectory + "/ledger.key" }
    package var publicKeyFile: String { ledgerPath + "/public.key" }
    package var timelinesPath: String { path + "/timelines" }
    package var keysFile: String { path + "/keys.json" }
    /// What the desk knows of the ledger, for opening it fast; made again where lost.
    var deskSnapshotFile: String { path + "/projections/desk" }
    /// SQLite views of the ledger; made again where lost.
    package var projectionFile: String { path + "/projections/ledger.sqlite" }
    /// The last checkpoint this site's writers signed, kept beside the keys, apart for each place a
    /// site lies at.
    package var keptCheckpointFile: String {
        let place = Files.digest(of: Array(path.utf8)).prefix(12)
        return "\(configuration.keyDirectory)/ledger-\(place).checkpoint"
    }
    /// Name of the sealed key under which digests of requests and answers enter the ledger.
    static let digestKeyName = "keys/call-digests"

    /// The ledger's name in its checkpoints, fixed when the site was made.
    package var origin: String { configuration.ledgerOrigin }

    private static func origin(named name: String) -> String {
        let allowed = name.lowercased().map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        return "bedside/" + String(allowed)
    }

    /// The checkpoint kept beside the keys; nil before the first.
    func keptCheckpoint() throws(SiteError) -> Checkpoint? {
        guard Files.exists(keptCheckpointFile) else { return nil }
        let text = try Files.readText(keptCheckpointFile)
        return try stage { try Checkpoint(parsing: text, file: keptCheckpointFile) }
    }

    /// Opens the vault with the site's key file.
    package func vault() throws(SiteError) -> Vault {
        try stage { try Vault.open(directory: vaultPath, keyFile: vaultKeyFile) }
    }

    /// Opens the timelines in force and checks every checksum: a wrong count is worse than none.
    package func timelines() throws(SiteError) -> TimelineStore {
        let current = try timelinesInForce()
        return try stage {
            let store = try TimelineStore.open("\(timelinesPath)/\(current.segment)")
            try store.verify()
            return store
        }
    }

    /// The timelines in force.
    ///
    /// - Throws: `.nothingImported`, or `.refused` where `site.yaml` names another profile than the
    ///   one they were released under: what is said of them would be untrue.
    func timelinesInForce() throws(SiteError) -> CurrentTimelines {
        guard let current = try CurrentTimelines.read(self) else {
            throw .nothingImported(directory: path)
        }
        guard current.releaseProfile == configuration.profile else {
            throw .refused(
                "\(path)/site.yaml: profile is \(configuration.profile), but the timelines were "
                    + "released under \(current.releaseProfile); expected the same, or an import "
                    + "run again")
        }
        return current
    }

    /// What the release in force removed and kept, for the privacy officer.
    package func manifest() throws(SiteError) -> ReleaseManifest {
        _ = try timelinesInForce()
        let release = Release(site: self, vault: try vault())
        guard let summary = try release.summaryInForce() else {
            throw .nothingImported(directory: path)
        }
        return try release.manifest(summary)
    }

    /// Counts of the release in force; nil before the first import.
    package func releaseSummary() throws(SiteError) -> ReleaseSummary? {
        try Release(site: self, vault: try vault()).summaryInForce()
    }

    /// Checks the whole ledger against the site's key and the last checkpoint kept beside it, so that
    /// a log exchanged as a whole does not pass; without the key, against `ledger/public.key`.
    package func verifyLedger() throws(SiteError) -> LedgerVerification {
        let key = try stage {
            Files.exists(ledgerKeyFile)
                ? try LedgerKey.load(ledgerKeyFile, name: origin).publicKey
                : try LedgerPublicKey(
                    text: try Files.readText(publicKeyFile).trimmingCharacters(in: .newlines))
        }
        return LedgerLog.verify(
            directory: ledgerPath, origin: origin, publicKey: key, remembered: try keptCheckpoint())
    }
}

/// Which segment is in force, and from which list of imports it was made.
struct CurrentTimelines: Codable, Equatable {
    var segment: String
    var sha256: String
    /// SHA-256 of the import list it was made from; equal means nothing is left to do.
    var imports: String
    /// Nil in sites made before there was more than one profile.
    var profile: String?
    /// The concepts of an OMOP release.
    var concepts: ReleasedFile?

    /// The profile the segment was released under.
    var releaseProfile: String { profile ?? ReleaseProfile.safeHarborIntervals.rawValue }

    static func read(_ site: SiteDirectory) throws(SiteError) -> CurrentTimelines? {
        let path = site.timelinesPath + "/CURRENT"
        guard Files.exists(path) else { return nil }
        let bytes = try Files.readBytes(path)
        guard let current = try? JSONDecoder().decode(CurrentTimelines.self, from: Data(bytes))
        else {
            throw .badConfiguration(
                file: path, line: nil, expected: "expected a JSON object naming a segment")
        }
        return current
    }

    func write(_ site: SiteDirectory) throws(SiteError) {
        try Files.replace(site.timelinesPath + "/CURRENT", with: Files.json(self))
    }
}

extension Files {
    /// A value as JSON with sorted keys and a final newline; empty where it can't be encoded, which
    /// plain structs of numbers and text always can.
    static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array((try? encoder.encode(value)) ?? Data()) + [UInt8(ascii: "\n")]
    }
}

/// Random bytes for keys; the only place besides the vault that draws from the system.
enum RandomKey {
    static func bytes(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
