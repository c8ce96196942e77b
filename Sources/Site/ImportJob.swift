// SPDX-License-Identifier: Apache-2.0
import Foundation
package import Intake
import Ledger
import Vault

/// Brings source files into a site: extract, seal, release, record.
///
/// Timelines are a pure function of the sealed list of imports and the crosswalk, so an import that
/// is killed anywhere and run again ends in the same bytes as one clean run:
/// 1. each file is extracted and sealed in the vault under the digest of its content, so a file
///    that was finished is never read twice;
/// 2. the list of imports is replaced in one step: from here on the import has happened;
/// 3. new patients take the next numbers of the crosswalk in the order of their source keys;
/// 4. a new segment is written, and CURRENT names it;
/// 5. the ledger gets its entry, unless it has it.
package struct ImportJob: Sendable {
    /// What one run did; counts cover the files of this run, subjects and events the whole site.
    package struct Summary: Sendable {
        package var report: IntakeReport
        package var files: Int
        /// Files whose content was already in the site.
        package var filesKnown: Int
        package var ignored: [String]
        /// One sentence for each file that could not be read at all; the others are imported.
        package var refusals: [String] = []
        package var release: ReleaseSummary
        package var seconds: Double
    }

    private let site: SiteDirectory
    private let progress: @Sendable (Progress) -> Void

    /// Bytes read so far, of how many on disk.
    package struct Progress: Sendable {
        package var file: Int
        package var files: Int
        package var bytesDone: Int
        package var bytesTotal: Int
    }

    package init(site: SiteDirectory, progress: @escaping @Sendable (Progress) -> Void = { _ in }) {
        self.site = site
        self.progress = progress
    }

    /// Checks that there is something to import, before anything is changed for it.
    package static func check(_ source: String, as format: ImportFormat?) throws(SiteError) {
        _ = try ImportSource.list(source, as: format ?? ImportSource.format(of: source))
    }

    /// Imports a file or a directory of files.
    ///
    /// - Parameter format: by default OMOP where a file is named after one of its tables, else FHIR.
    /// - Throws: `SiteError`; what was sealed before the error is kept and used by the next run.
    ///   `.refused` where the site holds records of another format.
    package func run(_ source: String, as format: ImportFormat? = nil) throws(SiteError) -> Summary
    {
        let clock = ContinuousClock()
        let started = clock.now
        guard let lock = try FileLock(site.path + "/import.lock") else {
            throw .busy(directory: site.path)
        }
        defer { withExtendedLifetime(lock) {} }
        let vault = try site.vault()
        _ = try stage { try vault.removeUnfinishedWrites() }
        let release = Release(site: site, vault: vault)
        _ = try release.profile()
        let format = format ?? ImportSource.format(of: source)
        let (sources, ignored) = try ImportSource.list(source, as: format)
        var list = try ImportList.read(vault)
        guard list.batches.isEmpty || list.format == format else {
            throw .refused(
                "\(site.path): the site holds records of another format, expected "
                    + "\(format == .fhir ? "OMOP" : "FHIR"); bring these into a site of their own")
        }
        var summary = Summary(
            report: IntakeReport(), files: sources.count, filesKnown: 0,
            ignored: ignored, release: ReleaseSummary(), seconds: 0)
        var batches: [ImportList.Batch] = []
        let total = sources.map(\.size).reduce(0, +)
        var done = 0
        for (number, file) in sources.enumerated() {
            let before = done
            done += file.size
            let outcome = try seal(file, in: vault, except: batches) { bytes in
                progress(
                    Progress(
                        file: number + 1, files: sources.count, bytesDone: before + bytes,
                        bytesTotal: total))
            }
            switch outcome {
            case .repeated:
                summary.filesKnown += 1
            case .refused(let sentence):
                summary.refusals.append(sentence)
                continue
            case .known(let digest, let report):
                summary.filesKnown += 1
                summary.report = summary.report + report
                batches.append(ImportList.Batch(digest: digest, name: file.name, format: format))
            case .sealed(let digest, let report):
                summary.report = summary.report + report
                batches.append(ImportList.Batch(digest: digest, name: file.name, format: format))
            }
            progress(
                Progress(
                    file: number + 1, files: sources.count, bytesDone: done, bytesTotal: total))
        }
        list.state(batches)
        guard !list.batches.isEmpty else {
            throw .refused(summary.refusals.first ?? "\(source): nothing to import")
        }
        try list.write(vault)
        summary.release = try release.run(list: list, batchesOfThisRun: Set(batches.map(\.digest)))
        summary.report = summary.report.moving(summary.release.withheldResources)
        summary.seconds = (clock.now - started).seconds
        return summary
    }

    private enum Outcome {
        case sealed(digest: String, IntakeReport)
        /// The vault holds a file of this content already.
        case known(digest: String, IntakeReport)
        /// This run has read a file of this content already.
        case repeated
        case refused(String)
    }

    /// Extracts and seals one file, or reads its report where it is sealed already.
    private func seal(
        _ file: ImportSource, in vault: Vault, except batches: [ImportList.Batch],
        progress: (Int) -> Void
    ) throws(SiteError) -> Outcome {
        let digest: String
        do throws(SiteError) {
            digest = try file.digest()
        } catch { return .refused(error.sentence) }
        if batches.contains(where: { $0.digest == digest }) { return .repeated }
        let blob = ImportList.blobName(digest)
        if vault.contains(blob) {
            return .known(digest: digest, try ImportList.batch(digest, from: vault).report)
        }
        let extracted: (sealed: [UInt8], report: IntakeReport)
        do throws(SiteError) {
            extracted = try file.extract(progress: progress)
        } catch { return .refused(error.sentence) }
        try stage { try vault.seal(extracted.sealed, as: blob) }
        return .sealed(digest: digest, extracted.report)
    }
}

/// The imports a site has had, in order; sealed, because file names may name patients.
struct ImportList: Codable, Equatable {
    struct Batch: Codable, Equatable {
        /// SHA-256 of the file as it was read.
        var digest: String
        var name: String
        /// Nil in lists written before there was more than one.
        var format: ImportFormat?
    }

    var batches: [Batch] = []

    private static let name = "imports"

    static func blobName(_ digest: String) -> String { "batches/" + digest }

    static func read(_ vault: Vault) throws(SiteError) -> ImportList {
        guard vault.contains(name) else { return ImportList() }
        let bytes = try stage { try vault.unseal(name) }
        guard let list = try? JSONDecoder().decode(ImportList.self, from: Data(bytes)) else {
            throw .refused("the vault's list of imports is not readable by this version")
        }
        return list
    }

    func write(_ vault: Vault) throws(SiteError) {
        guard try ImportList.read(vault) != self else { return }
        try stage { try vault.seal(Files.json(self), as: ImportList.name) }
    }

    /// Puts the files of a run at the end: what is stated again is the latest word.
    ///
    /// A run that is repeated as the last one leaves the list as it is.
    ///
    /// A table of an OMOP data model is stated as a whole: the same table, or the same part of it,
    /// takes the place of the earlier one.
    mutating func state(_ run: [Batch]) {
        let stated = Set(run.map(\.digest))
        let parts = Set(run.filter { $0.format == .omop }.map { ImportSource.part($0.name) })
        batches =
            batches.filter {
                !stated.contains($0.digest)
                    && !($0.format == .omop && parts.contains(ImportSource.part($0.name)))
            } + run
    }

    /// What the records came as; all batches of a site are of one format.
    var format: ImportFormat { batches.first?.format ?? .fhir }

    /// SHA-256 over the digests in order.
    var digest: String {
        Files.digest(of: Array(batches.map(\.digest).joined(separator: "\n").utf8))
    }

    static func batch(_ digest: String, from vault: Vault) throws(SiteError) -> ImportedBatch {
        try stage { try ImportedBatch(decoding: try vault.unseal(blobName(digest))) }
    }
}

extension Duration {
    /// The duration in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
