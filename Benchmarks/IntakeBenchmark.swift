// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intake

/// Extraction of FHIR against parsing the same lines with Foundation's JSONSerialization.
enum IntakeBenchmark {
    static func run(_ path: String) throws {
        let files = try SourceFiles.list(path).files
        var bytes = 0
        var resources = 0
        let ours = try seconds {
            for file in files {
                let extraction = try FHIRReader().extract(
                    file: file, displayName: file, progress: { _ in })
                bytes += extraction.report.bytes
                resources += extraction.report.resources
            }
        }
        print(
            String(
                format: "ours                 %8.2f s  %7.1f MB/s  %d resources", ours,
                Double(bytes) / 1e6 / ours, resources))
        var parsed = 0
        let peer = try seconds {
            for file in files {
                for line in try text(of: file).split(separator: UInt8(ascii: "\n")) {
                    if (try? JSONSerialization.jsonObject(with: line)) != nil { parsed += 1 }
                }
            }
        }
        print(
            String(
                format: "JSONSerialization    %8.2f s  %7.1f MB/s  (parsing only)", peer,
                Double(bytes) / 1e6 / peer))
        print(String(format: "ratio                %8.1f x", peer / ours))
    }

    /// A file's text, through the system's gzip where it is compressed.
    private static func text(of file: String) throws -> Data {
        guard file.hasSuffix(".gz") else { return try Data(contentsOf: URL(fileURLWithPath: file)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", file]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
