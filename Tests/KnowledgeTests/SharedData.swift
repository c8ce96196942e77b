// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the shared test data lies, and the repository itself.
enum SharedData {
    /// Tests/KnowledgeTests/SharedData.swift lies three levels below the root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] {
            return URL(filePath: path)
        }
        return root.appending(path: "../shared/data")
    }()

    static let ddxplus = folder.appending(path: "sequential/ddxplus")

    /// False: tests of upstream figures print "skipped: shared data not found".
    static let isPresent = FileManager.default.fileExists(
        atPath: ddxplus.appending(path: "derived_kb.json").path)

    static func table(_ name: String) throws -> String {
        try String(
            contentsOf: root.appending(path: "Sources/Knowledge/DDXPlus/\(name)"), encoding: .utf8)
    }
}
