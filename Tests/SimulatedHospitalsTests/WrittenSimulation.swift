// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records

@testable import SimulatedHospitals

/// A small simulation, written to disk, read back and removed at once.
struct WrittenSimulation: Sendable {
    let summary: SimulationSummary
    /// Relative paths of all files with their bytes.
    let files: [String: Data]

    init(seed: UInt64, patients: Int) throws {
        let directory = WrittenSimulation.freshPath()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        summary = try Simulation(seed: seed, patients: patients).write(to: directory)
        var files: [String: Data] = [:]
        for folder in Hospital.allCases.map(\.rawValue) + ["truth"] {
            for name in try FileManager.default.contentsOfDirectory(
                atPath: "\(directory)/\(folder)")
            {
                files["\(folder)/\(name)"] = try Data(
                    contentsOf: URL(fileURLWithPath: "\(directory)/\(folder)/\(name)"))
            }
        }
        self.files = files
    }

    static func freshPath() -> String {
        NSTemporaryDirectory() + "bedside-simulation-" + UUID().uuidString
    }

    func data(_ path: String) throws -> Data {
        guard let data = files[path] else { throw CocoaError(.fileNoSuchFile) }
        return data
    }

    /// The objects of an NDJSON file; with `text`, only of the lines that hold it.
    func objects(_ path: String, holding text: String? = nil) throws -> [[String: Any]] {
        let lines = try data(path).split(separator: UInt8(ascii: "\n"))
        let wanted = text.map { text in
            lines.filter { $0.range(of: Data(text.utf8)) != nil }
        }
        return try (wanted ?? lines).map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            else { throw CocoaError(.fileReadCorruptFile) }
            return object
        }
    }

    func resources(
        _ type: String, at hospital: Hospital, holding text: String? = nil
    ) throws -> [[String: Any]] {
        try objects("\(hospital.rawValue)/\(type).ndjson", holding: text)
    }

    /// The rows of a truth table, without its header.
    func rows(_ name: String) throws -> [[String]] {
        String(decoding: try data("truth/\(name)"), as: UTF8.self)
            .split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// The text of every note of a hospital, by document id.
    func notes(at hospital: Hospital) throws -> [String: [UInt8]] {
        var notes: [String: [UInt8]] = [:]
        for document in try resources("DocumentReference", at: hospital) {
            let content = (document["content"] as? [[String: Any]])?.first
            let attachment = content?["attachment"] as? [String: Any]
            guard let id = document["id"] as? String, let text = attachment?["data"] as? String,
                let data = Data(base64Encoded: text)
            else { throw CocoaError(.fileReadCorruptFile) }
            notes[id] = [UInt8](data)
        }
        return notes
    }
}
