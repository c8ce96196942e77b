// SPDX-License-Identifier: Apache-2.0
package import Records

/// The fields of the work-up's form and what a post of them means: the case after the button.
package struct WorkUpForm: Sendable, Hashable {
    /// Names of the form's fields.
    enum Field {
        static let age = "age"
        static let sex = "sex"
        /// Repeated; `E_53:yes` or `E_53:no`.
        static let finding = "finding"
        /// Repeated; a code.
        static let skipped = "skipped"
        /// The typed name, question or code of a finding to add.
        static let complaint = "complaint"
        /// Whether the added finding is there; `yes` without it.
        static let complaintPresent = "complaint-present"
        /// A button: `E_53:yes`, `E_53:no` or `E_53:unknown`.
        static let answer = "answer"
        /// A button: the code of the finding to take back.
        static let remove = "remove"
        /// A button: begin anew.
        static let restart = "restart"
    }

    package private(set) var age: Int?
    package private(set) var sex: Sex?
    /// In the order recorded; one a code.
    package private(set) var findings: [Finding] = []
    package private(set) var skipped: [String] = []
    /// What was needed and did not come; the case is as it was before the button then.
    package private(set) var needed: String?

    /// Something was needed, and the case is another one than the page that was sent showed.
    ///
    /// Such a form is refused as a whole: nobody asked for the case it would leave.
    package var isRefused: Bool { needed != nil && (hasRefusedAge || findings != shown) }

    /// Findings of the page that was sent.
    private var shown: [Finding] = []
    private var hasRefusedAge = false

    /// More findings than any case has; what a form sends beyond them is ignored.
    private static let mostFindings = 500

    /// Reads a posted form.
    ///
    /// - Parameters:
    ///   - fields: name and value of each field, in the order sent; unknown names are ignored.
    ///   - choices: what can be recorded; other codes are refused.
    package init(fields: [(name: String, value: String)], choices: [EvidenceChoice]) {
        let known = Set(choices.map(\.id))
        if fields.contains(where: { $0.name == Field.restart }) { return }
        for (name, value) in fields {
            switch name {
            case Field.age: readAge(value)
            case Field.sex: sex = Sex(rawValue: value)
            case Field.finding: readFinding(value, known: known)
            case Field.skipped where known.contains(value): skip(value)
            default: continue
            }
        }
        shown = findings
        for (name, value) in fields {
            switch name {
            case Field.answer: readAnswer(value, known: known)
            case Field.remove:
                findings.removeAll { $0.evidence == value }
                skipped.removeAll { $0 == value }
            case Field.complaint:
                let present = fields.last { $0.name == Field.complaintPresent }?.value != "no"
                readComplaint(value, isPresent: present, choices: choices)
            default: continue
            }
        }
        if findings.isEmpty, needed == nil {
            needed =
                "The panel needs at least one finding to begin with, such as the complaint "
                + "that brought the patient."
        }
    }

    private mutating func readAge(_ text: String) {
        let trimmed = text.filter { !$0.isWhitespace }
        guard !trimmed.isEmpty else { return }
        if let years = Int(trimmed), (0...120).contains(years) {
            age = years
        } else {
            hasRefusedAge = true
            needed = "The age needs to be a whole number of years from 0 to 120, or empty."
        }
    }

    private mutating func readFinding(_ text: String, known: Set<String>) {
        guard let (id, answer) = WorkUpForm.parts(text), known.contains(id) else { return }
        if answer == "yes" || answer == "no" { record(id, isPresent: answer == "yes") }
    }

    private mutating func readAnswer(_ text: String, known: Set<String>) {
        guard let (id, answer) = WorkUpForm.parts(text), known.contains(id) else {
            needed = "The answer names no finding that is known here."
            return
        }
        switch answer {
        case "yes", "no": record(id, isPresent: answer == "yes")
        case "unknown": skip(id)
        default: needed = "An answer needs to be yes, no or unknown."
        }
    }

    private mutating func readComplaint(
        _ text: String, isPresent: Bool, choices: [EvidenceChoice]
    ) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        if let id = WorkUpForm.evidence(named: text, among: choices) {
            record(id, isPresent: isPresent)
        } else {
            needed = "The finding needs to be one of the list; type a few letters of it and choose."
        }
    }

    private mutating func record(_ id: String, isPresent: Bool) {
        skipped.removeAll { $0 == id }
        if let index = findings.firstIndex(where: { $0.evidence == id }) {
            findings[index].isPresent = isPresent
        } else if findings.count < WorkUpForm.mostFindings {
            findings.append(Finding(evidence: id, isPresent: isPresent))
        }
    }

    private mutating func skip(_ id: String) {
        let isRecorded = findings.contains { $0.evidence == id }
        guard !isRecorded, !skipped.contains(id) else { return }
        skipped.append(id)
    }

    private static func parts(_ text: String) -> (id: String, answer: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// The code meant by what was typed: a code, a listed choice, a name or a question.
    ///
    /// Letter case does not matter. Nil where nothing or more than one thing fits.
    package static func evidence(named text: String, among choices: [EvidenceChoice]) -> String? {
        let wanted = folded(text)
        if let exact = choices.first(where: { folded($0.id) == wanted }) { return exact.id }
        if let listed = choices.first(where: { folded(listing($0)) == wanted }) { return listed.id }
        let fitting = choices.filter { folded($0.name) == wanted || folded($0.question) == wanted }
        return fitting.count == 1 ? fitting.first?.id : nil
    }

    /// How a choice is written in the list: its name and its code, which no other choice has.
    static func listing(_ choice: EvidenceChoice) -> String { "\(choice.name) (\(choice.id))" }

    private static func folded(_ text: String) -> String {
        text.split { $0.isWhitespace }.joined(separator: " ").lowercased()
    }
}
