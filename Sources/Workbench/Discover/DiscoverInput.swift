// SPDX-License-Identifier: Apache-2.0

/// A labelled field of the discover forms.
struct DiscoverInput {
    enum Kind {
        case text
        /// Whole numbers from and to; nil is open.
        case whole(from: Int?, to: Int?)
        case decimal
    }

    var label: String
    /// Name and id.
    var name: String
    var value: String
    var kind = Kind.text
    var hint = ""
    var placeholder: String?
    /// Id of a list of suggestions.
    var list: String?
    /// The form it belongs to where it stands elsewhere.
    var form: String?
    /// The field that needs another value, if any.
    var problem: DiscoverProblem?

    var html: HTML {
        tag("p") {
            tag("label", ["for": name]) { label }
            if !hint.isEmpty {
                tag("span", ["class": "aside", "id": "\(name)-hint"]) { hint }
            }
            void(
                "input",
                [
                    "id": name, "name": name, "type": isNumber ? "number" : "text",
                    "value": value, "min": least, "max": most, "step": step,
                    "inputmode": inputMode, "placeholder": placeholder, "list": list, "form": form,
                    "spellcheck": isNumber ? nil : "false",
                    "aria-describedby": hint.isEmpty ? nil : "\(name)-hint",
                    "aria-invalid": problem?.field == name ? "true" : nil,
                ])
        }
    }

    private var isNumber: Bool {
        if case .whole = kind { true } else { false }
    }

    private var least: String? {
        if case .whole(let from?, _) = kind { String(from) } else { nil }
    }

    private var most: String? {
        if case .whole(_, let to?) = kind { String(to) } else { nil }
    }

    private var step: String? { isNumber ? "1" : nil }

    /// Decimal numbers are text, since some browsers refuse a point where the system has a comma.
    private var inputMode: String? {
        switch kind {
        case .text: nil
        case .whole(let from, _): (from ?? -1) >= 0 ? "numeric" : nil
        case .decimal: "decimal"
        }
    }
}

/// A labelled choice of one of a few.
func discoverSelect(
    _ title: String, name: String, chosen: String,
    options: [(value: String, name: String)], problem: DiscoverProblem? = nil
) -> HTML {
    tag("p") {
        tag("label", ["for": name]) { title }
        tag(
            "select",
            [
                "id": name, "name": name,
                "aria-invalid": problem?.field == name ? "true" : nil,
            ]
        ) {
            for option in options {
                tag(
                    "option",
                    ["value": option.value, "selected": option.value == chosen ? "" : nil]
                ) { option.name }
            }
        }
    }
}

/// A box to tick with its label beside it.
func discoverBox(
    _ title: String, id: String, name: String, value: String = "1", isOn: Bool
) -> HTML {
    tag("div", ["class": "choice"]) {
        void(
            "input",
            [
                "id": id, "name": name, "type": "checkbox", "value": value,
                "checked": isOn ? "" : nil,
            ])
        tag("label", ["for": id]) { title }
    }
}
