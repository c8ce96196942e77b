// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing

@testable import Deidentification

@Suite("Ages over 89")
struct AgedTests {
    private func release(
        born: CivilDay?, _ first: CivilDay, _ last: CivilDay, died: CivilDay? = nil
    ) -> ReleasedSubject {
        var person = fullPerson(born: born)
        person.deceasedAt = died.map { CivilTime(day: $0) }
        return SafeHarborIntervals().release(person: person, id: someID, first: first, last: last)
    }

    @Test("no age is told of someone aged 85 at first and 93 after 2,922 days")
    func ageArithmetic() {
        let first = day(2005, 6, 1)
        let subject = release(born: day(1920, 1, 10), first, first.plus(2922))
        #expect(subject.record.isAged)
        #expect(subject.record.ageAtAnchor == nil)
        #expect(subject.record.anchorYear == 2005)
        #expect(subject.anchor == first)
    }

    @Test("the line is the 90th birthday itself, for every birthday of four years")
    func boundary() {
        for offset in 0..<1461 {
            let born = day(1920, 1, 1).plus(offset)
            let (year, month, date) = born.parts
            // 29 February counts from 1 March in a year without one.
            let birthday =
                CivilDay(year: year + 90, month: month, day: date) ?? day(year + 90, 3, 1)
            let first = birthday.plus(-400)
            let before = release(born: born, first, birthday.plus(-1)).record
            #expect(!before.isAged)
            #expect(before.ageAtAnchor == 88)
            let on = release(born: born, first, birthday).record
            #expect(on.isAged)
            #expect(on.ageAtAnchor == nil)
        }
    }

    @Test("whoever turns 90 only after the last event keeps the age")
    func turnsLater() {
        let subject = release(born: day(1930, 7, 1), day(2018, 1, 1), day(2020, 6, 30))
        #expect(!subject.record.isAged)
        #expect(subject.record.ageAtAnchor == 87)
    }

    @Test("an end or a death at 90 makes the subject aged, even where no event starts then")
    func endsAndDeaths() {
        let born = day(1930, 7, 1)
        let person = fullPerson(born: born)
        let started = CivilTime(day: day(2019, 1, 1))
        #expect(
            Released(person, starts: [started], ends: [CivilTime(day: day(2020, 7, 1))])
                .record.isAged)
        #expect(
            release(born: born, day(2019, 1, 1), day(2019, 1, 1), died: day(2020, 7, 1))
                .record.isAged)
    }

    @Test("aged subjects born on different days are released alike", arguments: 0..<40)
    func birthNotDerivable(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let first = day(2000, 1, 1).plus(random.below(3000))
        let times = [first] + (0..<20).map { _ in first.plus(random.below(3000)) }
        let starts = times.map { CivilTime(day: $0, minuteOfDay: random.below(1440)) }
        let youngest = day(1900, 1, 1)
        let released = (0..<10).map { _ in
            Released(fullPerson(born: youngest.plus(-random.below(5000))), starts: starts)
        }
        #expect(released.allSatisfy { $0 == released[0] && $0.record.isAged })
    }

    @Test("offsets of an aged subject never span 90 years, so no age over 89 can be counted out")
    func span() {
        let born = day(1915, 3, 4)
        let person = fullPerson(born: born)
        let starts = [born, born.plus(30), day(1950, 1, 1), day(2009, 5, 5)]
            .map { CivilTime(day: $0) }
        let released = Released(person, starts: starts)
        #expect(released.record.isAged)
        #expect(released.starts[0] == nil)
        #expect(released.starts[1] == nil)
        #expect(released.starts[3] == Int32(47_304_000))
        #expect(released.record.anchorYear == day(2009, 5, 5).plus(-32_850).parts.year)
        // Wherever it starts, the span is shorter than 90 years.
        for offset in stride(from: 0, to: 146_097, by: 1) {
            let start = day(1800, 1, 1).plus(offset)
            #expect(start.completedYears(to: start.plus(32_850)) == 89)
        }
    }

    @Test("a record that spans 90 years is that of an aged subject even without a birth date")
    func longRecord() {
        let first = day(1920, 2, 29)
        #expect(!release(born: nil, first, day(2010, 2, 28)).record.isAged)
        let aged = release(born: nil, first, day(2010, 3, 1))
        #expect(aged.record.isAged)
        #expect(aged.anchor > first)
    }

    @Test("an event that states an age over 89 or a birth date is held back")
    func statedAges() {
        let profile = SafeHarborIntervals()
        let age = Code(.loinc, "30525-0")
        let birth = Code(.loinc, "21112-8")
        let pulse = Code(.loinc, "8867-4")
        #expect(profile.statesAge(code: age, number: 42, unit: "a"))
        #expect(profile.statesAge(code: birth, number: nil, unit: nil))
        #expect(profile.statesAge(code: pulse, number: 90, unit: "a"))
        #expect(!profile.statesAge(code: pulse, number: 89.9, unit: "a"))
        #expect(!profile.statesAge(code: pulse, number: 120, unit: "/min"))
        #expect(!profile.statesAge(code: pulse, number: 120, unit: nil))
        #expect(!profile.statesAge(code: Code(.snomed, "30525-0"), number: 1, unit: nil))
    }
}
