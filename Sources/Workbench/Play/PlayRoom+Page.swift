// SPDX-License-Identifier: Apache-2.0

extension PlayRoom {
    private var address: String { Place.play(id) }

    var announcement: String {
        if let needed { return needed }
        if pending != nil { return "Are you sure?" }
        guard let last = exchanges.last else {
            return "Case \(NumberText.whole(number)). \(abstract)"
        }
        return "\(last.lines.joined(separator: " ")) Spent \(spent)."
    }

    private var spent: String { NumberText.dollars(Double(spentCents) / 100) }

    func content(in frame: PageFrame) -> HTML {
        HTML {
            if let needed { Notice.problem("Needed:") { needed } }
            tag("p", ["class": "lede"]) { abstract }
            figures([
                ("Spent", spent, "visits included"),
                (
                    "Visits", NumberText.whole(visits),
                    "\(NumberText.dollars(Double(visitCents) / 100)) each"
                ),
                ("Requests", NumberText.whole(exchanges.count), ""),
                ("Arm", arm.rawValue, "declared"),
            ])
            if let pending { confirmation(pending, frame) } else { newest }
            if pending == nil {
                askForm(frame)
                orderForm(frame)
                panelPart(frame)
                if arm == .references { referencePart(frame) }
            }
            transcript
            if pending == nil { commitPart(frame) }
        }
    }

    @HTMLBuilder private var newest: HTML {
        if let last = exchanges.last {
            section("Newest answer", id: "newest") {
                tag("div", ["class": "newest", "id": "focus", "tabindex": "-1"]) {
                    last.content
                }
            }
        }
    }

    private func askForm(_ frame: PageFrame) -> HTML {
        section("Ask or examine", id: "asking") {
            form(to: address, in: frame, label: "Ask or examine") {
                requestField(
                    "What do you want to know?", PlayForm.Field.ask, list: "findings",
                    hint: "Your own words, or a name of the list. A run of questions is one visit.")
                options(findings, id: "findings")
                submit("Ask")
            }
        }
    }

    private func orderForm(_ frame: PageFrame) -> HTML {
        section("Order tests", id: "ordering") {
            form(to: address, in: frame, label: "Order tests") {
                requestField(
                    "Which test?", PlayForm.Field.order, list: "tests",
                    hint: "A test by its name; the list shows prices. An order ends the visit.")
                options(tests, id: "tests")
                submit("Order")
            }
        }
    }

    private func requestField(
        _ name: String, _ field: String, list: String, hint: String
    ) -> HTML {
        tag("p") {
            tag("label", ["for": field]) { name }
            tag("span", ["class": "aside", "id": "\(field)-hint"]) { hint }
            void(
                "input",
                [
                    "id": field, "name": field, "type": "text", "list": list, "required": "",
                    "maxlength": "300", "aria-describedby": "\(field)-hint",
                ])
        }
    }

    private func options(_ choices: [Option], id: String) -> HTML {
        tag("datalist", ["id": id]) {
            for choice in choices { tag("option", ["value": choice.name]) { choice.note } }
        }
    }

    private func submit(_ name: String) -> HTML {
        tag("p") { tag("button", ["type": "submit", "class": "primary"]) { name } }
    }

    @HTMLBuilder private var transcript: HTML {
        if !exchanges.isEmpty {
            section("Requests and answers", id: "transcript") {
                PlayExchange.list(exchanges)
            }
        }
    }

    private func commitPart(_ frame: PageFrame) -> HTML {
        section("Commit", id: "commit") {
            form(to: address, in: frame, label: "Commit to a diagnosis") {
                statementFields(nil)
                submit("Commit")
            }
        }
    }

    private func statementFields(_ statement: PlayStatement?) -> HTML {
        HTML {
            tag("p") {
                tag("label", ["for": "diagnosis"]) { "Diagnosis" }
                tag("span", ["class": "aside", "id": "diagnosis-hint"]) {
                    "One diagnosis, as precise as you can; naming several at once counts for less."
                }
                void(
                    "input",
                    [
                        "id": "diagnosis", "name": PlayForm.Field.diagnosis, "type": "text",
                        "maxlength": "300", "aria-describedby": "diagnosis-hint",
                        "value": statement?.diagnosis,
                    ])
            }
            tag("div", ["class": "choice"]) {
                void(
                    "input",
                    [
                        "type": "checkbox", "id": "no-disease", "name": PlayForm.Field.noDisease,
                        "value": "yes", "checked": statement?.isNoDisease == true ? "" : nil,
                    ])
                tag("label", ["for": "no-disease"]) { "No disease is behind the complaint" }
            }
            tag("div", ["class": "pair"]) {
                tag("p") {
                    tag("label", ["for": "certainty"]) { "Certainty, percent" }
                    void(
                        "input",
                        [
                            "id": "certainty", "name": PlayForm.Field.certainty, "type": "number",
                            "min": "0", "max": "100", "step": "1", "inputmode": "numeric",
                            "required": "", "value": statement.map { String($0.certainty) },
                        ])
                }
                tag("p") {
                    tag("label", ["for": "code"]) { "ICD-10, if you like" }
                    void(
                        "input",
                        [
                            "id": "code", "name": PlayForm.Field.code, "type": "text",
                            "maxlength": "10", "value": statement?.code,
                        ])
                }
            }
        }
    }

    private func confirmation(_ statement: PlayStatement, _ frame: PageFrame) -> HTML {
        section("Are you sure?", id: "confirmation") {
            tag("p", ["id": "focus", "tabindex": "-1"]) {
                "You would commit to "
                tag("strong") { statement.text }
                ", certainty \(statement.certainty) %. You are asked once, as every agent is: "
                "repeat it, change it, or go on asking."
            }
            form(to: address, in: frame, label: "Confirm the diagnosis") {
                statementFields(statement)
                tag("p") {
                    tag(
                        "button",
                        [
                            "type": "submit", "class": "primary", "name": PlayForm.Field.answer,
                            "value": "sure",
                        ]
                    ) { "I am sure" }
                    tag(
                        "button",
                        [
                            "type": "submit", "name": PlayForm.Field.answer, "value": "on",
                            "formnovalidate": "",
                        ]
                    ) { "Go on asking" }
                }
            }
        }
    }
}

extension PlayStatement {
    /// What is stated, in words.
    var text: String {
        guard isNoDisease else { return diagnosis }
        return diagnosis.isEmpty ? "no disease" : "no disease (\(diagnosis))"
    }
}

extension PlayExchange {
    /// The request, what came back, and what it cost.
    var content: HTML {
        HTML {
            tag("p", ["class": "request"]) { isOrder ? "Ordered: \(request)" : request }
            for line in lines { tag("p") { line } }
            tag("p", ["class": "aside"]) { price }
        }
    }

    private var price: String {
        if isRefused { return "Nothing was revealed or charged." }
        var text =
            isOrder || cents > 0 ? NumberText.dollars(Double(cents) / 100) : "Part of the visit"
        if !unpriced.isEmpty {
            text += "; without a price in the schedule: \(unpriced.joined(separator: ", "))"
        }
        return text + "."
    }

    static func list(_ exchanges: [PlayExchange]) -> HTML {
        tag("ol", ["class": "transcript"]) {
            for exchange in exchanges { tag("li") { exchange.content } }
        }
    }
}
