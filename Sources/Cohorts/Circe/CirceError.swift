// SPDX-License-Identifier: Apache-2.0

/// Why a Circe definition was refused; no payload holds patient data.
package enum CirceError: Error, Hashable, Sendable {
    /// The text is not JSON; `line` counts from 1.
    case notJSON(line: Int, expected: String)
    /// A construct that would change the meaning if it were left out; `path` is its JSON path.
    case unsupported(line: Int, path: String)
    /// Something at a JSON path is not what it should be.
    case malformed(line: Int, path: String, expected: String)
    /// The definition can be read but not run: a condition was left unfinished.
    case unfinished(place: String)

    /// One sentence for the person who wrote the definition.
    package var sentence: String {
        switch self {
        case .notJSON(let line, let expected): "Line \(line): expected \(expected)."
        case .unsupported(let line, let path):
            "Line \(line): \(path) is not supported, and leaving it out would change the cohort."
        case .malformed(let line, let path, let expected):
            "Line \(line): \(path.isEmpty ? "the definition" : path): expected \(expected)."
        case .unfinished(let place): "\(place) states a comparison without the value to compare to."
        }
    }
}
