// SPDX-License-Identifier: Apache-2.0
import Deidentification
import Intake
import Records
import Timelines
import Vault

/// Makes timelines from the tables of an OMOP common data model.
///
/// The same way as for FHIR: every person gets a subject id of the site's own, times are told as
/// the profile allows, and nothing that may hold free text is released. Rows keep their table, and
/// numbers of their own that stand for the keys of rows and visits, so that definitions written for
/// OMOP tables can be counted.
struct OMOPRelease {
    private let release: Release
    private let profile: ReleaseProfile

    /// Free text, and care sites, whose numbers are no more than the source's own.
    private static let withheld = Set(EventAttribute.allCases.filter(\.isText) + [.careSite])

    init(_ release: Release, under profile: ReleaseProfile) {
        self.release = release
        self.profile = profile
    }

    func write(_ list: ImportList) throws(SiteError) -> ReleaseSummary {
        var extractions: [OMOPExtraction] = []
        for batch in list.batches {
            guard
                case .omop(let extraction) = try ImportList.batch(batch.digest, from: release.vault)
            else { continue }
            extractions.append(extraction)
        }
        guard profile.keepsTrueDates || extractions.contains(where: { $0.table == .concept }) else {
            throw .refused(
                "no concept table was imported, so events that state an age can't be told; expected "
                    + "one beside the other tables under the profile \(profile.rawValue)")
        }
        let keys = OMOPRelease.personKeys(extractions)
        var crosswalk = try release.crosswalk(enrolling: keys.map(\.text), under: profile)
        let ids = Dictionary(
            keys.compactMap { key in crosswalk[key.text].map { (key.id, $0.id) } },
            uniquingKeysWith: { first, _ in first })
        // Records are numbered in the order of the random ids, which tells nothing of the source's.
        let content = OMOPAssembly.assemble(
            extractions, withholding: OMOPRelease.withheld,
            personOrder: { ids[$0]?.high ?? 0 })
        var summary = OMOPRelease.summary(extractions, content, list: list)
        extractions = []
        let subjects = self.subjects(of: content, ids: ids)
        for subject in subjects.released {
            crosswalk.setAnchor(
                subject.anchor, for: OMOPRelease.key(content.persons[subject.person].personID))
            summary.counts.add(subject.record)
        }
        try release.seal(crosswalk, under: profile)
        summary.withoutEvents = content.persons.count - subjects.released.count
        summary.subjects = subjects.released.count
        let input = input(content, subjects: subjects, counts: &summary.counts)
        summary.events = input.events.count
        summary.codes = Set(input.events.map(\.code)).count
        let path = "\(release.site.timelinesPath)/\(Release.segmentName(list, under: profile))"
        _ = try stage { try TimelineWriter.write(input, to: path) }
        summary.segmentSHA256 = try Files.digest(path)
        summary.concepts = try writeConcepts(content, list: list)
        return summary
    }

    private func writeConcepts(_ content: OMOPContent, list: ImportList) throws(SiteError)
        -> ReleasedFile
    {
        let file = "concepts-\(list.digest.prefix(16)).btc"
        let path = "\(release.site.timelinesPath)/\(file)"
        try stage {
            try ConceptStore.write(
                entries: content.concepts.map(OMOPRelease.released),
                ancestors: content.ancestors.links, mapsTo: content.mapsTo.links, to: path)
        }
        return ReleasedFile(file: file, sha256: try Files.digest(path))
    }

    /// A concept without the wording of a local one.
    private static func released(_ concept: ConceptEntry) -> ConceptEntry {
        guard LocalConcepts.isLocal(Int64(concept.id)) else { return concept }
        var concept = concept
        concept.name = ""
        concept.code = String(concept.id)
        return concept
    }

    // MARK: Persons

    private static func key(_ person: Int64) -> String { "omop/person/\(person)" }

    private static func personKeys(_ extractions: [OMOPExtraction]) -> [(id: Int64, text: String)] {
        extractions.filter { $0.table == .person }.flatMap { extraction in
            (0..<extraction.rowCount).map { row in
                let id = extraction.value(.person, row)
                return (id, key(id))
            }
        }
    }

    private struct Released {
        var record: SubjectRecord
        var anchor: CivilDay
        /// Position among the content's persons.
        var person: Int
    }

    private struct Subjects {
        /// In the order of subject ids.
        var released: [Released]
        /// By position among the content's persons; -1 for those without an event.
        var position: [Int32]
    }

    private func subjects(of content: OMOPContent, ids: [Int64: SubjectID]) -> Subjects {
        var spans = [(first: CivilTime, last: CivilTime)?](
            repeating: nil, count: content.persons.count)
        let events = content.events
        // An end after all that was recorded means "still open" and says nothing of a life's length.
        let latest = (0..<events.count).map { events.start($0) }.max() ?? CivilTime(minutes: 0)
        for index in 0..<events.count {
            let person = Int(events.person[index])
            let start = events.start(index)
            let end = max(start, min(events.end(index) ?? start, latest))
            let span = spans[person]
            spans[person] = (min(span?.first ?? start, start), max(span?.last ?? end, end))
        }
        var released: [Released] = []
        for (position, span) in spans.enumerated() {
            let source = content.persons[position]
            guard let span, let id = ids[source.personID] else { continue }
            var subject = profile.release(
                person: Person(source, key: OMOPRelease.key(source.personID)), id: id,
                first: span.first.day, last: span.last.day)
            if profile.keepsTrueDates {
                subject.record.genderConcept = source.genderConcept
                subject.record.raceConcept = source.raceConcept
                subject.record.ethnicityConcept = source.ethnicityConcept
                subject.record.birthYear = source.birthYear
                // A birthday made up from the year alone is no date of birth.
                if source.birthDay == nil { subject.record.birthDay = nil }
            }
            released.append(
                Released(record: subject.record, anchor: subject.anchor, person: position))
        }
        released.sort { $0.record.id < $1.record.id }
        var position = [Int32](repeating: -1, count: content.persons.count)
        for (index, subject) in released.enumerated() { position[subject.person] = Int32(index) }
        return Subjects(released: released, position: position)
    }

    // MARK: Events

    private func input(
        _ content: OMOPContent, subjects: Subjects, counts: inout ReleaseCounts
    ) -> TimelineInput {
        let local = LocalConcepts(content, smallCell: release.site.configuration.smallCell)
        var rows: [EventRow] = []
        var kept: [Int] = []
        rows.reserveCapacity(content.events.count)
        for index in 0..<content.events.count {
            let subject = subjects.position[Int(content.events.person[index])]
            guard subject >= 0 else { continue }
            guard
                let row = row(
                    index, of: content, subject: subject,
                    anchor: subjects.released[Int(subject)].anchor, local: local, counts: &counts)
            else { continue }
            rows.append(row)
            kept.append(index)
        }
        let codes = zip(content.codes, content.conceptOfCode).map { entry, concept in
            LocalConcepts.isLocal(Int64(concept)) ? CodeEntry(code: entry.code, display: "") : entry
        }
        return TimelineInput(
            subjects: subjects.released.map(\.record), events: rows, codes: codes,
            units: content.units, conceptOfCode: content.conceptOfCode,
            attributes: Dictionary(
                uniqueKeysWithValues: content.attributes.map { attribute, column in
                    (attribute, kept.map { local.released(column[$0], of: attribute) })
                }),
            texts: content.texts)
    }

    private func row(
        _ index: Int, of content: OMOPContent, subject: Int32, anchor: CivilDay,
        local: LocalConcepts, counts: inout ReleaseCounts
    ) -> EventRow? {
        let events = content.events
        let code = events.code[index]
        let isNumber = events.kind[index] != .none && events.kind[index] != .code
        let unit = events.unit[index]
        guard
            !profile.withholdsAge(
                code: content.codes[Int(code)].code,
                number: isNumber ? events.number[index] : nil,
                unit: unit >= 0 ? content.units[Int(unit)] : nil)
        else {
            counts.drop(Release.statesAge)
            return nil
        }
        let value = events.valueCode[index]
        guard !local.isRare(code: code), value < 0 || !local.isRare(code: UInt32(value)) else {
            counts.drop(Release.rareLocalCode)
            return nil
        }
        guard let start = profile.offset(of: events.start(index), anchor: anchor) else {
            counts.drop(Release.beforeAgedSpan)
            return nil
        }
        let end = events.end(index).flatMap { profile.offset(of: $0, anchor: anchor) }
        return EventRow(
            subject: UInt32(subject), code: code, start: start, end: end.map { max($0, start) },
            kind: events.kind[index], number: events.number[index],
            valueCode: value, unit: local.isRare(unit: unit) ? -1 : unit)
    }

    private static func summary(
        _ extractions: [OMOPExtraction], _ content: OMOPContent, list: ImportList
    ) -> ReleaseSummary {
        var summary = ReleaseSummary()
        var told: Set<String> = []
        for (batch, extraction) in zip(list.batches, extractions) {
            // The parts of a table share one count, which is told with the first of them.
            guard let count = content.report.withheld[extraction.table.name],
                told.insert(extraction.table.name).inserted
            else { continue }
            summary.withheldByBatch[batch.digest] = [Gathering.patientUnknown: count]
        }
        let withheld = content.report.withheld.values.reduce(0, +)
        var report = extractions.reduce(IntakeReport()) { $0 + $1.report }
        if withheld > 0 { report = report.moving([Gathering.patientUnknown: withheld]) }
        summary.files = list.batches.count
        summary.resources = report.resources
        summary.imported = report.imported
        summary.rejected = report.rejected
        return summary
    }
}

extension ConceptPairs {
    fileprivate var links: [ConceptLink] {
        zip(first, second).map { ConceptLink(from: $0, to: $1) }
    }
}

extension Person {
    /// A person as the release profiles take it.
    fileprivate init(_ source: OMOPPerson, key: String) {
        self.init(key: key)
        sex = source.sex
        birthDay =
            source.birthDay
            ?? source.birthYear.flatMap { year in
                // Without a full date the middle of the year is the day least far from the true one.
                CivilDay(year: Int(year), month: Int(source.birthMonth ?? 7), day: 1)
            }
        state = source.state.isEmpty ? nil : source.state
        postalCode = source.zip.isEmpty ? nil : source.zip
    }
}

/// OMOP concepts of race and ethnicity and the OMB category codes they stand for.
///
/// Source: the OMOP vocabularies Race and Ethnicity, and CDCREC.
private enum OMOPDemographics {
    static let race: [UInt32: String] = [
        8515: "2028-9", 8516: "2054-5", 8527: "2106-3", 8557: "2076-8", 8657: "1002-5",
    ]
    static let ethnicity: [UInt32: String] = [38_003_563: "2135-2", 38_003_564: "2186-5"]
}
