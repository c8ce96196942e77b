// SPDX-License-Identifier: Apache-2.0

/// The two ways to ask, to paste a definition or to build one; either works without scripts.
struct DiscoverDefinitionPart {
    let view: DiscoverView
    let frame: PageFrame

    private typealias Field = DiscoverForm.Field
    private static let list = "code-list"

    var html: HTML {
        section(isAnswered ? "Change the definition" : "Ask", id: "definition-heading") {
            tag("details", ["open": isAnswered || view.isBuilding ? nil : ""]) {
                tag("summary") { "Paste a definition" }
                pasteForm
            }
            tag("details", ["open": view.isBuilding ? "" : nil]) {
                tag("summary") { "Build one with a form" }
                buildForm
            }
            suggestionList
        }
    }

    private var isAnswered: Bool {
        if case .counted = view.outcome { view.needed == nil && view.search == nil } else { false }
    }

    private var isRefused: Bool {
        if view.needed?.field == Field.definition { return true }
        if case .refused = view.outcome { return !view.isBuilding }
        return false
    }

    /// Where the eye goes after a rule was added.
    private func isNewest(_ position: Int) -> Bool {
        guard case .notAsked = view.outcome, view.isBuilding, view.search == nil else {
            return false
        }
        return view.needed == nil && position == view.draft.rules.count - 1
    }

    private var pasteForm: HTML {
        form(to: Place.discover.rawValue, in: frame, label: "Paste a definition") {
            tag("p") {
                tag("label", ["for": Field.definition]) { "Definition (JSON)" }
                tag("span", ["class": "aside", "id": "definition-hint"]) {
                    "An ATLAS export (Circe), a Bedside cohort definition or the algebra in JSON; "
                    "its keys say which."
                }
                tag(
                    "textarea",
                    [
                        "id": Field.definition, "name": Field.definition, "rows": "14",
                        "spellcheck": "false", "aria-describedby": "definition-hint",
                        "aria-invalid": isRefused ? "true" : nil,
                    ]
                ) { view.definition }
            }
            countButton("count")
        }
    }

    private func countButton(_ action: String) -> HTML {
        tag("p") {
            tag(
                "button",
                ["type": "submit", "class": "primary", "name": Field.action, "value": action]
            ) { "Count" }
            " "
            tag("span", ["class": "aside"]) { "Each count released is one entry of the ledger." }
        }
    }

    private var buildForm: HTML {
        form(to: Place.discover.rawValue, in: frame, label: "Build a definition") {
            // What the Enter key presses; otherwise it would be the first button below.
            tag(
                "button",
                [
                    "type": "submit", "name": Field.action, "value": "enter", "class": "unseen",
                    "tabindex": "-1", "aria-hidden": "true",
                ]
            ) { "Count" }
            hidden(Field.rules, String(view.draft.rules.count))
            hidden(Field.searched, view.search?.text ?? "")
            entryFields
            for position in view.draft.rules.indices {
                // The frame is not the fieldset's, whose legend would break its line.
                tag(
                    "div",
                    [
                        "class": "newest", "id": isNewest(position) ? "focus" : nil,
                        "tabindex": isNewest(position) ? "-1" : nil,
                    ]
                ) { ruleFields(position) }
                tag("p") {}
            }
            if view.draft.rules.count < DiscoverDraft.mostRules {
                tag("p") { plainButton("Add a rule", Field.action, "add-rule") }
            }
            endFields
            countButton("build")
            searchFields
            if let search = view.search { found(search) }
        }
    }

    private func input(
        _ label: String, _ name: String, _ value: String,
        _ kind: DiscoverInput.Kind = .text, hint: String = "", placeholder: String? = nil,
        list: String? = nil
    ) -> HTML {
        DiscoverInput(
            label: label, name: name, value: value, kind: kind, hint: hint,
            placeholder: placeholder, list: list, problem: view.needed
        ).html
    }

    private func plainButton(
        _ text: String, _ name: String, _ value: String, label: String? = nil
    ) -> HTML {
        tag(
            "button",
            [
                "type": "submit", "class": "quiet", "name": name, "value": value,
                "formnovalidate": "", "aria-label": label,
            ]
        ) { text }
    }

    private var entryFields: HTML {
        let draft = view.draft
        return HTML {
            input("Name of the cohort", Field.name, draft.name)
            tag("fieldset") {
                tag("legend") { "Entry event" }
                input(
                    "Codes or concept ids", Field.entryCodes, draft.entryCodes,
                    hint: "Any of these begins an entry; several are separated by commas.",
                    placeholder: "SNOMED/44054006, 201826", list: DiscoverDefinitionPart.list)
                discoverBox(
                    "and whatever lies below them in the vocabulary", id: Field.entryDescendants,
                    name: Field.entryDescendants, isOn: draft.entryWithDescendants)
                tag("p", ["class": "aside"]) {
                    "Prior days: how long a person must have been observed before the event."
                }
                tag("div", ["class": "pair"]) {
                    discoverSelect(
                        "Which count", name: Field.occurrence,
                        chosen: draft.occurrence.rawValue,
                        options: [("first", "the first"), ("last", "the last"), ("all", "all")])
                    input(
                        "Prior days", Field.priorDays, draft.priorDays,
                        .whole(from: 0, to: 36_525))
                }
            }
        }
    }

    private func ruleFields(_ position: Int) -> HTML {
        let rule = view.draft.rules[position]
        func name(_ part: String) -> String { Field.rule(position, part) }
        return tag("fieldset") {
            tag("legend") { "Rule \(position + 1)" }
            input("What it is called", name(Field.name), rule.name)
            input(
                "Codes or concept ids", name(Field.codes), rule.codes,
                list: DiscoverDefinitionPart.list)
            discoverBox(
                "and whatever lies below them in the vocabulary", id: name(Field.descendants),
                name: name(Field.descendants), isOn: rule.withDescendants)
            tag("div", ["class": "pair"]) {
                discoverSelect(
                    "How often", name: name(Field.sense), chosen: rule.sense.rawValue,
                    options: [
                        ("at-least", "at least"), ("exactly", "exactly"), ("at-most", "at most"),
                    ])
                input("Number", name(Field.count), rule.count, .whole(from: 0, to: 1000))
            }
            tag("p", ["class": "aside", "id": name("window")]) {
                "Days count from the index date: −365 is a year before, 0 the day itself; empty "
                "is open. “Exactly 0” means none. “Up to” is the upper end of “between”."
            }
            tag("div", ["class": "pair"]) {
                input(
                    "From day", name(Field.fromDay), rule.fromDay,
                    .whole(from: -36_525, to: 36_525))
                input("To day", name(Field.toDay), rule.toDay, .whole(from: -36_525, to: 36_525))
            }
            valueFields(rule, name)
            tag("p") {
                plainButton(
                    "Remove this rule", Field.remove, String(position),
                    label: "Remove rule \(position + 1)")
            }
        }
    }

    private func valueFields(
        _ rule: DiscoverDraft.Rule, _ name: (String) -> String
    ) -> HTML {
        HTML {
            tag("div", ["class": "pair"]) {
                discoverSelect(
                    "Value", name: name(Field.relation), chosen: rule.relation?.rawValue ?? "",
                    options: [
                        ("", "any or none"), ("over", "more than"), ("at-least", "at least"),
                        ("under", "less than"), ("at-most", "at most"), ("between", "between"),
                    ], problem: view.needed)
                input("Amount", name(Field.value), rule.value, .decimal)
            }
            tag("div", ["class": "pair"]) {
                input("Up to", name(Field.otherValue), rule.otherValue, .decimal)
                input("Unit", name(Field.unit), rule.unit, placeholder: "any")
            }
        }
    }

    private var endFields: HTML {
        tag("fieldset") {
            tag("legend") { "A person leaves" }
            discoverSelect(
                "When", name: Field.end,
                chosen: view.draft.endsAfterFixedDays ? "fixed" : "observation",
                options: [
                    ("observation", "at the end of observation"),
                    ("fixed", "after this number of days"),
                ])
            tag("div", ["class": "pair"]) {
                input(
                    "Number of days", Field.endDays, view.draft.endDays,
                    .whole(from: 1, to: 36_525))
            }
        }
    }

    private var searchFields: HTML {
        tag("fieldset") {
            tag("legend") { "Find codes" }
            input(
                "Part of a name, or a code", Field.search, view.search?.text ?? "",
                placeholder: "diabetes")
            tag("p") { plainButton("Search", Field.action, "search") }
        }
    }

    private func found(_ search: DiscoverView.Search) -> HTML {
        tag("div", ["id": "focus", "tabindex": "-1"]) {
            if search.found.isEmpty {
                tag("p") { "Nothing here has “\(search.text)” in its name or code." }
            } else {
                tag("p") {
                    "\(NumberText.whole(search.found.count)) found; add one to a part of the form."
                }
                tag("ul", ["class": "findings"]) {
                    for suggestion in search.found {
                        tag("li") {
                            tag("div", ["class": "finding"]) { foundLine(suggestion) }
                        }
                    }
                }
            }
        }
    }

    private func foundLine(_ suggestion: DiscoverView.Suggestion) -> HTML {
        HTML {
            tag("p") {
                suggestion.name
                " "
                tag("code", ["class": "long"]) { suggestion.code }
                if let persons = suggestion.persons {
                    " "
                    tag("span", ["class": "aside"]) { "\(persons.text) persons" }
                }
            }
            addButtons(suggestion)
        }
    }

    private func addButtons(_ suggestion: DiscoverView.Suggestion) -> HTML {
        tag("div", ["class": "answers"]) {
            plainButton(
                "Add to entry", Field.add, "entry|\(suggestion.code)",
                label: "Add \(suggestion.name) to the entry event")
            for position in view.draft.rules.indices {
                plainButton(
                    "to rule \(position + 1)", Field.add, "\(position)|\(suggestion.code)",
                    label: "Add \(suggestion.name) to rule \(position + 1)")
            }
        }
    }

    private var suggestionList: HTML {
        tag("datalist", ["id": DiscoverDefinitionPart.list]) {
            for suggestion in view.suggestions {
                tag("option", ["value": suggestion.code]) { suggestion.name }
            }
        }
    }
}
