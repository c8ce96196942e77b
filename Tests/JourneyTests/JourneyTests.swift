// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Testing

/// The README's commands, run as a user runs them.
@Suite("The walked path")
struct JourneyTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The program beside the test bundle.
    static var program: URL {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder =
            bundle?.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return folder.appending(path: "bedside")
    }

    struct Outcome {
        var status: Int32
        var output: Data
        var errors: String

        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
        }
    }

    /// Runs the program to its end.
    func bedside(_ arguments: String...) throws -> Outcome {
        let process = Process()
        process.executableURL = JourneyTests.program
        process.arguments = arguments
        let errors = FileManager.default.temporaryDirectory
            .appending(path: "bedside-errors-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: data,
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    func scratch() throws -> String {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "bedside-journey-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }

    @Test("the demo walks the whole path and the ledger proves it")
    func demo() throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let outcome = try bedside(
            "demo", "--no-serve", "--json", "--persons", "300", "--directory", folder + "/demo")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try outcome.json()
        #expect(report["sites"] as? Int == 3)
        #expect((report["subjects"] as? Int ?? 0) >= 300)
        let diagnosis = try #require(report["diagnosis"] as? [String: Any])
        #expect(diagnosis["top"] as? String == "Pulmonary embolism")
        let ledger = try #require(report["ledger"] as? [String: Any])
        #expect(ledger["verified"] as? Bool == true && (ledger["entries"] as? Int ?? 0) >= 5)
    }

    @Test("init, import, cohort, key and ledger verify work one after the other")
    func commands() throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (site, exports) = (folder + "/site", folder + "/exports")
        #expect(try bedside("simulate", "--out", exports, "--persons", "200").status == 0)
        #expect(try bedside("init", "--site", site).status == 0)
        let imported = try bedside(
            "import", "--site", site, exports + "/community-hospital", "--json")
        let report = try imported.json()
        let resources = try #require(report["resources"] as? Int)
        #expect(report["imported"] as? Int == resources - (report["rejected"] as? Int ?? -1))
        let definition = JourneyTests.root.appending(path: "Examples/diabetes-hba1c.json").path
        let cohort = try bedside("cohort", "--site", site, "--definition", definition, "--json")
        #expect(try cohort.json()["attrition"] is [Any], "\(cohort.errors)")
        let key = try bedside("key", "create", "--site", site, "--name", "clinic")
        #expect(String(decoding: key.output, as: UTF8.self).hasPrefix("bsk_"))
        let verified = try bedside("ledger", "verify", "--site", site, "--json")
        #expect(try verified.json()["ok"] as? Bool == true)
        let timeline = try bedside("timeline", "--site", site, "--subject", "0", "--json")
        #expect(try timeline.json()["events"] is [Any])
    }

    @Test(
        "bad input gets one sentence and a non-zero exit",
        arguments: [
            ["import", "--site", "/nonexistent", "/tmp"],
            ["cohort", "--site", "/nonexistent", "--definition", "/nonexistent"],
            ["benchmark", "ddxplus", "/nonexistent.csv"],
            ["diagnose", "--file", "/nonexistent.json"],
            ["ledger", "verify", "--site", "/nonexistent"],
        ])
    func badInput(arguments: [String]) throws {
        let process = Process()
        process.executableURL = JourneyTests.program
        process.arguments = arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
        #expect(process.terminationStatus == 1 && lines.count == 1)
    }

    @Test("the example cohort in the repository is the one the demo counts")
    func exampleIsTheDemos() throws {
        let example = try String(
            contentsOf: JourneyTests.root.appending(path: "Examples/diabetes-hba1c.json"),
            encoding: .utf8)
        #expect(example == ExampleCohort.json)
    }
}
