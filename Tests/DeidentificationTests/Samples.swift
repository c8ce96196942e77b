// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing

@testable import Deidentification

/// A date of the calendar; tests name only dates that exist.
func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDay {
    guard let day = CivilDay(year: year, month: month, day: day) else {
        Issue.record("no such date")
        return CivilDay(number: 0)
    }
    return day
}

extension CivilDay {
    /// The date so many days later.
    func plus(_ days: Int) -> CivilDay { CivilDay(number: number + Int32(days)) }
}

/// A person with every field filled, so that a test sees what must not pass.
func fullPerson(born: CivilDay?) -> Person {
    var person = Person(key: "PATIENT-KEY-17")
    person.identifiers = [.init(system: "urn:mrn", value: "MRN-0042")]
    person.familyName = "Familyname"
    person.givenNames = ["Givenname"]
    person.birthDay = born
    person.sex = .female
    person.addressLines = ["12 Streetname"]
    person.city = "Cityname"
    person.state = "Massachusetts"
    person.postalCode = "02139-4307"
    person.country = "US"
    person.telecoms = ["555-0100"]
    person.race = "2106-3"
    person.ethnicity = "2186-5"
    return person
}

let someID = SubjectID(high: 0xA5A5, low: 0x5A5A)

/// What a release says of a person with these event times, offsets included.
struct Released: Equatable {
    var record: SubjectRecord
    var starts: [Int32?]
    var ends: [Int32?]

    init(_ person: Person, starts: [CivilTime], ends: [CivilTime] = []) {
        let profile = SafeHarborIntervals()
        let days = (starts + ends).map(\.day)
        let subject = profile.release(
            person: person, id: someID, first: starts.map(\.day).min() ?? CivilDay(number: 0),
            last: days.max() ?? CivilDay(number: 0))
        record = subject.record
        self.starts = starts.map { profile.offset(of: $0, anchor: subject.anchor) }
        self.ends = ends.map { profile.offset(of: $0, anchor: subject.anchor) }
    }
}
