// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@Suite("Calendar days")
struct CivilDayTests {
    @Test("every day of four centuries survives the way to a number and back")
    func roundTrip() throws {
        var expected = try #require(CivilDay(year: 1800, month: 1, day: 1)).number
        for year in 1800...2200 {
            for month in 1...12 {
                for day in 1...CivilDay.length(ofMonth: month, year: year) {
                    let date = try #require(CivilDay(year: year, month: month, day: day))
                    #expect(date.number == expected && date.parts == (year, month, day))
                    expected += 1
                }
            }
        }
        #expect(CivilDay(year: 1970, month: 1, day: 1)?.number == 0)
    }

    @Test(
        "a date that does not exist is refused",
        arguments: [(2023, 2, 29), (2024, 13, 1), (2024, 4, 31), (0, 1, 1), (2024, 1, 0)])
    func refusesImpossibleDates(year: Int, month: Int, day: Int) {
        #expect(CivilDay(year: year, month: month, day: day) == nil)
    }

    @Test("age counts completed years, and a leap-day birthday falls on 1 March")
    func completedYears() throws {
        let born = try #require(CivilDay(year: 2000, month: 2, day: 29))
        let before = try #require(CivilDay(year: 2001, month: 2, day: 28))
        let after = try #require(CivilDay(year: 2001, month: 3, day: 1))
        #expect(born.completedYears(to: before) == 0)
        #expect(born.completedYears(to: after) == 1)
    }

    @Test("a moment before 1970 keeps its day and minute")
    func negativeMinutes() {
        let time = CivilTime(minutes: -1)
        #expect(time.day.number == -1 && time.minuteOfDay == 1439)
        #expect(time.day.iso == "1969-12-31")
    }
}

@Suite("Codes and subject ids")
struct CodeTests {
    @Test("a code reads back what it writes, also where its system is a URI")
    func codeText() {
        for code in [Code(.loinc, "4548-4"), Code(CodeSystem(rawValue: "http://x.org/y"), "z")] {
            #expect(Code(code.description) == code)
        }
        #expect(Code("LOINC") == nil && Code("/4548-4") == nil && Code("LOINC/") == nil)
        #expect(CodeSystem(fhirURI: "http://loinc.org") == .loinc)
        #expect(CodeSystem.snomed.fhirURI == "http://snomed.info/sct")
    }

    @Test("a subject id is 32 hexadecimal digits and nothing else")
    func subjectID() {
        let id = SubjectID(high: 1, low: .max)
        #expect(id.description == "0000000000000001ffffffffffffffff")
        #expect(SubjectID(id.description) == id)
        #expect(SubjectID("+000000000000001ffffffffffffffff") == nil && SubjectID("1") == nil)
    }
}
