// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// One person as one hospital knows them: a registration and the time it sees them.
struct Membership: Sendable {
    let person: SimulatedPerson
    let hospital: Hospital
    let identity: Identity
    /// The date of birth on file; at a second hospital now and then with day and month swapped.
    let registeredBirthDay: CivilDay
    let patientID: String
    let recordNumber: String
    /// First visit.
    let firstDay: CivilDay
    /// Last day the person may visit: lost to follow-up, death, or the end of simulated time.
    let lastDay: CivilDay
    /// The stream of everything this hospital writes about this person.
    let random: SeededRandom

    /// The hospitals a person is seen at: the home hospital and, for about one in eight, another.
    static func of(_ person: SimulatedPerson, seed: SeededRandom) -> [Membership] {
        var random = seed.split(UInt64(person.index) &* 8 &+ 5)
        let end = person.deathDay?.number ?? SimulatedPerson.window.upperBound
        let atHome = Membership(
            person, at: person.home, identity: person.identity, from: person.entryDay.number,
            end: end, random: &random)
        let room = Int(end) - Int(person.entryDay.number) - 60
        guard random.chance(0.13), room > 0 else { return [atHome] }
        let others = Hospital.allCases.filter { $0 != person.home }
        let other = random.pick(others)
        let start = person.entryDay.number + 30 + Int32(random.below(room))
        let identity = person.identity.seenElsewhere(
            sex: person.traits.sex, near: other, random: &random)
        return [
            atHome,
            Membership(
                person, at: other, identity: identity, from: start, end: end, random: &random),
        ]
    }

    private init(
        _ person: SimulatedPerson, at hospital: Hospital, identity: Identity, from start: Int32,
        end: Int32, random: inout SeededRandom
    ) {
        self.person = person
        self.hospital = hospital
        self.identity = identity
        patientID = random.uuid()
        recordNumber = Membership.recordNumber(hospital, person: person.index)
        firstDay = CivilDay(number: start)
        let years = random.waiting(rate: hospital.mix.leaving)
        let stays = Int32(min(years * Hazard.daysPerYear, 40_000))
        lastDay = CivilDay(number: min(end, start + stays))
        let (year, month, day) = person.birthDay.parts
        let isSwapped =
            hospital != person.home && day <= 12 && random.chance(0.06)
            && start - person.birthDay.number > 800
        registeredBirthDay =
            isSwapped ? CivilDay(known: year, day, month) : person.birthDay
        self.random = random.split(0x5EED)
    }

    /// Record numbers in three shapes, unique within a hospital: person numbers spread over seven
    /// digits by a multiplier without a common factor with 9,000,000, shifted per hospital.
    private static func recordNumber(_ hospital: Hospital, person index: Int) -> String {
        let spread = { (shift: Int) in String(1_000_000 + (index * 7_368_787 + shift) % 9_000_000) }
        switch hospital {
        case .referralClinic: return "HR" + spread(1_204_331)
        case .communityHospital:
            let digits = spread(5_530_127)
            return digits.prefix(4) + "-" + digits.suffix(3)
        case .safetyNetEmergency: return "M0" + spread(8_117_943)
        }
    }
}
