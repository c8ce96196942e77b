// SPDX-License-Identifier: Apache-2.0
package import Deidentification
import Foundation
import Intake
import Records
import Timelines
import Vault

/// What a release of timelines holds, in counts only.
package struct ReleaseSummary: Sendable, Codable, Equatable {
    /// Files the site holds, and their resources; what was withheld counts as rejected.
    package var files = 0
    package var resources = 0
    package var imported = 0
    package var rejected: [String: Int] = [:]
    package var subjects = 0
    package var events = 0
    package var codes = 0
    /// Notes kept in the vault, withheld until note scrubbing exists.
    package var notesWithheld = 0
    /// Patients without any event: nothing to release.
    package var withoutEvents = 0
    /// Subjects, ages and postal codes as released, and events dropped by reason.
    package var counts = ReleaseCounts()
    /// Resources of this run that did not enter the timelines after all, by reason.
    package var withheldResources: [String: Int] = [:]
    /// The same for every batch, so that importing again gives the same report.
    var withheldByBatch: [String: [String: Int]] = [:]
    package var segmentSHA256 = ""
    /// Where the concepts of an OMOP release lie; nil for other formats.
    var concepts: ReleasedFile?
}

/// A file beside the segment, with its digest.
struct ReleasedFile: Sendable, Codable, Equatable {
    var file: String
    var sha256: String
}

/// Makes timelines from what the vault holds: the one way from identified to released.
struct Release {
    let site: SiteDirectory
    let vault: Vault

    private static let summaryName = "release-summary"

    /// Why events are not released.
    static let statesAge = "states an age or a date of birth"
    static let rareLocalCode = "code of a local system that few subjects have"
    static let beforeAgedSpan = "earlier than 90 years before an aged subject's last event"

    /// The sealed crosswalk of a profile's release.
    ///
    /// Each profile has ids of its own, so that a release with dates does not join with one without.
    private static func crosswalkName(_ profile: ReleaseProfile) -> String {
        profile == .safeHarborIntervals ? "crosswalk" : "crosswalk-" + profile.rawValue
    }

    /// Which release of the site this is; ids of another release do not join with these.
    private static func releaseName(_ profile: ReleaseProfile) -> String {
        profile == .safeHarborIntervals ? "1" : "1/" + profile.rawValue
    }

    /// Writes the segment for a list of imports, unless it is the one in force already.
    func run(list: ImportList, batchesOfThisRun: Set<String>) throws(SiteError) -> ReleaseSummary {
        if var summary = try summaryIfSound(list) {
            summary.collect(batchesOfThisRun)
            try writeManifest(summary)
            try Recorder(site).recordRelease(summary, imports: list)
            return summary
        }
        let profile = try profile()
        var summary: ReleaseSummary
        switch list.format {
        case .fhir:
            var gathered = try Gathering.gather(list, from: vault)
            summary = try write(&gathered, list: list, under: profile)
            summary.withheldByBatch = gathered.withheldByBatch
        case .omop:
            summary = try OMOPRelease(self, under: profile).write(list)
        }
        try stage { try vault.seal(Files.json(summary), as: Release.summaryName) }
        let segment = Release.segmentName(list, under: profile)
        try CurrentTimelines(
            segment: segment, sha256: summary.segmentSHA256, imports: list.digest,
            profile: profile.rawValue, concepts: summary.concepts
        ).write(site)
        removeFiles(except: [segment, summary.concepts?.file])
        try writeManifest(summary)
        summary.collect(batchesOfThisRun)
        try Recorder(site).recordRelease(summary, imports: list)
        return summary
    }

    /// The summary of the release in force, if it was made from this list and its segment is still
    /// the bytes that were written; a damaged one is written anew.
    private func summaryIfSound(_ list: ImportList) throws(SiteError) -> ReleaseSummary? {
        guard let current = try CurrentTimelines.read(site), current.imports == list.digest,
            current.releaseProfile == site.configuration.profile,
            let summary = try summaryInForce(), summary.segmentSHA256 == current.sha256
        else { return nil }
        var files = [(name: current.segment, sha256: current.sha256)]
        if let concepts = current.concepts { files.append((concepts.file, concepts.sha256)) }
        for file in files {
            let path = "\(site.timelinesPath)/\(file.name)"
            guard Files.exists(path), try Files.digest(path) == file.sha256 else { return nil }
        }
        guard (try? TimelineStore.open("\(site.timelinesPath)/\(current.segment)")) != nil else {
            return nil
        }
        return summary
    }

    /// The summary of the release in force, for pages; nil before the first import.
    func summaryInForce() throws(SiteError) -> ReleaseSummary? {
        guard vault.contains(Release.summaryName) else { return nil }
        let bytes = try stage { try vault.unseal(Release.summaryName) }
        return try? JSONDecoder().decode(ReleaseSummary.self, from: Data(bytes))
    }

    /// The segment of a list of imports under a profile.
    static func segmentName(_ list: ImportList, under profile: ReleaseProfile) -> String {
        let suffix = profile == .safeHarborIntervals ? "" : "-" + profile.rawValue
        return "segment-\(list.digest.prefix(16))\(suffix).bts"
    }

    private func removeFiles(except kept: [String?]) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: site.timelinesPath)) ?? []
        for file in files
        where (file.hasPrefix("segment-") || file.hasPrefix("concepts-")) && !kept.contains(file) {
            unlink("\(site.timelinesPath)/\(file)")
        }
    }

    func crosswalk(
        enrolling keys: [String], under profile: ReleaseProfile
    ) throws(SiteError) -> Crosswalk {
        let name = Release.crosswalkName(profile)
        return try stage {
            var crosswalk =
                vault.contains(name) ? try Crosswalk(decoding: vault.unseal(name)) : Crosswalk()
            try crosswalk.enrol(keys: keys, vault: vault, release: Release.releaseName(profile))
            return crosswalk
        }
    }

    func seal(_ crosswalk: Crosswalk, under profile: ReleaseProfile) throws(SiteError) {
        let name = Release.crosswalkName(profile)
        try stage { try vault.seal(crosswalk.encoded(), as: name) }
    }

    private func write(
        _ gathered: inout Gathering, list: ImportList, under profile: ReleaseProfile
    ) throws(SiteError) -> ReleaseSummary {
        var summary = ReleaseSummary()
        summary.notesWithheld = gathered.notes
        let report = gathered.withheldByBatch.values.reduce(gathered.report) { $0.moving($1) }
        summary.files = list.batches.count
        summary.resources = report.resources
        summary.imported = report.imported
        summary.rejected = report.rejected
        var crosswalk = try crosswalk(
            enrolling: gathered.persons.keys.map { $0 }, under: profile)
        var released: [(subject: ReleasedSubject, patient: Int32)] = []
        for patient in gathered.patientKeys.indices {
            let key = gathered.patientKeys[patient]
            guard let person = gathered.persons[key], let entry = crosswalk[key] else { continue }
            guard let span = gathered.spans[patient] else { continue }
            let subject = profile.release(
                person: person, id: entry.id, first: span.first.day, last: span.last.day)
            crosswalk.setAnchor(subject.anchor, for: key)
            released.append((subject, Int32(patient)))
        }
        summary.withoutEvents = gathered.persons.count - released.count
        try seal(crosswalk, under: profile)
        released.sort { $0.subject.record.id < $1.subject.record.id }
        summary.subjects = released.count
        for row in released { summary.counts.add(row.subject.record) }
        let rows = place(
            gathered, released: released, under: profile, counts: &summary.counts)
        summary.events = rows.count
        let path = "\(site.timelinesPath)/\(Release.segmentName(list, under: profile))"
        let subjects = released.map(\.subject.record)
        let (codes, units) = (LocalCodes.released(gathered.codes), gathered.units)
        try stage {
            try TimelineWriter.write(
                subjects: subjects, events: rows, codes: codes, units: units, to: path)
        }
        summary.codes = Set(rows.map(\.code)).count
        summary.segmentSHA256 = try Files.digest(path)
        return summary
    }

    /// Events of released subjects on their own clocks, in the order gathered.
    private func place(
        _ gathered: Gathering, released: [(subject: ReleasedSubject, patient: Int32)],
        under profile: ReleaseProfile, counts: inout ReleaseCounts
    ) -> [EventRow] {
        var position = [Int32](repeating: -1, count: gathered.patientKeys.count)
        for (index, row) in released.enumerated() { position[Int(row.patient)] = Int32(index) }
        var rows: [EventRow] = []
        rows.reserveCapacity(gathered.events.count)
        let local = LocalCodes(gathered, smallCell: site.configuration.smallCell)
        for event in gathered.events {
            let subject = position[Int(event.patient)]
            guard subject >= 0 else { continue }
            let unit = event.unit >= 0 ? gathered.units[Int(event.unit)] : nil
            let isNumber = event.kind != .none && event.kind != .code
            guard
                !profile.withholdsAge(
                    code: gathered.codes[Int(event.code)].code,
                    number: isNumber ? event.number : nil, unit: unit)
            else {
                counts.drop(Release.statesAge)
                continue
            }
            guard !local.isRare(event.code), event.valueCode < 0 || !local.isRare(event.valueCode)
            else {
                counts.drop(Release.rareLocalCode)
                continue
            }
            let anchor = released[Int(subject)].subject.anchor
            guard let start = profile.offset(of: event.start, anchor: anchor) else {
                counts.drop(Release.beforeAgedSpan)
                continue
            }
            let end = event.end.flatMap { profile.offset(of: $0, anchor: anchor) }
            rows.append(
                EventRow(
                    subject: UInt32(subject), code: UInt32(event.code), start: start,
                    end: end.map { max($0, start) }, kind: event.kind, number: event.number,
                    valueCode: event.valueCode, unit: event.unit))
        }
        return rows
    }

    /// The manifest of a release under the site's configuration as it is now.
    func manifest(_ summary: ReleaseSummary) throws(SiteError) -> ReleaseManifest {
        let signer = site.configuration.signer
        return ReleaseManifest(
            profile: try profile(), signer: signer.isEmpty ? nil : signer, counts: summary.counts)
    }

    /// The profile `site.yaml` names; one that this version doesn't have is refused.
    func profile() throws(SiteError) -> ReleaseProfile {
        let name = site.configuration.profile
        return try stage { try ReleaseProfile(named: name) }
    }

    /// What the privacy officer reads and signs: beside the timelines, as text and as JSON.
    private func writeManifest(_ summary: ReleaseSummary) throws(SiteError) {
        let manifest = try manifest(summary)
        try Files.replace(site.timelinesPath + "/MANIFEST.txt", with: Array(manifest.text.utf8))
        try Files.replace(site.timelinesPath + "/MANIFEST.json", with: Files.json(manifest))
    }
}

extension ReleaseSummary {
    /// Adds up what was withheld of the given batches.
    fileprivate mutating func collect(_ batches: Set<String>) {
        withheldResources = [:]
        for batch in batches {
            for (reason, count) in withheldByBatch[batch] ?? [:] {
                withheldResources[reason, default: 0] += count
            }
        }
    }
}

extension IntakeReport {
    /// The report with resources moved from imported to rejected, by reason.
    func moving(_ withheld: [String: Int]) -> IntakeReport {
        var report = self
        for (reason, count) in withheld {
            report.imported -= count
            report.rejected[reason, default: 0] += count
        }
        return report
    }
}
