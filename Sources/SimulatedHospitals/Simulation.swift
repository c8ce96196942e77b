// SPDX-License-Identifier: Apache-2.0
import Foundation
import Statistics

/// Three simulated hospitals and the truth about everybody in them, as FHIR R4 NDJSON.
///
/// Diseases begin by known hazards with planted causes, some people are seen at two hospitals, and
/// notes hold identifying text whose places are known, so that linkage, risk models and scrubbing
/// can be tested against the truth. Hazards, ratios and laboratory means are set for software
/// testing; they are not estimates of any population, and nobody in the data exists.
///
/// The same seed and number of patients give the same bytes; a person stays the same person
/// whatever the number of others.
package struct Simulation: Sendable {
    package let seed: UInt64
    /// Persons in total, over all hospitals.
    package let patients: Int

    package init(seed: UInt64, patients: Int = 1200) {
        self.seed = seed
        self.patients = patients
    }

    /// Writes `DIRECTORY/<hospital>/<ResourceType>.ndjson` and `DIRECTORY/truth/`.
    ///
    /// All or nothing: files are made in a hidden directory beside the destination, which takes its
    /// place at the end.
    ///
    /// - Throws: where the destination is a file or holds files, or the disk refuses.
    package func write(to directory: String) throws(SimulationError) -> SimulationSummary {
        guard (1...1_000_000).contains(patients) else { throw .noPatients(asked: patients) }
        let destination = try Destination(directory)
        do {
            let summary = try writeAll(under: destination.partial)
            try destination.finish()
            return summary
        } catch {
            destination.abandon()
            throw error
        }
    }

    /// Person number `index` of this simulation.
    func person(_ index: Int) -> SimulatedPerson {
        SimulatedPerson(index: index, seed: root)
    }

    func physique(of person: SimulatedPerson) -> Physique {
        Physique(of: person, seed: root)
    }

    func memberships(of person: SimulatedPerson) -> [Membership] {
        Membership.of(person, seed: root)
    }

    /// A stream of draws for one person that nothing written uses.
    func stream(of person: SimulatedPerson) -> SeededRandom {
        root.split(UInt64(person.index) &* 8 &+ 7)
    }

    private var root: SeededRandom { SeededRandom(seed: seed).split(0xBED51DE) }

    private func writeAll(under partial: String) throws(SimulationError) -> SimulationSummary {
        var outputs: [HospitalOutput] = []
        for hospital in Hospital.allCases {
            let path = "\(partial)/\(hospital.rawValue)"
            try Destination.makeDirectory(path)
            outputs.append(try HospitalOutput(hospital, directory: path, seed: root))
        }
        try Destination.makeDirectory("\(partial)/truth")
        var truth = try Truth(directory: "\(partial)/truth")
        var seenAtTwo = 0
        for index in 0..<patients {
            let person = person(index)
            let physique = physique(of: person)
            let memberships = memberships(of: person)
            if memberships.count > 1 { seenAtTwo += 1 }
            truth.add(person)
            for membership in memberships {
                guard let at = Hospital.allCases.firstIndex(of: membership.hospital) else {
                    continue
                }
                var chart = Chart(membership, physique: physique)
                chart.write(to: &outputs[at])
                truth.add(membership)
                truth.add(chart.spans, at: membership.hospital)
                try outputs[at].flush(atLeast: 1 << 18)
            }
            try truth.flush(atLeast: 1 << 18)
        }
        for at in outputs.indices { try outputs[at].close() }
        try truth.close(seed: seed)
        return SimulationSummary(
            hospitals: outputs.map(SimulationSummary.Row.init), persons: patients,
            seenAtTwo: seenAtTwo, notes: outputs.reduce(0) { $0 + $1.notes })
    }
}

/// What was written, for the command line and the site.
package struct SimulationSummary: Sendable, Codable, Equatable {
    package struct Row: Sendable, Codable, Equatable {
        /// The directory's name.
        package var name: String
        package var title: String
        package var patients: Int
        package var resources: Int
        package var bytes: Int
    }

    package var hospitals: [Row]
    package var persons: Int
    /// Persons with a record at two hospitals.
    package var seenAtTwo: Int
    /// Clinical notes over all hospitals.
    package var notes: Int
}

extension SimulationSummary.Row {
    fileprivate init(_ output: HospitalOutput) {
        name = output.hospital.rawValue
        title = output.hospital.title
        patients = output.patients
        resources = output.resources
        bytes = output.bytes
    }
}
