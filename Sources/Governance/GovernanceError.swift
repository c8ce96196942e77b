// SPDX-License-Identifier: Apache-2.0

/// Why a licence, an intended use or a card can't be read; it names the member, never a caller.
package enum GovernanceError: Error, Equatable, Sendable {
    /// A member that must be there is not.
    case missing(String)
    /// A member has a value of another kind or outside its range.
    case unfit(String, expected: String)
    /// A member nobody knows; the closest known one is named where there is one.
    case unknownMember(String, known: [String])

    /// What is wrong, for the person who wrote it.
    package var sentence: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .unfit(let path, let expected): "\(path) must be \(expected)"
        case .unknownMember(let path, let known):
            "\(path) is not known here; known are \(known.joined(separator: ", "))"
        }
    }
}
