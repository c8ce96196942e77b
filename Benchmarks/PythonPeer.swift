// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs a peer's program under Python and reads the JSON lines it prints.
///
/// The interpreter is `BEDSIDE_PYTHON`, else `python3`; it needs the peer's packages.
enum PythonPeer {
    /// A peer that could not be run; benchmarks then print ours alone.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program given as text and decodes each line it prints that has the expected form.
    static func lines<Line: Decodable>(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        as type: Line.Type = Line.self
    ) throws -> [Line] {
        let decoder = JSONDecoder()
        return try output(["-c", program] + arguments, environment)
            .split(separator: UInt8(ascii: "\n"))
            .compactMap { try? decoder.decode(Line.self, from: $0) }
    }

    /// Runs a script for what it writes to disk.
    static func script(_ path: String, _ arguments: [String]) throws {
        _ = try output([path] + arguments, [:])
    }

    private static func output(
        _ arguments: [String], _ environment: [String: String]
    ) throws -> Data {
        let own = ProcessInfo.processInfo.environment
        let python = own["BEDSIDE_PYTHON"] ?? "python3"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        process.environment = own.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                description: "\(python) ended with status \(process.terminationStatus) (expected "
                    + "an interpreter with the peer's packages; name it in BEDSIDE_PYTHON)")
        }
        return data
    }
}
