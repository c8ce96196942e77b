// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// What of a person's body and treatment is the same at every hospital: how far their values lie
/// from the mean, how tall and heavy they are, and when each medication starts.
struct Physique: Sendable {
    struct Treatment: Sendable {
        let drug: Drug.Name
        let reason: Condition
        let start: CivilDay
    }

    /// Standard deviations from the mean, by the raw value of the analyte.
    private let offsets: [Double]
    private let adultHeight: Double
    private let adultMassIndex: Double
    /// In order of their start; each drug once.
    let treatments: [Treatment]

    init(of person: SimulatedPerson, seed: SeededRandom) {
        var random = seed.split(UInt64(person.index) &* 8 &+ 6)
        offsets = Analyte.Name.allCases.map { _ in random.normal() }
        let isMale = person.traits.sex == .male
        adultHeight = (isMale ? 175.5 : 162) + 6.5 * random.normal()
        adultMassIndex = 24 + 2 * random.normal()
        var treatments: [Treatment] = []
        for onset in person.life.onsets {
            for drug in Drug.all where !treatments.contains(where: { $0.drug == drug.name }) {
                guard
                    let indication = drug.indications.first(where: {
                        $0.condition == onset.condition
                    })
                else { continue }
                guard random.chance(indication.probability) else { continue }
                let start = person.day(
                    ofAge: onset.age + Double(random.whole(indication.delayDays)))
                treatments.append(
                    Treatment(drug: drug.name, reason: onset.condition, start: start))
            }
        }
        self.treatments = treatments.sorted {
            ($0.start, $0.drug.rawValue) < ($1.start, $1.drug.rawValue)
        }
    }

    /// A value of an analyte on one day.
    ///
    /// The day-to-day spread grows with the shift: sick people vary more.
    func value(
        of analyte: Analyte, state: State, shift: Double = 0, random: inout SeededRandom
    ) -> Double {
        var moved = shift
        var value = analyte.mean
        for cause in analyte.causes {
            switch cause {
            case .male(let amount): value += state.sex == .male ? amount : 0
            case .condition(let condition, let amount):
                moved += state.present.contains(condition) ? amount : 0
            case .drug(let drug, let amount):
                moved += state.takes(drug) ? amount : 0
            }
        }
        value += moved + offsets[analyte.name.rawValue] * analyte.between
        return value + random.normal() * (analyte.within + 0.12 * moved.magnitude)
    }

    /// Body height in cm.
    func height(ageYears: Double) -> Double {
        ageYears >= 17 ? adultHeight : 50 + (adultHeight - 50) * (ageYears / 17).squareRoot()
    }

    /// Body mass index in kg/m2.
    func massIndex(state: State, random: inout SeededRandom) -> Double {
        if state.ageYears < 18 {
            return 16 + 0.28 * state.ageYears + (state.present.contains(.obesity) ? 9 : 0)
                + 0.5 * random.normal()
        }
        let index = adultMassIndex + (state.present.contains(.obesity) ? 9 : 0)
        return max(15, index + 0.5 * random.normal())
    }
}

/// A person on one day: what they have and what they take.
struct State: Sendable {
    let sex: Sex
    let ageYears: Double
    let present: ConditionSet
    /// Bit n: the drug with raw value n has been started.
    private let drugs: UInt64

    init(of person: SimulatedPerson, physique: Physique, on day: CivilDay) {
        sex = person.traits.sex
        ageYears = Double(day.number - person.birthDay.number) / Hazard.daysPerYear
        present = ConditionSet(
            person.life.onsets.filter { person.day(ofAge: $0.age) <= day }.map(\.condition))
        drugs = physique.treatments.reduce(0) {
            $1.start <= day && !Drug[$1.drug].isSingleCourse
                ? $0 | 1 << UInt64($1.drug.rawValue) : $0
        }
    }

    func takes(_ drug: Drug.Name) -> Bool { drugs >> UInt64(drug.rawValue) & 1 == 1 }
}
