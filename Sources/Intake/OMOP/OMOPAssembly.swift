// SPDX-License-Identifier: Apache-2.0
package import Records

/// Puts the tables of one common data model together.
///
/// Persons get positions, concepts become codes, values their test's unit; provider, care site and
/// location are joined in. Keys of rows are numbered anew, from 1 in each table, in the order of
/// person and original key: ties within a person stay as they were, and the numbers say nothing of
/// the originals. References to visits are numbered the same way, so that rows of one visit still
/// meet, even where the visit itself is not in its table.
///
/// Columns throughout: beside the extractions, an event takes about 40 bytes, and 8 more for each
/// attribute that some row states.
package struct OMOPAssembly {
    /// Free texts and numbers of devices and specimens, which may name a person.
    package static let identifyingTexts: Set<EventAttribute> = [
        .lotNumber, .uniqueDeviceID, .sourceID, .valueText,
    ]

    var content = OMOPContent()
    var persons = IDIndex()
    /// Specialty by provider, place of service by care site; concept ids.
    var specialties: [Int64: Int64] = [:]
    var places: [Int64: Int64] = [:]
    var careSites = RenumberedKeys()
    var visits = RenumberedKeys()
    var visitDetails = RenumberedKeys()
    var book = OMOPCodeBook([])
    let withholding: Set<EventAttribute>

    private init(withholding: Set<EventAttribute>) {
        self.withholding = withholding
    }

    /// Puts all extractions of one common data model together.
    ///
    /// - Parameter withholding: attributes that are left out.
    /// - Parameter personOrder: where a person comes among the persons, hence whose record numbers
    ///   are lower; by default the order of person ids. Give random numbers to hide that order.
    package static func assemble(
        _ extractions: [OMOPExtraction],
        withholding: Set<EventAttribute> = OMOPAssembly.identifyingTexts,
        personOrder: (Int64) -> UInt64 = { UInt64(bitPattern: $0) ^ (1 << 63) }
    ) -> OMOPContent {
        var assembly = OMOPAssembly(withholding: withholding)
        assembly.readConcepts(extractions)
        assembly.readSites(extractions)
        assembly.readPersons(extractions, order: personOrder)
        assembly.numberVisits(extractions)
        assembly.addEvents(extractions)
        assembly.content.codes = assembly.book.codes
        assembly.content.conceptOfCode = assembly.book.concepts
        return assembly.content
    }

    // MARK: Concepts

    private mutating func readConcepts(_ extractions: [OMOPExtraction]) {
        var seen: Set<UInt32> = []
        for extraction in extractions {
            switch extraction.table {
            case .concept:
                content.concepts.reserveCapacity(
                    content.concepts.count + extraction.rowCount)
                for row in 0..<extraction.rowCount {
                    let stated = extraction.value(OMOPColumn(.concept), row)
                    guard let id = UInt32(exactly: stated) else { continue }
                    guard seen.insert(id).inserted else {
                        content.report.notKept["repeated concept", default: 0] += 1
                        continue
                    }
                    content.concepts.append(extraction.concept(row, id: id))
                }
            case .conceptAncestor: content.ancestors.append(extraction)
            case .conceptRelationship: content.mapsTo.append(extraction)
            default: break
            }
        }
        content.concepts.sort { $0.id < $1.id }
        book = OMOPCodeBook(content.concepts)
    }

    // MARK: Persons and sites

    private mutating func readSites(_ extractions: [OMOPExtraction]) {
        for extraction in extractions {
            let column: OMOPColumn
            switch extraction.table {
            case .provider: column = OMOPColumn(.providerSpecialty)
            case .careSite: column = OMOPColumn(.placeOfService)
            default: continue
            }
            for row in 0..<extraction.rowCount {
                let key = extraction.value(OMOPColumn(.recordID), row)
                if extraction.table == .careSite { careSites.add(key, owner: 0, isOwn: true) }
                let concept = extraction.value(column, row)
                guard concept != EventAttribute.missing else { continue }
                if extraction.table == .provider {
                    specialties[key] = concept
                } else {
                    places[key] = concept
                }
            }
        }
    }

    private mutating func readPersons(
        _ extractions: [OMOPExtraction], order: (Int64) -> UInt64
    ) {
        var locations: [Int64: (state: String, zip: String)] = [:]
        for extraction in extractions where extraction.table == .location {
            for row in 0..<extraction.rowCount {
                locations[extraction.value(OMOPColumn(.recordID), row)] = (
                    extraction.text(.state, row), extraction.text(.zip, row)
                )
            }
        }
        var ranked: [(rank: UInt64, person: OMOPPerson)] = []
        var seen: Set<Int64> = []
        for extraction in extractions where extraction.table == .person {
            for row in 0..<extraction.rowCount {
                var person = extraction.person(row)
                guard seen.insert(person.personID).inserted else {
                    content.report.notKept["repeated person", default: 0] += 1
                    continue
                }
                if let place = locations[extraction.value(.location, row)] {
                    person.state = place.state
                    person.zip = place.zip
                }
                ranked.append((order(person.personID), person))
            }
        }
        ranked.sort { ($0.rank, $0.person.personID) < ($1.rank, $1.person.personID) }
        content.persons = ranked.map(\.person)
        for person in content.persons { _ = persons.add(person.personID) }
    }

    // MARK: Visits

    /// Numbers every visit some row belongs to, those in the visit tables first.
    private mutating func numberVisits(_ extractions: [OMOPExtraction]) {
        for extraction in extractions {
            let keys = extraction.columns[OMOPColumn(.recordID)]
            switch extraction.table {
            case .clinical(.visitOccurrence):
                forEachRow(extraction) { $0.visits.add(keys?[$1], owner: $2, isOwn: true) }
            case .clinical(.visitDetail):
                forEachRow(extraction) { $0.visitDetails.add(keys?[$1], owner: $2, isOwn: true) }
            default: break
            }
        }
        visits.settleOwners()
        visitDetails.settleOwners()
        for extraction in extractions {
            let visit = extraction.columns[OMOPColumn(.visit)]
            let detail = extraction.columns[OMOPColumn(.visitDetail)]
            let parent = extraction.columns[OMOPColumn(.visitDetailParent)]
            guard visit != nil || detail != nil || parent != nil else { continue }
            forEachRow(extraction) { assembly, row, person in
                assembly.visits.add(visit?[row], owner: person)
                assembly.visitDetails.add(detail?[row], owner: person)
                assembly.visitDetails.add(parent?[row], owner: person)
            }
        }
        visits.number()
        visitDetails.number()
        careSites.number()
    }

    /// Visits the rows of known persons.
    private mutating func forEachRow(
        _ extraction: OMOPExtraction, _ body: (inout OMOPAssembly, Int, Int) -> Void
    ) {
        guard case .clinical = extraction.table, let owners = extraction.columns[.person] else {
            return
        }
        for row in 0..<extraction.rowCount {
            if let person = persons[owners[row]] { body(&self, row, person) }
        }
    }
}

extension ConceptPairs {
    fileprivate mutating func append(_ extraction: OMOPExtraction) {
        first.reserveCapacity(first.count + extraction.rowCount)
        second.reserveCapacity(second.count + extraction.rowCount)
        for row in 0..<extraction.rowCount {
            first.append(UInt32(truncatingIfNeeded: extraction.value(.first, row)))
            second.append(UInt32(truncatingIfNeeded: extraction.value(.second, row)))
        }
    }
}

extension OMOPExtraction {
    fileprivate func concept(_ row: Int, id: UInt32) -> ConceptEntry {
        ConceptEntry(
            id: id, name: text(.conceptName, row), domain: text(.domain, row),
            vocabulary: text(.vocabulary, row), conceptClass: text(.conceptClass, row),
            standard: text(.standard, row), code: text(.conceptCode, row),
            invalidReason: text(.invalidReason, row))
    }

    private func stated(_ column: OMOPColumn, _ row: Int) -> Int32? {
        let value = value(column, row)
        return value == EventAttribute.missing ? nil : Int32(truncatingIfNeeded: value)
    }

    private func conceptID(_ column: OMOPColumn, _ row: Int) -> UInt32 {
        let value = value(column, row)
        return value == EventAttribute.missing ? 0 : UInt32(truncatingIfNeeded: value)
    }

    fileprivate func person(_ row: Int) -> OMOPPerson {
        var person = OMOPPerson(personID: value(.person, row))
        person.genderConcept = conceptID(.genderConcept, row)
        person.raceConcept = conceptID(.raceConcept, row)
        person.ethnicityConcept = conceptID(.ethnicityConcept, row)
        switch person.genderConcept {
        case 8507: person.sex = .male
        case 8532: person.sex = .female
        default: person.sex = .unknown
        }
        person.birthYear = stated(.birthYear, row)
        person.birthMonth = stated(.birthMonth, row)
        person.birthDayOfMonth = stated(.birthDay, row)
        if let year = person.birthYear, let month = person.birthMonth,
            let day = person.birthDayOfMonth
        {
            person.birthDay = CivilDay(year: Int(year), month: Int(month), day: Int(day))
        }
        if person.birthDay == nil, let day = stated(.birthDate, row) {
            person.birthDay = CivilDay(number: day)
        }
        guard let birth = person.birthDay else { return person }
        if person.birthYear == nil { person.birthYear = Int32(birth.parts.year) }
        return person
    }
}
