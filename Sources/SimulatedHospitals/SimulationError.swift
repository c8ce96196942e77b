// SPDX-License-Identifier: Apache-2.0

/// Why a simulation could not be written.
///
/// Payloads name paths, never simulated people.
package enum SimulationError: Error, Equatable, Sendable {
    case noPatients(asked: Int)
    case directoryNotEmpty(path: String)
    case notADirectory(path: String)
    case unwritable(path: String, reason: String)

    /// One sentence for the person who can act on it.
    package var sentence: String {
        switch self {
        case .noPatients(let asked):
            "A simulation needs between 1 and 1,000,000 patients; \(asked) were asked for."
        case .directoryNotEmpty(let path):
            "\(path) already holds files; name a directory that is new or empty."
        case .notADirectory(let path):
            "\(path) is a file; name a directory that is new or empty."
        case .unwritable(let path, let reason):
            "\(path) could not be written: \(reason)."
        }
    }
}
