// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import SimulatedHospitals

@Suite("Simulated hospitals")
struct SimulationTests {
    private static let shared = Result { try WrittenSimulation(seed: 11, patients: 150) }

    private func simulation() throws -> WrittenSimulation { try Self.shared.get() }

    @Test("the same seed gives the same bytes, another seed other bytes")
    func seeds() throws {
        let first = try simulation()
        let again = try WrittenSimulation(seed: 11, patients: 150)
        let other = try WrittenSimulation(seed: 12, patients: 150)
        let bytes = first.files
        #expect(bytes.count == Hospital.allCases.count * ResourceType.allCases.count + 4)
        #expect(again.files == bytes)
        #expect(again.summary == first.summary)
        let otherBytes = other.files
        for (path, data) in bytes where path.hasSuffix("Observation.ndjson") {
            #expect(otherBytes[path] != data)
        }
    }

    @Test("a person stays the same person whatever the number of others")
    func prefix() throws {
        let small = try WrittenSimulation(seed: 11, patients: 40)
        let smallRows = try small.rows("identities.csv")
        let rows = try simulation().rows("identities.csv")
        #expect(!smallRows.isEmpty)
        #expect(Array(rows.prefix(smallRows.count)) == smallRows)
        let patients = try small.data("referral-clinic/Patient.ndjson")
        #expect(try simulation().data("referral-clinic/Patient.ndjson").starts(with: patients))
    }

    @Test("every line is a JSON object of the file's resource type, with an id of its own")
    func lines() throws {
        let simulation = try simulation()
        var resources = 0
        for hospital in Hospital.allCases {
            var ids: Set<String> = []
            for type in ResourceType.allCases {
                for object in try simulation.resources("\(type.name)", at: hospital) {
                    #expect(object["resourceType"] as? String == "\(type.name)")
                    let id = try #require(object["id"] as? String)
                    #expect(ids.insert("\(type.name)/\(id)").inserted)
                    resources += 1
                }
            }
        }
        #expect(resources == simulation.summary.hospitals.reduce(0) { $0 + $1.resources })
    }

    @Test("references resolve within the hospital")
    func references() throws {
        let simulation = try simulation()
        for hospital in Hospital.allCases {
            var known: Set<String> = []
            var used: Set<String> = []
            for type in ResourceType.allCases {
                for object in try simulation.resources("\(type.name)", at: hospital) {
                    known.insert("\(type.name)/\(object["id"] as? String ?? "")")
                    Self.collectReferences(object, into: &used)
                }
            }
            #expect(used.count > 100)
            #expect(used.subtracting(known).isEmpty)
        }
    }

    private static func collectReferences(_ value: Any, into used: inout Set<String>) {
        if let object = value as? [String: Any] {
            if let reference = object["reference"] as? String { used.insert(reference) }
            for nested in object.values { collectReferences(nested, into: &used) }
        } else if let array = value as? [Any] {
            for nested in array { collectReferences(nested, into: &used) }
        }
    }

    @Test("the summary counts what is on disk")
    func summary() throws {
        let simulation = try simulation()
        for row in simulation.summary.hospitals {
            let hospital = try #require(Hospital(rawValue: row.name))
            #expect(try simulation.resources("Patient", at: hospital).count == row.patients)
            let bytes = simulation.files
                .filter { $0.key.hasPrefix(row.name + "/") }.values.reduce(0) { $0 + $1.count }
            #expect(bytes == row.bytes)
        }
        #expect(simulation.summary.persons == 150)
        let notes = try Hospital.allCases.reduce(0) { try $0 + simulation.notes(at: $1).count }
        #expect(notes == simulation.summary.notes)
    }

    @Test("the truth links the two records of everybody seen at two hospitals")
    func identities() throws {
        let simulation = try simulation()
        var hospitals: [String: [String]] = [:]
        var numbers: Set<String> = []
        var ids: [String: Set<String>] = [:]
        for row in try simulation.rows("identities.csv") {
            #expect(row.count == 4)
            hospitals[row[0], default: []].append(row[1])
            ids[row[1], default: []].insert(row[2])
            #expect(numbers.insert(row[1] + "/" + row[3]).inserted)
        }
        let two = hospitals.values.filter { $0.count == 2 }
        #expect(two.count == simulation.summary.seenAtTwo)
        #expect((6...40).contains(two.count))
        #expect(two.allSatisfy { Set($0).count == 2 })
        for hospital in Hospital.allCases {
            let patients = try simulation.resources("Patient", at: hospital)
            #expect(Set(patients.compactMap { $0["id"] as? String }) == ids[hospital.rawValue])
        }
    }

    @Test("nothing happens to anybody after death, and nothing outside the simulated time")
    func afterDeath() throws {
        let simulation = try simulation()
        for hospital in Hospital.allCases {
            var deaths: [String: String] = [:]
            for patient in try simulation.resources("Patient", at: hospital) {
                guard let id = patient["id"] as? String else { continue }
                deaths["Patient/\(id)"] = patient["deceasedDateTime"] as? String
            }
            for encounter in try simulation.resources("Encounter", at: hospital) {
                let period = try #require(encounter["period"] as? [String: String])
                let start = try #require(period["start"])
                let end = try #require(period["end"])
                #expect(start >= "2008" && end < "2025-01-09")
                #expect(start.prefix(19) <= end.prefix(19))
                let subject = try #require(
                    (encounter["subject"] as? [String: String])?["reference"])
                if let death = deaths[subject] { #expect(end.prefix(19) <= death.prefix(19)) }
            }
        }
    }

    @Test("a directory that holds files is refused and left as it was")
    func nonEmptyDirectory() throws {
        let path = WrittenSimulation.freshPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("kept".utf8).write(to: URL(fileURLWithPath: path + "/note.txt"))
        #expect(throws: SimulationError.directoryNotEmpty(path: path)) {
            try Simulation(seed: 1, patients: 3).write(to: path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["note.txt"])
        #expect(
            SimulationError.directoryNotEmpty(path: "demo").sentence
                == "demo already holds files; name a directory that is new or empty.")
    }

    @Test("an empty directory is filled, a file is refused, nobody is refused")
    func destinations() throws {
        let path = WrittenSimulation.freshPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let summary = try Simulation(seed: 1, patients: 3).write(to: path)
        #expect(summary.persons == 3)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                == ["community-hospital", "referral-clinic", "safety-net-emergency", "truth"])
        let file = path + "/truth/hazards.json"
        #expect(throws: SimulationError.notADirectory(path: file)) {
            try Simulation(seed: 1, patients: 3).write(to: file)
        }
        #expect(throws: SimulationError.noPatients(asked: 0)) {
            try Simulation(seed: 1, patients: 0).write(to: path + "/new")
        }
        let hidden = try FileManager.default
            .contentsOfDirectory(atPath: NSTemporaryDirectory())
            .filter { $0.hasPrefix("." + (path as NSString).lastPathComponent) }
        #expect(hidden.isEmpty)
    }

    @Test("exports are as untidy as real ones: errors, words without codes, old units, bills")
    func untidiness() throws {
        let simulation = try simulation()
        var statuses: Set<String> = []
        var units: Set<String> = []
        var comparators: Set<String> = []
        var uncoded = 0
        for hospital in Hospital.allCases {
            for observation in try simulation.resources("Observation", at: hospital) {
                statuses.insert(observation["status"] as? String ?? "")
                let quantity = observation["valueQuantity"] as? [String: Any]
                units.insert(quantity?["unit"] as? String ?? "")
                comparators.insert(quantity?["comparator"] as? String ?? "")
                let code = observation["code"] as? [String: Any]
                if code?["coding"] == nil { uncoded += 1 }
            }
            #expect(try !simulation.resources("Claim", at: hospital).isEmpty)
        }
        #expect(statuses == ["final", "entered-in-error"])
        #expect(units.contains("mg%") && units.contains("mg/dL"))
        #expect(comparators.isSuperset(of: ["<", ">"]))
        #expect(uncoded > 0)
    }
}
