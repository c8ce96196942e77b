// SPDX-License-Identifier: Apache-2.0

/// What somebody at the play page has to go by besides their own head; declared before the case.
package enum PlayArm: String, Sendable, Hashable, CaseIterable {
    case unaided
    case references = "with references"
    case panel = "with the panel"
}

/// A diagnosis as a person states it.
package struct PlayStatement: Sendable, Hashable {
    /// May be empty only where no disease is stated.
    package var diagnosis: String
    /// ICD-10, as typed; may be empty.
    package var code: String
    package var isNoDisease: Bool
    /// Whole percent, 0...100.
    package var certainty: Int

    package init(diagnosis: String, code: String = "", isNoDisease: Bool, certainty: Int) {
        self.diagnosis = diagnosis
        self.code = code
        self.isNoDisease = isNoDisease
        self.certainty = certainty
    }
}

/// What posts of the play page's forms mean.
package enum PlayForm {
    /// Names of the forms' fields.
    enum Field {
        static let arm = "arm"
        static let speciality = "speciality"
        /// A case's number, or `surprise`.
        static let item = "case"
        static let ask = "ask"
        static let order = "order"
        static let look = "look"
        static let diagnosis = "diagnosis"
        static let code = "code"
        static let noDisease = "no-disease"
        static let certainty = "certainty"
        /// A button: `sure` or `on`.
        static let answer = "sure"
    }

    /// How a play begins.
    package struct Beginning: Sendable, Hashable {
        package var arm: PlayArm
        package var speciality: String
        /// Nil: any case.
        package var number: Int?

        package init(arm: PlayArm, speciality: String, number: Int?) {
            self.arm = arm
            self.speciality = speciality
            self.number = number
        }
    }

    /// What to do in a play.
    package enum Action: Sendable, Hashable {
        case ask(String)
        case order(String)
        /// Figures of a condition.
        case look(String)
        case commit(PlayStatement)
        /// Sure after having been asked; the statement may have changed.
        case confirm(PlayStatement)
        /// Not sure: go on.
        case goOn
        /// Nothing, for this sentence's reason.
        case needed(String)
    }

    /// Whom a person can say they are; only these enter the table, so no name can.
    package static let specialities = [
        "not stated", "general practice", "internal medicine", "emergency medicine", "cardiology",
        "neurology", "surgery", "paediatrics", "gynaecology", "psychiatry", "other speciality",
        "nursing", "medical student", "not a clinician",
    ]

    /// Longest text that is read from a field, in characters.
    private static let longest = 300

    /// Reads the form that begins a play; a sentence where something was needed.
    package static func beginning(
        _ fields: [(name: String, value: String)]
    ) -> Result<Beginning, Refusal> {
        guard let arm = value(Field.arm, fields).flatMap(PlayArm.init(rawValue:)) else {
            return .failure(
                Refusal(sentence: "Declare one of the three ways to work before the case begins."))
        }
        let speciality = value(Field.speciality, fields) ?? ""
        let item = value(Field.item, fields) ?? ""
        guard item == surprise || Int(item) != nil else {
            return .failure(Refusal(sentence: "Choose a case, or let one be chosen."))
        }
        return .success(
            Beginning(
                arm: arm,
                speciality: specialities.contains(speciality) ? speciality : specialities[0],
                number: Int(item)))
    }

    /// Why a form was refused.
    package struct Refusal: Error, Equatable, Sendable {
        package var sentence: String
    }

    static let surprise = "surprise"

    /// Reads a form of a play in progress.
    package static func action(_ fields: [(name: String, value: String)]) -> Action {
        if value(Field.answer, fields) == "on" { return .goOn }
        if let text = value(Field.ask, fields) {
            return text.isEmpty ? .needed("Say what you want to ask or examine.") : .ask(text)
        }
        if let text = value(Field.order, fields) {
            return text.isEmpty ? .needed("Say which test you order.") : .order(text)
        }
        if let text = value(Field.look, fields) {
            return text.isEmpty ? .needed("Type the name of a condition.") : .look(text)
        }
        guard let diagnosis = value(Field.diagnosis, fields) else {
            return .needed("The form holds nothing this page knows.")
        }
        let isNoDisease = value(Field.noDisease, fields) != nil
        guard isNoDisease || !diagnosis.isEmpty else {
            return .needed("Name a diagnosis, or mark that no disease is behind it.")
        }
        guard let certainty = value(Field.certainty, fields).flatMap(Int.init),
            (0...100).contains(certainty)
        else { return .needed("The certainty needs to be a whole number from 0 to 100.") }
        let statement = PlayStatement(
            diagnosis: diagnosis, code: value(Field.code, fields) ?? "", isNoDisease: isNoDisease,
            certainty: certainty)
        return value(Field.answer, fields) == nil ? .commit(statement) : .confirm(statement)
    }

    /// The first value under a name, without the space around it.
    private static func value(_ name: String, _ fields: [(name: String, value: String)]) -> String?
    {
        fields.first { $0.name == name }.map { field in
            let words = field.value.split { $0.isWhitespace }.joined(separator: " ")
            return String(words.prefix(longest))
        }
    }
}
