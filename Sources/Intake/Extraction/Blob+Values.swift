// SPDX-License-Identifier: Apache-2.0
import Records

extension BlobWriter {
    mutating func key(_ key: ResourceKey) {
        fixed(key.high)
        fixed(key.low)
    }

    mutating func keys(_ keys: [ResourceKey]) {
        count(keys.count)
        for key in keys { self.key(key) }
    }

    mutating func person(_ person: Person) {
        text(person.key)
        count(person.identifiers.count)
        for identifier in person.identifiers {
            text(identifier.system)
            text(identifier.value)
        }
        texts(person.givenNames)
        texts(person.addressLines)
        texts(person.telecoms)
        for field in [
            person.familyName, person.city, person.state, person.postalCode, person.country,
            person.race, person.ethnicity,
        ] { optional(field) { $0.text($1) } }
        text(person.sex.rawValue)
        byte(person.isDeceased ? 1 : 0)
        optional(person.birthDay) { $0.signed(Int64($1.number)) }
        optional(person.deceasedAt) { $0.signed($1.minutes) }
    }

    mutating func note(_ note: SourceNote) {
        text(note.patientKey)
        text(note.resourceID)
        optional(note.type) { writer, code in
            writer.text(code.system.rawValue)
            writer.text(code.value)
        }
        optional(note.at) { $0.signed($1.minutes) }
        text(note.contentType)
        data(note.body)
    }

    mutating func report(_ report: IntakeReport) {
        for total in [
            report.bytes, report.resources, report.imported, report.issuesOmitted,
            report.withheldTexts,
        ] { count(total) }
        for table in [report.rejected, report.byType, report.partsNotKept] { counts(table) }
        count(report.issues.count)
        for issue in report.issues {
            text(issue.file)
            count(issue.line)
            text(issue.kind)
            text(issue.message)
        }
    }
}

extension BlobReader {
    mutating func key() throws(IntakeError) -> ResourceKey {
        let high = try fixed()
        return ResourceKey(high: high, low: try fixed())
    }

    /// The keys of a table that has `expected` rows.
    mutating func keys(_ expected: Int) throws(IntakeError) -> [ResourceKey] {
        guard try count() == expected else {
            throw .damagedExtraction(reason: "two parallel tables differ in length")
        }
        var keys: [ResourceKey] = []
        for _ in 0..<expected { keys.append(try key()) }
        return keys
    }

    private mutating func optionalText() throws(IntakeError) -> String? {
        try optional { (reader) throws(IntakeError) in try reader.text() }
    }

    private mutating func optionalMoment() throws(IntakeError) -> CivilTime? {
        let minutes = try optional { (reader) throws(IntakeError) in
            try reader.signed(in: Extraction.moments)
        }
        return minutes.map { CivilTime(minutes: $0) }
    }

    mutating func person() throws(IntakeError) -> Person {
        var person = Person(key: try text())
        for _ in 0..<(try count()) {
            let system = try text()
            person.identifiers.append(Person.Identifier(system: system, value: try text()))
        }
        person.givenNames = try texts()
        person.addressLines = try texts()
        person.telecoms = try texts()
        person.familyName = try optionalText()
        person.city = try optionalText()
        person.state = try optionalText()
        person.postalCode = try optionalText()
        person.country = try optionalText()
        person.race = try optionalText()
        person.ethnicity = try optionalText()
        guard let sex = Sex(rawValue: try text()) else {
            throw .damagedExtraction(reason: "a sex is not known")
        }
        person.sex = sex
        person.isDeceased = try byte() != 0
        let days = Extraction.moments.lowerBound / 1440...Extraction.moments.upperBound / 1440
        let birth = try optional { (reader) throws(IntakeError) in try reader.signed(in: days) }
        person.birthDay = birth.map { CivilDay(number: Int32($0)) }
        person.deceasedAt = try optionalMoment()
        return person
    }

    mutating func note() throws(IntakeError) -> SourceNote {
        let patient = try text()
        let resource = try text()
        let type = try optional { (reader) throws(IntakeError) in
            let system = CodeSystem(rawValue: try reader.text())
            return Code(system, try reader.text())
        }
        let at = try optionalMoment()
        let contentType = try text()
        return SourceNote(
            patientKey: patient, resourceID: resource, type: type, at: at,
            contentType: contentType, body: try data())
    }

    mutating func report() throws(IntakeError) -> IntakeReport {
        var report = IntakeReport()
        report.bytes = try total()
        report.resources = try total()
        report.imported = try total()
        report.issuesOmitted = try total()
        report.withheldTexts = try total()
        report.rejected = try counts()
        report.byType = try counts()
        report.partsNotKept = try counts()
        for _ in 0..<(try count()) {
            let file = try text()
            let line = try total()
            let kind = try text()
            report.issues.append(
                IntakeIssue(file: file, line: line, kind: kind, message: try text()))
        }
        return report
    }
}
