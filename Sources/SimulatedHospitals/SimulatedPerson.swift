// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// One person as they are; each hospital knows them by a registration.
struct SimulatedPerson: Sendable {
    /// Number within the simulation, from 0.
    let index: Int
    let home: Hospital
    let traits: Traits
    let birthDay: CivilDay
    /// First contact with the home hospital.
    let entryDay: CivilDay
    let identity: Identity
    let smoking: SmokingStatus
    let race: Category
    let ethnicity: Category
    let life: Life

    /// The simulated time: nothing is recorded before it, and nothing happens after it.
    static let window =
        CivilDay(known: 2008, 1, 1).number...CivilDay(known: 2024, 12, 31).number

    /// Draws person number `index`; the same seed and number give the same person, however many
    /// others are drawn.
    init(index: Int, seed: SeededRandom) {
        self.index = index
        var random = seed.split(UInt64(index) &* 8 &+ 1)
        home = Hospital.allCases[random.weighted(Hospital.allCases.map(\.mix.share))]
        let mix = home.mix
        let sex: Sex = random.chance(0.52) ? .female : .male
        let hasSmoked = random.chance(mix.smokers)
        traits = Traits(sex: sex, hasSmoked: hasSmoked, burden: mix.burden)
        smoking = hasSmoked ? (random.chance(0.55) ? .former : .daily) : .never
        let window = SimulatedPerson.window
        let spread = Double(window.count) * 0.75 * random.uniform()
        let entry = random.chance(0.3) ? Int32(random.below(240)) : Int32(spread)
        entryDay = CivilDay(number: window.lowerBound + entry)
        var years = mix.meanEntryAge + mix.entryAgeDeviation * random.normal()
        if !mix.entryAges.contains(years) {
            let range = mix.entryAges
            years = range.lowerBound + random.uniform() * (range.upperBound - range.lowerBound)
        }
        if mix.entryAges.upperBound >= 90, random.chance(0.04) {
            years = 79 + 14 * random.uniform()
        }
        birthDay = CivilDay(number: entryDay.number - Int32(years * Hazard.daysPerYear))
        race = Category.races[random.weighted([0.60, 0.16, 0.10, 0.09, 0.02, 0.03])]
        ethnicity = Category.ethnicities[random.weighted([0.8, 0.2])]
        identity = Identity(index: index, sex: sex, near: home, seed: seed)
        var lifeRandom = seed.split(UInt64(index) &* 8 &+ 2)
        life = Life(
            traits: traits, mortalFrom: Double(entryDay.number - birthDay.number),
            until: Double(window.upperBound - birthDay.number) + 1, random: &lifeRandom)
    }

    /// The calendar day of an age in days.
    func day(ofAge age: Double) -> CivilDay {
        CivilDay(number: birthDay.number + Int32(age))
    }

    var deathDay: CivilDay? { life.deathAge.map(day) }
}

enum SmokingStatus: Sendable {
    case never, former, daily

    /// Answers to LOINC 72166-2 as Synthea's sample data codes them.
    var entry: CodeEntry {
        switch self {
        case .never: CodeEntry(code: Code(.snomed, "266919005"), display: "Never smoker")
        case .former: CodeEntry(code: Code(.snomed, "8517006"), display: "Former smoker")
        case .daily:
            CodeEntry(code: Code(.snomed, "449868002"), display: "Current every day smoker")
        }
    }
}

/// An OMB race or ethnicity category as US Core codes it.
struct Category: Sendable {
    let code: String
    let display: String

    static let races = [
        Category(code: "2106-3", display: "White"),
        Category(code: "2054-5", display: "Black or African American"),
        Category(code: "2028-9", display: "Asian"),
        Category(code: "2131-1", display: "Other Race"),
        Category(code: "1002-5", display: "American Indian or Alaska Native"),
        Category(code: "2076-8", display: "Native Hawaiian or Other Pacific Islander"),
    ]
    static let ethnicities = [
        Category(code: "2186-5", display: "Not Hispanic or Latino"),
        Category(code: "2135-2", display: "Hispanic or Latino"),
    ]
}

extension CivilDay {
    /// A date known to exist; the epoch for one that does not.
    init(known year: Int, _ month: Int, _ day: Int) {
        self = CivilDay(year: year, month: month, day: day) ?? CivilDay(number: 0)
    }
}
