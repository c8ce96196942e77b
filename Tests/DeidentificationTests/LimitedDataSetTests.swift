// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Deidentification

@Suite("limited data set: direct identifiers go, true dates stay")
struct LimitedDataSetTests {
    private func person(born: CivilDay?) -> Person {
        var person = Person(key: "Patient/1")
        person.sex = .female
        person.birthDay = born
        person.state = "NH"
        person.postalCode = "03755"
        person.country = "US"
        return person
    }

    @Test("anchor, birth and an age over 89 are told; nothing smaller than three ZIP digits is")
    func dates() throws {
        let born = try #require(CivilDay(year: 1920, month: 5, day: 4))
        let first = try #require(CivilDay(year: 2015, month: 5, day: 3))
        let last = try #require(CivilDay(year: 2016, month: 1, day: 1))
        let released = ReleaseProfile.limitedDataSet.release(
            person: person(born: born), id: SubjectID(high: 1, low: 2), first: first, last: last)
        #expect(released.anchor == first)
        #expect(released.record.anchorDay == first.number)
        #expect(released.record.birthDay == born.number)
        #expect(released.record.birthYear == 1920)
        #expect(released.record.ageAtAnchor == 94)
        #expect(!released.record.isAged)
        #expect(released.record.state == "NH")
        #expect(released.record.zip3.utf8.count == 3)
    }

    @Test("the other profile tells neither day")
    func safeHarborTellsNoDay() throws {
        let born = try #require(CivilDay(year: 1950, month: 5, day: 4))
        let first = try #require(CivilDay(year: 2015, month: 5, day: 3))
        let record = ReleaseProfile.safeHarborIntervals.release(
            person: person(born: born), id: SubjectID(high: 1, low: 2), first: first, last: first
        ).record
        #expect(record.anchorDay == nil)
        #expect(record.birthDay == nil)
        #expect(record.birthYear == nil)
    }

    @Test("times keep their minutes and may lie before the anchor")
    func offsets() throws {
        let anchor = try #require(CivilDay(year: 2015, month: 5, day: 3))
        let profile = ReleaseProfile.limitedDataSet
        let noon = CivilTime(day: anchor, minuteOfDay: 720)
        #expect(profile.offset(of: noon, anchor: anchor) == 720)
        let before = CivilTime(day: CivilDay(number: anchor.number - 1), minuteOfDay: 30)
        #expect(profile.offset(of: before, anchor: anchor) == -1410)
        #expect(ReleaseProfile.safeHarborIntervals.offset(of: noon, anchor: anchor) == 0)
    }

    @Test("the manifest names 16 identifiers and says that it is protected health information")
    func manifest() {
        let manifest = ReleaseManifest(
            profile: .limitedDataSet, signer: nil, counts: ReleaseCounts())
        #expect(manifest.removed.count == 16)
        #expect(manifest.removed.first?.letter == "i")
        #expect(manifest.text.contains("data use agreement"))
        #expect(manifest.label.description.hasSuffix("(NOT SIGNED)"))
        #expect(!manifest.label.title.contains("Safe Harbor"))
    }
}
