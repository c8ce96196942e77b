// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Ledger
import Records
import Site
import Timelines
import Workbench

/// The site at a glance: what its timelines hold, and what its ledger says came in.
struct OverviewPage: Sendable {
    let service: Service

    private static let commonCodes = 12
    /// How far back the latest release is looked for.
    private static let entriesRead = 4096

    func view() async throws -> OverviewView {
        let service = service
        return try await Background.run { try OverviewPage.view(of: service) }
    }

    private static func view(of service: Service) throws -> OverviewView {
        let configuration = service.site.configuration
        let store = try service.timelinesIfAny()
        let release = try latestRelease(in: service.log)
        let (size, root) = service.log.head
        let codes = store?.codes.count ?? 0
        return OverviewView(
            profile: configuration.profile,
            signature: configuration.signer.isEmpty
                ? .unsigned
                : .signed(by: configuration.signer, on: "record in site.yaml"),
            subjects: store?.subjectCount ?? 0, events: store?.eventCount ?? 0, codes: codes,
            notesWithheld: release.notesWithheld, imports: release.imports,
            commonCodes: store.map { common(in: $0, smallCell: configuration.smallCell) } ?? [],
            models: service.models.map {
                OverviewView.Model(
                    id: $0.id, version: $0.version, digest: $0.digest, summary: $0.summary)
            },
            ledgerSize: size, ledgerRoot: root.hex,
            stations: [
                Station(
                    name: "Records", figure: NumberText.whole(release.imports.resources),
                    unit: "resources"),
                Station(
                    name: "Vault", figure: NumberText.whole(release.notesWithheld),
                    unit: "notes kept back"),
                Station(
                    name: "Timelines", figure: NumberText.whole(store?.eventCount ?? 0),
                    unit: "events"),
                Station(
                    name: "Cohorts", figure: NumberText.whole(store?.subjectCount ?? 0),
                    unit: "subjects"),
                Station(
                    name: "Panel", figure: NumberText.whole(service.knowledge.conditions.count),
                    unit: "conditions"),
                Station(name: "Ledger", figure: NumberText.whole(size), unit: "entries"),
            ])
    }

    /// The most frequent codes of those whose counts may be shown.
    private static func common(in store: TimelineStore, smallCell: Int) -> [OverviewView.CommonCode]
    {
        var shown: [OverviewView.CommonCode] = []
        for row in CodeRelease.rows(store, smallCell: smallCell) {
            guard let subjects = row.subjects, let events = row.events else { continue }
            shown.append(
                OverviewView.CommonCode(
                    entry: row.entry, events: events, subjects: .exact(subjects)))
        }
        shown.sort { ($1.events, $0.entry.code) < ($0.events, $1.entry.code) }
        return Array(shown.prefix(commonCodes))
    }

    /// What the ledger's latest release entry says; zeros before the first.
    private static func latestRelease(in log: LedgerLog) throws(LedgerError) -> ReleaseFacts {
        let size = log.size
        let records = try log.records(max(0, size - entriesRead)..<size)
        for record in records.reversed() {
            guard let entry = try? CanonicalJSON(parsing: record),
                entry["type"]?.stringValue == EntryType.timelinesReleased.rawValue,
                let body = entry["body"]
            else { continue }
            return ReleaseFacts(body)
        }
        return ReleaseFacts()
    }
}

extension Service {
    /// The timelines in force; nil before the first import.
    func timelinesIfAny() throws(SiteError) -> TimelineStore? {
        do throws(SiteError) {
            return try timelines()
        } catch {
            guard case .nothingImported = error else { throw error }
            return nil
        }
    }
}

/// Counts of a `timelines.released` entry.
struct ReleaseFacts: Sendable, Equatable {
    var notesWithheld = 0
    var imports = OverviewView.Imports(files: 0, resources: 0, imported: 0, rejected: [])

    init() {}

    init(_ body: CanonicalJSON) {
        notesWithheld = body["notes_withheld"]?.intValue ?? 0
        imports.files = body["files"]?.intValue ?? 0
        imports.resources = body["resources"]?.intValue ?? 0
        imports.imported = body["imported"]?.intValue ?? 0
        guard case .object(let reasons)? = body["rejected"] else { return }
        imports.rejected = reasons.compactMap { reason, count in
            count.intValue.map { .init(reason: reason, count: $0) }
        }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }
}
