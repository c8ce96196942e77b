// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The OHDSI test data beside the repository, or where BEDSIDE_DATA says.
enum CirceSuites {
    static let root: URL = {
        if let given = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] {
            return URL(fileURLWithPath: given)
        }
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return repository.appendingPathComponent("../shared/data").standardizedFileURL
    }()

    static var circe: URL {
        root.appendingPathComponent("ehr/suites/circe-be/src/test/resources")
    }

    static var library: URL { root.appendingPathComponent("ehr/suites/ohdsi-phenotype-library") }
    static var gibleed: URL { root.appendingPathComponent("ehr/omop-gibleed/demo_cdm_csv_files") }

    static var isPresent: Bool { FileManager.default.fileExists(atPath: library.path) }

    /// In a debug build every so manieth of many long checks; all of them in a release build.
    static func stride(_ debug: Int) -> Int {
        #if DEBUG
            debug
        #else
            1
        #endif
    }

    static func unzipped(_ file: URL) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    /// The definitions of the phenotype library: the cohort's number and its expression's bytes.
    static let definitions: [(id: Int, source: [UInt8])] = {
        guard let data = try? unzipped(library.appendingPathComponent("cohorts.jsonl.gz")) else {
            return []
        }
        let opening = Array(#"{"file":""#.utf8)
        let middle = Array(#".json","expression":"#.utf8)
        return [UInt8](data).split(separator: UInt8(ascii: "\n")).compactMap { line in
            let digits = line.dropFirst(opening.count).prefix { $0 >= 0x30 && $0 <= 0x39 }
            let rest = line.dropFirst(opening.count + digits.count)
            guard rest.starts(with: middle), line.last == UInt8(ascii: "}"),
                let id = Int(String(decoding: digits, as: UTF8.self))
            else { return nil }
            return (id, Array(rest.dropFirst(middle.count).dropLast()))
        }
    }()
}
