// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import SimulatedHospitals

@Suite("What the simulated values say")
struct CohortTests {
    private static let persons: [SimulatedPerson] = {
        let simulation = Simulation(seed: 7)
        return (0..<simulation.patients).map { simulation.person($0) }
    }()

    @Test("the hospitals differ in age as their names say")
    func caseMix() {
        func meanAge(_ hospital: Hospital) -> Double {
            let ages = Self.persons.filter { $0.home == hospital }.map {
                Double($0.entryDay.number - $0.birthDay.number) / Hazard.daysPerYear
            }
            return ages.reduce(0, +) / Double(max(1, ages.count))
        }
        #expect(meanAge(.referralClinic) > meanAge(.communityHospital) + 10)
        #expect(meanAge(.communityHospital) > meanAge(.safetyNetEmergency) + 2)
    }

    @Test("two desks write the same person down differently, but often enough alike")
    func identityVariation() {
        let simulation = Simulation(seed: 7)
        let pairs = Self.persons.map { simulation.memberships(of: $0) }.filter { $0.count == 2 }
        let count = Double(pairs.count)
        func share(_ isSame: (Identity, Identity) -> Bool) -> Double {
            Double(pairs.count { isSame($0[0].identity, $0[1].identity) }) / count
        }
        #expect(pairs.count > 80)
        #expect((0.6...0.9).contains(share { $0.family == $1.family }))
        #expect((0.6...0.95).contains(share { $0.given == $1.given }))
        #expect((0.4...0.8).contains(share { $0.addressLine == $1.addressLine }))
        #expect(share { $0 == $1 } < 0.5)
        for pair in pairs {
            #expect(pair[0].hospital != pair[1].hospital)
            #expect(pair[0].patientID != pair[1].patientID)
            #expect(pair[0].recordNumber != pair[1].recordNumber)
        }
    }

    @Test("some people live in sparse ZIP3 areas, and some reach 90")
    func rarities() {
        let prefixes = Set(Self.persons.map { String($0.identity.postalCode.prefix(3)) })
        #expect(prefixes.isSuperset(of: ["036", "059", "821", "692", "893"]))
        let aged = Self.persons.count {
            $0.birthDay.completedYears(to: $0.deathDay ?? CivilDay(known: 2024, 12, 31)) >= 90
        }
        #expect(aged >= 5)
    }

    @Test("diabetes is frequent enough for the demonstration's cohort")
    func diabetes() throws {
        let simulation = try WrittenSimulation(seed: 7, patients: 1200)
        var members = 0
        for hospital in Hospital.allCases {
            var first: [String: String] = [:]
            for condition in try simulation.resources(
                "Condition", at: hospital, holding: "44054006")
            {
                guard Self.code(condition) == "44054006", condition["clinicalStatus"] != nil,
                    let subject = (condition["subject"] as? [String: String])?["reference"],
                    let day = (condition["onsetDateTime"] ?? condition["recordedDate"]) as? String
                else { continue }
                first[subject] = min(first[subject] ?? "9", String(day.prefix(10)))
            }
            var high: Set<String> = []
            for observation in try simulation.resources(
                "Observation", at: hospital, holding: "4548-4")
            {
                guard Self.code(observation) == "4548-4",
                    let value = (observation["valueQuantity"] as? [String: Any])?["value"]
                        as? Double,
                    let subject = (observation["subject"] as? [String: String])?["reference"],
                    let index = first[subject],
                    let day = observation["effectiveDateTime"] as? String
                else { continue }
                let years = abs((Int(day.prefix(4)) ?? 0) - (Int(index.prefix(4)) ?? 0))
                if value >= 7, observation["status"] as? String == "final", years == 0 {
                    high.insert(subject)
                }
            }
            members += high.count
        }
        #expect(members >= 100)
    }

    private static func code(_ resource: [String: Any]) -> String? {
        let code = resource["code"] as? [String: Any]
        return (code?["coding"] as? [[String: Any]])?.first?["code"] as? String
    }

    @Test("HbA1c is up in diabetes and comes down with metformin; creatinine is up in CKD")
    func values() throws {
        var sums: [String: (total: Double, count: Double)] = [:]
        let root = Simulation(seed: 7)
        for person in Self.persons {
            let physique = root.physique(of: person)
            var random = root.stream(of: person)
            let state = State(
                of: person, physique: physique,
                on: CivilDay(number: SimulatedPerson.window.upperBound))
            let glycation = physique.value(
                of: Analyte[.hemoglobinA1c], state: state, random: &random)
            let creatinine = physique.value(
                of: Analyte[.creatinine], state: state, random: &random)
            let diabetes =
                !state.present.contains(.diabetes)
                ? "none" : state.takes(.metformin) ? "treated" : "untreated"
            sums["A1c " + diabetes, default: (0, 0)].total += glycation
            sums["A1c " + diabetes, default: (0, 0)].count += 1
            let kidney = state.present.contains(.kidneyDisease) ? "CKD" : "healthy"
            sums[kidney, default: (0, 0)].total += creatinine
            sums[kidney, default: (0, 0)].count += 1
        }
        func mean(_ key: String) throws -> Double {
            let sum = try #require(sums[key])
            return sum.total / sum.count
        }
        #expect(try mean("A1c treated") > mean("A1c none") + 1)
        #expect(try mean("A1c untreated") > mean("A1c treated") + 0.8)
        #expect(try mean("CKD") > mean("healthy") + 0.6)
    }

    @Test("eGFR falls with creatinine and age, and is 142 at the equation's knots")
    func filtration() {
        let knot = Measured.filtration(creatinine: 0.9, ageYears: 0, sex: .male)
        #expect(abs(knot - 142) < 1e-9)
        let low = Measured.filtration(creatinine: 2, ageYears: 70, sex: .male)
        #expect(low < Measured.filtration(creatinine: 1, ageYears: 70, sex: .male))
        #expect(low < Measured.filtration(creatinine: 2, ageYears: 50, sex: .male))
    }
}
