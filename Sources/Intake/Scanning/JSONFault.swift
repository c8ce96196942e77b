// SPDX-License-Identifier: Apache-2.0

/// Why a text is not JSON; carries nothing of the text.
enum JSONFault: Error, Equatable {
    case ended
    case unexpected
    case tooDeep
    case notUTF8
    case badEscape
    case controlCharacter
    case textAfterEnd

    /// What a message to a person says after "is not well-formed JSON:".
    var words: String {
        switch self {
        case .ended: "it ends inside a value"
        case .unexpected: "a character stands where JSON does not allow it"
        case .tooDeep: "it is nested deeper than \(JSONScanner.depthLimit) levels"
        case .notUTF8: "a text is not UTF-8"
        case .badEscape: "a text holds an invalid escape"
        case .controlCharacter: "a text holds a raw control character"
        case .textAfterEnd: "text follows after the end of the object"
        }
    }
}
