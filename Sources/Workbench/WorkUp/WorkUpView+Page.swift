// SPDX-License-Identifier: Apache-2.0
import Records

extension WorkUpView: WorkbenchPage {
    package var title: String { "Work-up" }
    package var place: Place? { .workUp }

    package var announcement: String {
        if let needed { return needed }
        guard let standing, let first = standing.differential.first else { return "Work-up" }
        let leading = "Leading: \(first.name), \(NumberText.percent(first.probability))."
        guard let question = standing.questions.first, standing.stop == nil else { return leading }
        return "\(leading) Next question: \(question.question)"
    }

    /// The form every button of the page belongs to.
    private static let formID = "case"

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            if let needed { Notice.problem("Needed:") { needed } }
            if let standing {
                tag("p", ["class": "lede"]) { summary }
                caseForm(frame)
                if let stop = standing.stop {
                    Notice.confirmation("The panel would stop here.") { stop }
                }
                questionList(standing)
                DifferentialPart(hypotheses: standing.differential).html
                findingList(frame)
                conference(standing)
                origin(standing)
            } else {
                startForm(frame)
            }
            listOfChoices
        }
    }

    /// The state of the case, out of sight; the buttons elsewhere on the page belong to it.
    private func caseForm(_ frame: PageFrame) -> HTML {
        form(
            to: Place.workUp.rawValue, in: frame, id: WorkUpView.formID, label: "State of the case"
        ) { caseFields }
    }

    private var caseFields: HTML {
        HTML {
            if let age { hidden(WorkUpForm.Field.age, String(age)) }
            if let sex { hidden(WorkUpForm.Field.sex, sex.rawValue) }
            for finding in findings {
                hidden(
                    WorkUpForm.Field.finding, "\(finding.id):\(finding.isPresent ? "yes" : "no")")
            }
            for id in skipped { hidden(WorkUpForm.Field.skipped, id) }
        }
    }

    private func startForm(_ frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Begin with what brought the patient. The panel then ranks what could explain it, "
                "shows the weight of each finding, and says what to ask next."
            }
            form(to: Place.workUp.rawValue, in: frame, label: "Begin a work-up") {
                complaintField("First complaint or finding", value: firstComplaint)
                tag("div", ["class": "pair"]) {
                    tag("p") {
                        tag("label", ["for": "age"]) { "Age in years" }
                        void(
                            "input",
                            [
                                "id": "age", "name": WorkUpForm.Field.age, "type": "number",
                                "min": "0", "max": "120", "step": "1", "inputmode": "numeric",
                                "value": age.map(String.init),
                            ])
                    }
                    sexField
                }
                tag("p") {
                    tag("button", ["type": "submit", "class": "primary"]) { "Begin" }
                    " "
                    tag("span", ["class": "aside"]) {
                        "The case stays in this page; nothing of it is in the address."
                    }
                }
            }
        }
    }

    private var sexField: HTML {
        tag("p") {
            tag("label", ["for": "sex"]) { "Sex" }
            tag("select", ["id": "sex", "name": WorkUpForm.Field.sex]) {
                tag("option", ["value": ""]) { "not given" }
                for choice in [Sex.female, .male] {
                    tag(
                        "option",
                        ["value": choice.rawValue, "selected": choice == sex ? "" : nil]
                    ) { choice.rawValue }
                }
            }
        }
    }

    /// What was chosen in a form that lacked something else.
    private var firstComplaint: String? {
        findings.first.flatMap { first in choices.first { $0.id == first.id } }
            .map(WorkUpForm.listing)
    }

    private func complaintField(_ name: String, value: String? = nil) -> HTML {
        tag("p") {
            tag("label", ["for": "complaint"]) { name }
            void(
                "input",
                [
                    "id": "complaint", "name": WorkUpForm.Field.complaint, "type": "text",
                    "list": "choices", "required": "",
                    "placeholder": "type a few letters, then choose", "value": value,
                ])
        }
    }

    private var listOfChoices: HTML {
        tag("datalist", ["id": "choices"]) {
            for choice in choices {
                tag("option", ["value": WorkUpForm.listing(choice)]) { choice.question }
            }
        }
    }

    @HTMLBuilder private func questionList(_ standing: Standing) -> HTML {
        if !standing.questions.isEmpty {
            section("Ask next", id: "next") {
                tag("ol", ["class": "questions", "data-shortcuts": ""]) {
                    for (position, question) in standing.questions.prefix(3).enumerated() {
                        tag("li") { questionItem(question, position: position) }
                    }
                }
            }
        }
    }

    private func questionItem(_ question: Question, position: Int) -> HTML {
        let isFirst = position == 0
        return HTML {
            tag(
                "p",
                [
                    "class": "question", "id": isFirst ? "focus" : nil,
                    "tabindex": isFirst ? "-1" : nil,
                ]
            ) { question.question }
            tag("p", ["class": "aside"]) {
                tag("span", ["class": "bits"]) {
                    "\(NumberText.fixed(question.bits, decimals: 2)) bits expected"
                }
                " · \(question.reason)"
            }
            tag(
                "div",
                ["class": "answers", "role": "group", "aria-label": "Answer: \(question.question)"]
            ) {
                answer("Yes", "yes", "y", to: question, hasKey: isFirst)
                answer("No", "no", "n", to: question, hasKey: isFirst)
                answer("Don’t know", "unknown", "u", to: question, hasKey: isFirst)
            }
        }
    }

    private func answer(
        _ name: String, _ value: String, _ key: String, to question: Question, hasKey: Bool
    ) -> HTML {
        tag(
            "button",
            [
                "type": "submit", "form": WorkUpView.formID, "name": WorkUpForm.Field.answer,
                "value": "\(question.id):\(value)", "data-shortcut": hasKey ? key : nil,
            ]
        ) {
            name
            if hasKey { tag("kbd", ["aria-hidden": "true"]) { key } }
        }
    }

    private func findingList(_ frame: PageFrame) -> HTML {
        section("Findings so far", id: "findings") {
            tag("ul", ["class": "findings"]) {
                for finding in findings {
                    tag("li") {
                        tag("span", ["class": finding.isPresent ? "present" : "absent"]) {
                            finding.isPresent ? "present" : "absent"
                        }
                        tag("span", ["class": "finding"]) { finding.name }
                        button("Remove", WorkUpForm.Field.remove, finding.id, about: finding.name)
                    }
                }
                for id in skipped {
                    let name = choices.first { $0.id == id }?.name ?? id
                    tag("li") {
                        tag("span", ["class": "unknown"]) { "not known" }
                        tag("span", ["class": "finding"]) { name }
                        button("Remove", WorkUpForm.Field.remove, id, about: name)
                    }
                }
            }
            addForm(frame)
            tag("p") { button("Begin anew", WorkUpForm.Field.restart, "1", about: "") }
        }
    }

    /// Its own form, so that Enter in its field adds the finding and never answers a question.
    private func addForm(_ frame: PageFrame) -> HTML {
        form(to: Place.workUp.rawValue, in: frame, label: "Add a finding") {
            caseFields
            complaintField("Add a finding")
            tag("p", ["class": "answers"]) {
                addButton("Add as present", "yes")
                addButton("Add as absent", "no")
            }
        }
    }

    private func addButton(_ name: String, _ value: String) -> HTML {
        tag(
            "button",
            ["type": "submit", "name": WorkUpForm.Field.complaintPresent, "value": value]
        ) { name }
    }

    /// The case in one line: who, what is there, what is not.
    private var summary: String {
        let years = age.map { "Age \($0)" } ?? "Age not given"
        let stated = sex.map(\.rawValue) ?? "sex not given"
        let present = findings.filter(\.isPresent).map(\.name)
        let absent = findings.filter { !$0.isPresent }.map(\.name)
        var sentence = "\(years), \(stated)."
        if !present.isEmpty { sentence += " Present: \(present.joined(separator: ", "))." }
        if !absent.isEmpty { sentence += " Absent: \(absent.joined(separator: ", "))." }
        return sentence
    }

    private func button(_ name: String, _ field: String, _ value: String, about: String) -> HTML {
        tag(
            "button",
            [
                "type": "submit", "class": "quiet", "form": WorkUpView.formID, "name": field,
                "value": value,
            ]
        ) {
            name
            if !about.isEmpty { tag("span", ["class": "unseen"]) { " \(about)" } }
        }
    }

    @HTMLBuilder private func conference(_ standing: Standing) -> HTML {
        if !standing.conference.isEmpty {
            section("Case conference", id: "conference") {
                tag("dl", ["class": "entries roles"]) {
                    for statement in standing.conference {
                        tag("dt") { statement.role }
                        tag("dd") { statement.text }
                    }
                }
            }
        }
    }

    private func origin(_ standing: Standing) -> HTML {
        section("About this answer", id: "about") {
            tag("p") { standing.label }
            if !standing.missing.isEmpty {
                tag("p") { "What would make it better:" }
                tag("ul") {
                    for sentence in standing.missing { tag("li") { sentence } }
                }
            }
            if let index = standing.ledgerIndex {
                tag("p") {
                    "On record as "
                    tag("a", ["href": Place.entry(index)]) {
                        "ledger entry \(NumberText.whole(index))"
                    }
                    "."
                }
            }
        }
    }
}
