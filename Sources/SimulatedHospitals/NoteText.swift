// SPDX-License-Identifier: Apache-2.0

/// What kind of identifying text a span of a note is.
package enum IdentifierKind: String, CaseIterable, Sendable, Codable {
    /// Of the patient or a clinician.
    case name = "NAME"
    /// Of a relative or friend.
    case relative = "RELATIVE"
    case date = "DATE"
    case phone = "PHONE"
    case email = "EMAIL"
    case recordNumber = "MRN"
    case address = "ADDRESS"
    /// An age of 90 or more, in digits or words.
    case agedNinety = "AGE90"
    case hospital = "HOSPITAL"
}

/// A note under construction, which remembers where identifying text stands.
struct NoteText {
    struct Span: Equatable {
        /// UTF-8 byte offsets, end exclusive.
        let start: Int
        let end: Int
        let kind: IdentifierKind
    }

    private(set) var bytes: [UInt8] = []
    private(set) var spans: [Span] = []

    mutating func append(_ text: some StringProtocol) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ text: String, as kind: IdentifierKind) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        spans.append(Span(start: start, end: bytes.count, kind: kind))
    }
}

/// An identifying span of a note on file, as the truth lists it.
struct TruthSpan {
    let document: String
    let span: NoteText.Span
}
