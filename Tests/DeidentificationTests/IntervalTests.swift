// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing

@testable import Deidentification

@Suite("Dates become intervals")
struct IntervalTests {
    @Test(
        "people whose dates differ by days within one year and one age are released alike",
        arguments: 0..<60)
    func shift(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        // Room for the shift before the next birthday and before the next year.
        let first = day(1960 + random.below(60), 1, 1).plus(random.below(200))
        let born = first.plus(-365 * random.below(70) - 130 - random.below(100))
        let days = [first] + (0..<20).map { _ in first.plus(random.below(5000)) }
        let times = days.map { CivilTime(day: $0, minuteOfDay: random.below(1440)) }
        let shift = random.below(120)
        let moved = times.map {
            CivilTime(day: $0.day.plus(shift), minuteOfDay: random.below(1440))
        }
        let one = Released(fullPerson(born: born), starts: times, ends: times)
        let two = Released(fullPerson(born: born.plus(shift)), starts: moved, ends: moved)
        #expect(one == two)
    }

    @Test("every offset is a whole number of days, whatever the time of day", arguments: 0..<20)
    func wholeDays(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let profile = SafeHarborIntervals()
        let anchor = day(1900 + random.below(150), 1, 1).plus(random.below(365))
        for _ in 0..<200 {
            let days = random.below(40_000)
            let time = CivilTime(day: anchor.plus(days), minuteOfDay: random.below(1440))
            #expect(profile.offset(of: time, anchor: anchor) == Int32(days * 1440))
        }
    }

    @Test("times before the anchor or too far after it are not released")
    func outside() {
        let profile = SafeHarborIntervals()
        let anchor = day(2000, 6, 1)
        #expect(profile.offset(of: CivilTime(day: anchor), anchor: anchor) == 0)
        #expect(
            profile.offset(of: CivilTime(day: anchor.plus(-1), minuteOfDay: 1439), anchor: anchor)
                == nil)
        let farthest = Int(Int32.max) / 1440
        #expect(
            profile.offset(of: CivilTime(day: anchor.plus(farthest)), anchor: anchor)
                == Int32(farthest * 1440))
        #expect(
            profile.offset(of: CivilTime(day: anchor.plus(farthest + 1)), anchor: anchor) == nil)
        #expect(profile.offset(of: CivilTime(minutes: .min), anchor: anchor) == nil)
        #expect(profile.offset(of: CivilTime(minutes: .max), anchor: anchor) == nil)
    }

    @Test("the anchor year is the year of the first event, not of birth or of the last event")
    func anchorYear() {
        let subject = SafeHarborIntervals().release(
            person: fullPerson(born: day(1950, 3, 1)), id: someID, first: day(1999, 12, 31),
            last: day(2010, 1, 1))
        #expect(subject.record.anchorYear == 1999)
        #expect(subject.anchor == day(1999, 12, 31))
        #expect(subject.record.ageAtAnchor == 49)
    }

    @Test("a death that is the only event is the anchor")
    func death() {
        var person = fullPerson(born: day(1950, 3, 1))
        person.isDeceased = true
        person.deceasedAt = CivilTime(day: day(2001, 5, 6), minuteOfDay: 700)
        let subject = SafeHarborIntervals().release(
            person: person, id: someID, first: day(2001, 5, 6), last: day(2001, 5, 6))
        #expect(subject.record.anchorYear == 2001)
        #expect(subject.record.ageAtAnchor == 51)
    }

    @Test("without a birth date the age is unknown, and the subject is not called aged")
    func unknownBirth() {
        let subject = SafeHarborIntervals().release(
            person: fullPerson(born: nil), id: someID, first: day(1990, 1, 1),
            last: day(2020, 1, 1))
        #expect(subject.record.ageAtAnchor == nil)
        #expect(!subject.record.isAged)
    }

    @Test("events up to a year before birth count as age 0, earlier ones leave the age unknown")
    func beforeBirth() {
        let born = day(2000, 6, 15)
        func age(_ first: CivilDay) -> Int32? {
            SafeHarborIntervals().release(
                person: fullPerson(born: born), id: someID, first: first, last: day(2010, 1, 1)
            ).record.ageAtAnchor
        }
        #expect(age(born.plus(-1)) == 0)
        #expect(age(day(1999, 6, 15)) == 0)
        #expect(age(day(1999, 6, 14)) == nil)
        #expect(age(day(1970, 1, 1)) == nil)
    }

    @Test("no text of a person and no date passes, in any field of the record")
    func nothingElse() {
        let person = fullPerson(born: day(1951, 7, 23))
        let subject = SafeHarborIntervals().release(
            person: person, id: someID, first: day(1999, 12, 31), last: day(2010, 1, 1))
        #expect(
            subject.record
                == SubjectRecord(
                    id: someID, sex: .female, anchorYear: 1999, ageAtAnchor: 48, isAged: false,
                    state: "MA", zip3: "021", race: "2106-3", ethnicity: "2186-5"))
        let text = String(reflecting: subject.record)
        for hidden in [
            "PATIENT-KEY", "MRN", "Familyname", "Givenname", "Streetname", "Cityname", "02139",
            "4307", "555", "1951",
        ] {
            #expect(!text.contains(hidden))
        }
    }

    @Test("race and ethnicity pass only as OMB categories")
    func categories() {
        func record(_ race: String?, _ ethnicity: String?) -> SubjectRecord {
            var person = fullPerson(born: nil)
            person.race = race
            person.ethnicity = ethnicity
            return SafeHarborIntervals().release(
                person: person, id: someID, first: day(2000, 1, 1), last: day(2000, 1, 1)
            ).record
        }
        for race in ["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"] {
            #expect(record(race, nil).race == race)
        }
        // Apache, Other race, Cuban, text, and a category in the wrong field.
        for other in ["1010-8", "2131-1", "2182-4", "White", " 2106-3", "2135-2", ""] {
            #expect(record(other, nil).race == "")
        }
        #expect(record(nil, "2135-2").ethnicity == "2135-2")
        #expect(record(nil, "2186-5").ethnicity == "2186-5")
        for other in ["2182-4", "2106-3", "Hispanic", ""] {
            #expect(record(nil, other).ethnicity == "")
        }
    }
}
