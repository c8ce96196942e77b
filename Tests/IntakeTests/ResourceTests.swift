// SPDX-License-Identifier: Apache-2.0
import Intake
import Records
import Testing

@Suite("Resources")
struct ResourceTests {
    private func one(_ line: String) throws -> Extraction {
        let extraction = try extract(line)
        #expect(extraction.report.resources == 1)
        #expect(extraction.report.rejected == [:])
        #expect(extraction.report.isBalanced)
        return extraction
    }

    @Test("a patient becomes a person with the official name and current address")
    func patient() throws {
        let extraction = try one(Samples.patient)
        let person = try #require(extraction.persons.first)
        #expect(person.key == "p1")
        #expect(person.identifiers == [.init(system: "urn:mrn", value: "0042")])
        #expect(person.familyName == "Müller")
        #expect(person.givenNames == ["Ada", "Zoë"])
        #expect(person.telecoms == ["555-0100"])
        #expect(person.sex == .female)
        #expect(person.birthDay == CivilDay(year: 1950, month: 2, day: 28))
        #expect(person.addressLines == ["1 High St", "Flat 2"])
        #expect(person.city == "Salem")
        #expect(person.state == "MA")
        #expect(person.postalCode == "01970")
        #expect(person.country == "US")
        #expect(person.race == "2106-3")
        #expect(person.ethnicity == "2186-5")
        #expect(person.isDeceased)
        #expect(extraction.personResources == [ResourceKey(type: "Patient", id: "p1")])
    }

    @Test("a known moment of death is an event of the patient's own resource")
    func death() throws {
        let extraction = try one(Samples.patient)
        let event = try #require(extraction.events.first)
        #expect(extraction.events.count == 1)
        #expect(extraction.codes[Int(event.code)].code == .death)
        #expect(extraction.patientKeys[Int(event.patient)] == "p1")
        #expect(event.start.minutes == minutes(2021, 3, 4, 5, 6))
        #expect(event.resource == ResourceKey(type: "Patient", id: "p1"))
    }

    @Test("a death without a date is kept on the person and is no event")
    func deathWithoutDate() throws {
        let extraction = try one(
            #"{"resourceType":"Patient","id":"q","deceasedBoolean":true,"birthDate":"05/06/1950"}"#)
        #expect(extraction.persons.first?.isDeceased == true)
        #expect(extraction.events.isEmpty)
        #expect(extraction.persons.first?.birthDay == nil)
        #expect(extraction.report.partsNotKept == ["unreadable birth date": 1])
    }

    @Test("an encounter is one event for its type and one for its class, with its end")
    func encounter() throws {
        let events = try one(Samples.encounter).plainEvents
        #expect(events.map(\.code) == ["SNOMED/185349003", "ActCode/AMB"])
        #expect(events.allSatisfy { $0.start == minutes(2010, 1, 1, 23, 50) })
        #expect(events.allSatisfy { $0.end == minutes(2010, 1, 2, 0, 20) })
    }

    @Test("a condition prefers a known code system, its onset, and ends with its abatement")
    func condition() throws {
        let event = try #require(try one(Samples.condition).plainEvents.first)
        #expect(event.code == "SNOMED/44054006")
        #expect(event.patient == "p1")
        #expect(event.start == minutes(2009, 1, 1))
        #expect(event.end == minutes(2015, 7, 1))
    }

    @Test("a quantity keeps its number and its UCUM code")
    func quantity() throws {
        let event = try #require(try one(Samples.glucose).plainEvents.first)
        #expect(event.number == 86.25)
        #expect(event.unit == "mg/dL")
        #expect(event.kind == ValueKind.number.rawValue)
    }

    @Test("a panel without a value gives its components alone")
    func components() throws {
        let events = try one(Samples.pressure).plainEvents
        #expect(events.map(\.code) == ["LOINC/8480-6", "LOINC/8462-4"])
        #expect(events.map(\.kind) == [ValueKind.number.rawValue, ValueKind.below.rawValue])
        #expect(events.map(\.number) == [120, 80])
        #expect(events.map(\.unit) == ["mm[Hg]", "mm[Hg]"])
    }

    @Test("a coded answer points to its code")
    func codedAnswer() throws {
        let event = try #require(try one(Samples.smoking).plainEvents.first)
        #expect(event.kind == ValueKind.code.rawValue)
        #expect(event.answer == "SNOMED/266919005")
        #expect(event.start == minutes(2010, 1, 2, 8, 0))
    }

    @Test(
        "each kind of value is kept, withheld or counted",
        arguments: [
            (#""valueString":"Ada said hello""#, ValueKind.none, 0.0, 1, 0),
            (#""valueCodeableConcept":{"text":"as Ada says"}"#, .none, 0, 1, 0),
            (#""valueBoolean":true"#, .number, 1, 0, 0),
            (#""valueBoolean":false"#, .number, 0, 0, 0),
            (#""valueInteger":-7"#, .number, -7, 0, 0),
            (#""valueQuantity":{"value":1e3,"comparator":">="}"#, .above, 1000, 0, 0),
            (#""valueQuantity":{"value":5,"comparator":"<="}"#, .below, 5, 0, 0),
            (#""valueQuantity":{"value":5,"comparator":"~"}"#, .none, 0, 0, 1),
            (#""valueQuantity":{"unit":"mg"}"#, .none, 0, 0, 0),
            (#""valueRange":{"low":{"value":1}}"#, .none, 0, 0, 1),
            (#""valueDateTime":"2020-01-01""#, .none, 0, 0, 1),
        ])
    func value(
        _ json: String, _ kind: ValueKind, _ number: Double, _ withheld: Int, _ lost: Int
    ) throws {
        let extraction = try one(
            """
            {"resourceType":"Observation","id":"o","code":{"coding":[{"system":"http://loinc.org",\
            "code":"1-8"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2020-02-02",\
            \(json)}
            """)
        let event = try #require(extraction.events.first)
        #expect(event.kind == kind)
        #expect(event.number == number)
        #expect(extraction.report.withheldTexts == withheld)
        #expect(extraction.report.partsNotKept.values.reduce(0, +) == lost)
    }

    @Test("orders, procedures, imaging, vaccines and allergies become events on their date")
    func others() throws {
        func event(_ line: String) throws -> PlainEvent {
            try #require(try one(line).plainEvents.first)
        }
        let order = try event(Samples.medication)
        #expect(order.code == "RxNorm/310965")
        #expect(order.start == minutes(2012, 5, 6))
        let procedure = try event(Samples.procedure)
        #expect(procedure.end == minutes(2012, 11, 25, 10, 42))
        #expect(try event(Samples.immunization).code == "CVX/140")
        #expect(try event(Samples.allergy).start == minutes(2017, 1, 1))
        #expect(try one(Samples.imaging).codeList == ["DCM/DX", "DCM/US"])
    }

    @Test("a report gives its code, its conclusion's code and a withheld note")
    func report() throws {
        let extraction = try one(Samples.report)
        #expect(extraction.codeList == ["LOINC/57698-3", "SNOMED/17621005"])
        #expect(extraction.report.withheldTexts == 1)
        #expect(extraction.notes.map(\.body) == [Array("Hello".utf8)])
    }

    @Test("a document is an event, and its text a note that stays apart")
    func document() throws {
        let extraction = try one(Samples.document)
        #expect(extraction.codeList == ["LOINC/34117-2"])
        let note = try #require(extraction.notes.first)
        #expect(note.patientKey == "p1")
        #expect(note.resourceID == "n1")
        #expect(note.type == Code(.loinc, "34117-2"))
        #expect(note.at?.minutes == minutes(2015, 1, 1))
        #expect(note.contentType == "text/plain")
        #expect(note.body == Array("Note one".utf8))
        #expect(extraction.noteResources == [ResourceKey(type: "DocumentReference", id: "n1")])
        #expect(extraction.report.partsNotKept == ["attachment without data": 1])
    }

    @Test("a visit over the hour in which the clock is set back has no negative length")
    func clockSetBack() throws {
        let visit = Samples.encounter
            .replacing("2010-01-01T23:50:00-05:00", with: "2010-11-07T01:50:00-04:00")
            .replacing("2010-01-02T00:20:00-05:00", with: "2010-11-07T01:10:00-05:00")
        let extraction = try one(visit)
        #expect(extraction.plainEvents.allSatisfy { $0.end == $0.start })
        #expect(extraction.report.partsNotKept == [:])
    }

    @Test("an end before its start is dropped and counted")
    func endBeforeStart() throws {
        let extraction = try one(
            Samples.procedure.replacing("2012-11-25T10:42", with: "2011-11-25T10:42"))
        #expect(extraction.events.map(\.end) == [nil])
        #expect(extraction.report.partsNotKept == ["end before start": 1])
    }

    @Test("a code without a system is filed as local, an unknown system keeps its URI")
    func systems() throws {
        let local = Samples.medication.replacing(
            #""system":"http://www.nlm.nih.gov/research/umls/rxnorm","#, with: "")
        #expect(try one(local).codeList == ["LOCAL/310965"])
        let own = Samples.medication.replacing(
            "http://www.nlm.nih.gov/research/umls/rxnorm", with: "http://h.example/drugs")
        #expect(try one(own).codeList == ["http://h.example/drugs/310965"])
    }

    @Test("no name, text or answer of a record stands in its events' tables")
    func nothingNamed() throws {
        let extraction = try extract(Samples.ndjson)
        let tables = extraction.codes.map { "\($0.code) \($0.display)" } + extraction.units
        for word in ["Ada", "Müller", "Never smoker", "well", "Hello"] {
            #expect(!tables.contains { $0.contains(word) })
        }
    }
}
