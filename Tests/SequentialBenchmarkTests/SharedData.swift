// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the shared test data lies.
enum SharedData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["BEDSIDE_DATA"] {
            return URL(filePath: path)
        }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "../shared/data")
    }()

    static let ddxplus = folder.appending(path: "sequential/ddxplus")
    static let patients = ddxplus.appending(path: "test_patients_sample.csv").path

    /// False: the conformance tests print "skipped: shared data not found".
    static let isPresent = FileManager.default.fileExists(atPath: patients)
}
