// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing

@testable import SimulatedHospitals

/// Lives without any writing: what was observed against the closed form of the hazards.
@Suite("Known hazards")
struct HazardTests {
    private static let lives: [(life: Life, mortalFrom: Double)] = {
        var random = SeededRandom(seed: 2024)
        return (0..<6000).map { _ in
            let traits = Traits(
                sex: random.chance(0.5) ? .female : .male, hasSmoked: random.chance(0.4),
                burden: random.chance(0.5) ? 1 : 1.35)
            let mortalFrom = (10 + 60 * random.uniform()) * Hazard.daysPerYear
            let until = mortalFrom + 20 * Hazard.daysPerYear
            return (
                Life(traits: traits, mortalFrom: mortalFrom, until: until, random: &random),
                mortalFrom
            )
        }
    }()

    /// Pieces of a life in which nothing changes: length in days, band, conditions present.
    private static func pieces(
        _ life: Life, from first: Double = 0
    ) -> [(days: Double, band: Int, present: ConditionSet)] {
        let edges =
            ([first, life.lastAge] + Hazard.ageBands.map { $0 * Hazard.daysPerYear }
            + life.onsets.map(\.age)).filter { $0 >= first && $0 <= life.lastAge }.sorted()
        return zip(edges, edges.dropFirst()).filter { $0 < $1 }.map { start, end in
            let middle = (start + end) / 2
            let present = ConditionSet(life.onsets.filter { $0.age < middle }.map(\.condition))
            return (end - start, Hazard.band(ofAge: middle / Hazard.daysPerYear), present)
        }
    }

    @Test(
        "onsets agree with the cumulative hazard within four standard errors",
        arguments: Condition.allCases)
    func onsets(condition: Condition) {
        var observed = 0.0
        var expected = 0.0
        for (life, _) in Self.lives {
            if life.onset(of: condition) != nil { observed += 1 }
            for piece in Self.pieces(life) {
                expected +=
                    piece.days
                    * Hazard.perDay(
                        condition, band: piece.band, traits: life.traits, present: piece.present)
            }
        }
        #expect(expected > 10)
        #expect(abs(observed - expected) < 4 * expected.squareRoot())
    }

    @Test("deaths agree with the cumulative hazard, and nobody dies before the first contact")
    func deaths() {
        var observed = 0.0
        var expected = 0.0
        for (life, mortalFrom) in Self.lives {
            if let age = life.deathAge {
                observed += 1
                #expect(age >= mortalFrom)
            }
            for piece in Self.pieces(life, from: mortalFrom) {
                expected +=
                    piece.days
                    * HazardTable.death.perDay(
                        band: piece.band, traits: life.traits, present: piece.present)
            }
        }
        #expect(expected > 100)
        #expect(abs(observed - expected) < 4 * expected.squareRoot())
    }

    @Test(
        "planted hazard ratios are recovered",
        arguments: [
            (Condition.diabetes, Condition.kidneyDisease, 3.0),
            (.obesity, .diabetes, 2.5), (.hypertension, .stroke, 2.2),
            (.copd, .pneumonia, 3.0), (.myocardialInfarction, .heartFailure, 4.0),
        ])
    func plantedRatio(cause: Condition, effect: Condition, ratio: Double) {
        var observed = 0.0
        var withoutRatio = 0.0
        for (life, _) in Self.lives {
            guard let exposedFrom = life.onset(of: cause) else { continue }
            if let age = life.onset(of: effect), age > exposedFrom { observed += 1 }
            for piece in Self.pieces(life, from: exposedFrom) {
                withoutRatio +=
                    piece.days / ratio
                    * Hazard.perDay(
                        effect, band: piece.band, traits: life.traits, present: piece.present)
            }
        }
        #expect(observed > 30)
        let estimate = observed / withoutRatio
        #expect(abs(estimate - ratio) < 4 * ratio / observed.squareRoot())
        // The same onsets do not agree with a world in which the cause does nothing.
        #expect(observed - withoutRatio > 4 * withoutRatio.squareRoot())
    }

    @Test("having smoked multiplies the hazard of COPD by eight")
    func smoking() {
        var observed: [Bool: Double] = [:]
        var base: [Bool: Double] = [:]
        for (life, _) in Self.lives {
            let hasSmoked = life.traits.hasSmoked
            if life.onset(of: .copd) != nil { observed[hasSmoked, default: 0] += 1 }
            let neverSmoked = Traits(
                sex: life.traits.sex, hasSmoked: false, burden: life.traits.burden)
            for piece in Self.pieces(life) {
                base[hasSmoked, default: 0] +=
                    piece.days
                    * Hazard.perDay(
                        .copd, band: piece.band, traits: neverSmoked, present: piece.present)
            }
        }
        let smokers = observed[true, default: 0] / base[true, default: 1]
        let others = observed[false, default: 0] / base[false, default: 1]
        let error = (1 / observed[true, default: 1] + 1 / observed[false, default: 1]).squareRoot()
        #expect(abs(smokers / others - 8) < 4 * 8 * error)
    }

    @Test("complications need what they complicate, and each condition begins once")
    func order() {
        for (life, _) in Self.lives.prefix(3000) {
            #expect(Set(life.onsets.map(\.condition)).count == life.onsets.count)
            #expect(life.onsets.map(\.age) == life.onsets.map(\.age).sorted())
            if let complication = life.onset(of: .retinopathy) {
                #expect(complication > life.onset(of: .diabetes) ?? .infinity)
            }
            if life.traits.sex == .female { #expect(life.onset(of: .prostateCancer) == nil) }
            for onset in life.onsets {
                for cause in onset.causes {
                    #expect(life.onset(of: cause.condition) ?? .infinity < onset.age)
                }
            }
        }
    }

    @Test("every hazard has a rate for every age band and no vocabulary code occurs twice")
    func tables() {
        for hazard in HazardTable.conditions + [HazardTable.death] {
            #expect(hazard.perThousandYears.count == Hazard.ageBands.count)
            #expect(hazard.perThousandYears.contains { $0 > 0 })
        }
        #expect(Set(Condition.allCases.map(\.entry.code)).count == Condition.allCases.count)
        for name in Drug.Name.allCases { #expect(Drug[name].name == name) }
        for name in Analyte.Name.allCases { #expect(Analyte[name].name == name) }
        #expect(Set(NameLists.given(.female) + NameLists.given(.male)).count >= 150)
        #expect(Set(NameLists.family).count >= 200)
    }
}
