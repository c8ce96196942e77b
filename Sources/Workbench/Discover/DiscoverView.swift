// SPDX-License-Identifier: Apache-2.0

/// A question about which patients a site has, and once counted, everything the page says of them.
///
/// A researcher pastes a definition or builds one with a form, counts, and switches rules on and
/// off. The view holds what disclosure control let out and nothing else: a count is exact or known
/// only to be small. Shares, differences, rates and curves that would tell a hidden count are not
/// shown even if the view has them; that no hidden count follows from others by subtraction is for
/// disclosure control to see to.
package struct DiscoverView: Sendable, Hashable {
    /// A definition to try.
    package struct Example: Sendable, Hashable {
        package var name: String
        /// What it asks, in one sentence.
        package var sentence: String
        /// The definition as it would be pasted.
        package var definition: String

        package init(name: String, sentence: String, definition: String) {
            self.name = name
            self.sentence = sentence
            self.definition = definition
        }
    }

    /// A code or concept that a search found, or that is offered while one types.
    package struct Suggestion: Sendable, Hashable {
        /// As the form takes it: `SNOMED/44054006` or a concept id.
        package var code: String
        package var name: String
        /// Persons with it; nil where they were not counted.
        package var persons: ShownCount?

        package init(code: String, name: String, persons: ShownCount? = nil) {
            self.code = code
            self.name = name
            self.persons = persons
        }
    }

    /// What a search for codes found.
    package struct Search: Sendable, Hashable {
        package var text: String
        package var found: [Suggestion]

        package init(text: String, found: [Suggestion]) {
            self.text = text
            self.found = found
        }
    }

    /// Something a definition asks for and this site cannot answer.
    package struct Construct: Sendable, Hashable {
        /// Its name in the definition's own words, such as `CustomEra`.
        package var name: String
        /// Where it stands, as a path; may be empty.
        package var place: String
        package var reason: String

        package init(name: String, place: String, reason: String) {
            self.name = name
            self.place = place
            self.reason = reason
        }
    }

    /// Why a definition was not counted.
    package struct Refusal: Sendable, Hashable {
        package var sentence: String
        /// Each construct that is not supported; empty where something else was wrong.
        package var constructs: [Construct]

        package init(sentence: String, constructs: [Construct] = []) {
            self.sentence = sentence
            self.constructs = constructs
        }
    }

    /// Nothing asked yet, an answer, or why there is none.
    package enum Outcome: Sendable, Hashable {
        case notAsked
        /// The site has nobody to count; what to do about it.
        case noData(String)
        case refused(Refusal)
        case counted(Result)
    }

    /// The pasted definition, or the one the form made.
    package var definition: String
    /// What stands in the form.
    package var draft: DiscoverDraft
    /// The form is open rather than the field to paste into.
    package var isBuilding: Bool
    /// A field that needs another value; nothing was counted then.
    package var needed: DiscoverProblem?
    /// Codes offered while one types into a code field.
    package var suggestions: [Suggestion]
    package var search: Search?
    /// Shown until something was counted.
    package var examples: [Example]
    /// Rules switched off, and the outcome asked for.
    package var choice: DiscoverChoice
    /// Counts from 1 to one less than this are hidden.
    package var smallCell: Int
    package var outcome: Outcome
    /// Whether whoever looks may ask about one patient of the site.
    package var mayExplain: Bool
    /// What was found of the patient asked about.
    package var explanation: Explanation?

    package init(
        definition: String = "", draft: DiscoverDraft = DiscoverDraft(), isBuilding: Bool = false,
        needed: DiscoverProblem? = nil, suggestions: [Suggestion] = [], search: Search? = nil,
        examples: [Example] = [], choice: DiscoverChoice = DiscoverChoice(), smallCell: Int = 11,
        outcome: Outcome = .notAsked, mayExplain: Bool = false, explanation: Explanation? = nil
    ) {
        self.definition = definition
        self.draft = draft
        self.isBuilding = isBuilding
        self.needed = needed
        self.suggestions = suggestions
        self.search = search
        self.examples = examples
        self.choice = choice
        self.smallCell = smallCell
        self.outcome = outcome
        self.mayExplain = mayExplain
        self.explanation = explanation
    }
}
