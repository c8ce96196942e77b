// SPDX-License-Identifier: Apache-2.0

/// Why a cohort definition was refused.
///
/// Payloads name places and expectations, no patient data.
package enum CohortError: Error, Equatable, Sendable {
    /// The text is not JSON; `line` counts from 1.
    case notJSON(file: String?, line: Int, expected: String)
    /// Something at a path such as `rules[2].withinDays` is not what it should be.
    case unexpected(file: String?, path: String, expected: String)
    /// A key that means nothing here; `nearest` is the known key most like it.
    case unknownKey(file: String?, path: String, key: String, nearest: String)

    /// One sentence for the person who wrote the definition.
    package var sentence: String {
        switch self {
        case .notJSON(let file, let line, let expected):
            "\(CohortError.place(file))line \(line): expected \(expected)."
        case .unexpected(let file, let path, let expected):
            "\(CohortError.place(file))\(CohortError.name(path)): expected \(expected)."
        case .unknownKey(let file, let path, let key, let nearest):
            "\(CohortError.place(file))\(CohortError.name(path)): unknown key \"\(key)\"; "
                + "expected \"\(nearest)\" or another key of a cohort definition."
        }
    }

    private static func place(_ file: String?) -> String { file.map { "\($0): " } ?? "" }

    private static func name(_ path: String) -> String { path.isEmpty ? "the definition" : path }
}
