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
}

/// Makes timelines from what the vault holds: the one way from identified to released.
struct Release {
    let site: SiteDirectory
    let vault: Vault

    private static let summaryName = "release-summary"
    private static let crosswalkName = "crosswalk"
    /// Which release of the site this is; ids of another release would not join with these.
    private static let releaseName = "1"

    /// Writes the segment for a list of imports, unless it is the one in force already.
    func run(list: ImportList, batchesOfThisRun: Set<String>) throws(SiteError) -> ReleaseSummary {
        if var summary = try summaryIfSound(list) {
            summary.collect(batchesOfThisRun)
            try writeManifest(summary)
            try Recorder(site).recordRelease(summary, imports: list)
            return summary
        }
        var gathered = try Gathering.gather(list, from: vault)
        var summary = try write(&gathered, list: list)
        summary.withheldByBatch = gathered.withheldByBatch
        try stage { try vault.seal(Files.json(summary), as: Release.summaryName) }
        let segment = Release.segmentName(list)
        try CurrentTimelines(
            segment: segment, sha256: summary.segmentSHA256, imports: list.digest
        ).write(site)
        removeSegments(except: segment)
        try writeManifest(summary)
        summary.collect(batchesOfThisRun)
        try Recorder(site).recordRelease(summary, imports: list)
        return summary
    }

    /// The summary of the release in force, if it was made from this list and its segment is still
    /// the bytes that were written; a damaged one is written anew.
    private func summaryIfSound(_ list: ImportList) throws(SiteError) -> ReleaseSummary? {
        guard let current = try CurrentTimelines.read(site), current.imports == list.digest,
            let summary = try summaryInForce(), summary.segmentSHA256 == current.sha256
        else { return nil }
        let path = "\(site.timelinesPath)/\(current.segment)"
        guard Files.exists(path), try Files.digest(path) == current.sha256 else { return nil }
        return summary
    }

    /// The summary of the release in force, for pages; nil before the first import.
    func summaryInForce() throws(SiteError) -> ReleaseSummary? {
        guard vault.contains(Release.summaryName) else { return nil }
        let bytes = try stage { try vault.unseal(Release.summaryName) }
        return try? JSONDecoder().decode(ReleaseSummary.self, from: Data(bytes))
    }

    private static func segmentName(_ list: ImportList) -> String {
        "segment-\(list.digest.prefix(16)).bts"
    }

    private func removeSegments(except kept: String) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: site.timelinesPath)) ?? []
        for file in files where file.hasPrefix("segment-") && file != kept {
            unlink("\(site.timelinesPath)/\(file)")
        }
    }

    private func crosswalk(enrolling keys: [String]) throws(SiteError) -> Crosswalk {
        try stage {
            var crosswalk =
                vault.contains(Release.crosswalkName)
                ? try Crosswalk(decoding: vault.unseal(Release.crosswalkName)) : Crosswalk()
            try crosswalk.enrol(keys: keys, vault: vault, release: Release.releaseName)
            return crosswalk
        }
    }

    private func write(_ gathered: inout Gathering, list: ImportList) throws(SiteError)
        -> ReleaseSummary
    {
        var summary = ReleaseSummary()
        summary.notesWithheld = gathered.notes
        let report = gathered.withheldByBatch.values.reduce(gathered.report) { $0.moving($1) }
        summary.files = list.batches.count
        summary.resources = report.resources
        summary.imported = report.imported
        summary.rejected = report.rejected
        let profile = SafeHarborIntervals()
        var crosswalk = try crosswalk(enrolling: gathered.persons.keys.map { $0 })
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
        let sealed = crosswalk
        try stage { try vault.seal(sealed.encoded(), as: Release.crosswalkName) }
        released.sort { $0.subject.record.id < $1.subject.record.id }
        summary.subjects = released.count
        for row in released { summary.counts.add(row.subject.record) }
        let rows = place(gathered, released: released, counts: &summary.counts)
        summary.events = rows.count
        let path = "\(site.timelinesPath)/\(Release.segmentName(list))"
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
        counts: inout ReleaseCounts
    ) -> [EventRow] {
        let profile = SafeHarborIntervals()
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
                !profile.statesAge(
                    code: gathered.codes[Int(event.code)].code,
                    number: isNumber ? event.number : nil, unit: unit)
            else {
                counts.drop("states an age or a date of birth")
                continue
            }
            guard !local.isRare(event.code), event.valueCode < 0 || !local.isRare(event.valueCode)
            else {
                counts.drop("code of a local system that few subjects have")
                continue
            }
            let anchor = released[Int(subject)].subject.anchor
            guard let start = profile.offset(of: event.start, anchor: anchor) else {
                counts.drop("earlier than 90 years before an aged subject's last event")
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
