// SPDX-License-Identifier: Apache-2.0

/// Why a case, an answer or a setting was refused.
///
/// The payloads say where and what was expected, never what was sent: a case is about a patient.
package enum CaseError: Error, Equatable, Sendable {
    /// The text is not JSON; the line is counted from 1.
    case notJSON(line: Int, expected: String)
    /// A key appears twice in one object.
    case repeatedKey(line: Int, place: String)
    /// A key that no case has; the nearest known one is named.
    case unknownKey(place: String, nearest: String, known: [String])
    case missingKey(place: String, key: String)
    case wrongType(place: String, expected: String)
    case ageOutOfRange
    /// The nearest known evidence is named by id and short name.
    case unknownEvidence(place: String, nearest: String)
    /// Yes and no to the same evidence.
    case contradiction(place: String, evidence: String)
    case tooManyFindings(limit: Int)
    /// This evidence was answered before; undo first.
    case answeredAlready(evidence: String)
    case settingOutOfRange(name: String, expected: String)

    /// A case that reads well; shown with every refusal of a case.
    package static let example =
        #"{"age":54,"sex":"female","findings":[{"evidence":"E_53","present":true}]}"#

    /// One sentence: where, what was expected, and a small example where it helps.
    package var sentence: String {
        switch self {
        case .notJSON(let line, let expected):
            "The case, line \(line): expected \(expected). \(CaseError.shown)"
        case .repeatedKey(let line, let place):
            "The case, line \(line): expected each key of \(place) once. \(CaseError.shown)"
        case .unknownKey(let place, let nearest, let known):
            "The case has a key in \(place) that is not known; the nearest known one is "
                + "\"\(nearest)\" (known: \(known.joined(separator: ", "))). \(CaseError.shown)"
        case .missingKey(let place, let key):
            "The case lacks \"\(key)\" in \(place). \(CaseError.shown)"
        case .wrongType(let place, let expected):
            "The case, \(place): expected \(expected). \(CaseError.shown)"
        case .ageOutOfRange:
            "The case, age: expected whole years from 0 to 130. \(CaseError.shown)"
        case .unknownEvidence(let place, let nearest):
            "\(place) names no known evidence; the nearest known one is \(nearest). "
                + "Give an id, a short name or a question of the panel. \(CaseError.shown)"
        case .contradiction(let place, let evidence):
            "\(place) gives \(evidence) a second answer that contradicts the first; "
                + "expected one answer to each evidence."
        case .tooManyFindings(let limit):
            "The case, findings: expected at most \(limit) entries."
        case .answeredAlready(let evidence):
            "\(evidence) has been answered already; undo that answer before giving another."
        case .settingOutOfRange(let name, let expected):
            "The setting \(name): expected \(expected)."
        }
    }

    private static var shown: String { "For example: \(example)" }
}
