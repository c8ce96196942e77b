// SPDX-License-Identifier: Apache-2.0

extension AccessView: WorkbenchPage {
    package var title: String { "Keys and budgets" }
    package var place: Place? { .keys }

    package var announcement: String {
        switch outcome {
        case nil: title
        case .issued(let name, _): "A key for \(name) was made. It is shown once."
        case .done(let sentence), .refused(let sentence): sentence
        }
    }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Who may call the models, how much they may spend, and under which licence. The "
                "site keeps only hashes of keys: one that is lost can be replaced, never read."
            }
            result
            section("Principals", id: "principals") {
                principalTable
                create(frame)
                change(frame)
            }
            section("Budgets", id: "budgets") {
                budgetTable
                if canSetBudgets { setBudget(frame) }
            }
            section("Licences", id: "licences") { licenceTable }
        }
    }

    @HTMLBuilder private var result: HTML {
        if let outcome {
            tag("div", ["id": "focus", "tabindex": "-1"]) {
                switch outcome {
                case .issued(let name, let key):
                    Notice.confirmation("Key for \(name).") {
                        "Copy it now: it is shown this once and kept nowhere."
                    }
                    codeBlock(key, label: "The new key")
                case .done(let sentence):
                    Notice.confirmation("Done.") { sentence }
                case .refused(let sentence):
                    Notice.problem("Not done.") { sentence }
                }
            }
        }
    }

    @HTMLBuilder private var principalTable: HTML {
        if principals.isEmpty {
            tag("p") { "Nobody holds a key yet." }
        } else {
            table(
                "Principals",
                [
                    Column("Name", sort: true), Column("Team", sort: true),
                    Column("Licensee", sort: true), Column("Opens"),
                    Column("A minute", number: true), Column("Made", sort: true),
                    Column("Expires", sort: true),
                ],
                rows: principals.map(row))
        }
    }

    private func row(_ principal: Principal) -> [Cell] {
        [
            Cell(principal.name), Cell(principal.team.isEmpty ? "–" : principal.team),
            Cell(principal.licensee.isEmpty ? "the house" : principal.licensee),
            Cell {
                tag("span", ["class": "line"]) {
                    principal.scopes.isEmpty
                        ? "everything" : principal.scopes.joined(separator: ", ")
                }
                if !principal.models.isEmpty {
                    tag("span", ["class": "line aside"]) {
                        principal.models.joined(separator: ", ")
                    }
                }
            },
            Cell(key: String(principal.requestsPerMinute ?? .max)) {
                if let requests = principal.requestsPerMinute {
                    tag("span", ["class": "line"]) { "\(NumberText.whole(requests)) requests" }
                }
                if let tokens = principal.tokensPerMinute {
                    tag("span", ["class": "line"]) { "\(NumberText.whole(tokens)) tokens" }
                }
                if principal.requestsPerMinute == nil, principal.tokensPerMinute == nil {
                    "no limit"
                }
            },
            Cell(key: principal.created) { tag("span", ["class": "whole"]) { principal.created } },
            Cell(key: principal.expires) {
                if principal.isExpired {
                    tag("span", ["class": "flag"]) { "expired" }
                    " "
                }
                tag("span", ["class": "whole"]) {
                    principal.expires.isEmpty ? "never" : principal.expires
                }
            },
        ]
    }

    private func create(_ frame: PageFrame) -> HTML {
        tag("details") {
            tag("summary") { "Make a key" }
            form(to: Place.keys.rawValue, in: frame, label: "Make a key") {
                tag("div", ["class": "row"]) {
                    textField(
                        "name", label: "Name",
                        note: "Letters, digits, dots, hyphens and underscores.", prefix: "new-",
                        required: true)
                    textField("team", label: "Team", note: "May be left out.", prefix: "new-")
                    textField(
                        "licensee", label: "Licensee", note: "Left out for the house's own.",
                        prefix: "new-")
                    textField(
                        "requests", label: "Requests a minute", note: "Left out for no limit.",
                        prefix: "new-", type: "number")
                    textField(
                        "days", label: "Expires in days", note: "Left out for never.",
                        prefix: "new-", type: "number")
                }
                action("create", "Make the key", primary: true)
            }
        }
    }

    @HTMLBuilder private func change(_ frame: PageFrame) -> HTML {
        if !principals.isEmpty {
            tag("details") {
                tag("summary") { "Replace or take away a key" }
                form(to: Place.keys.rawValue, in: frame, label: "Replace or take away a key") {
                    tag("div", ["class": "row"]) {
                        choiceField(
                            "name", label: "Whose",
                            choices: principals.map { ($0.name, $0.name) }, prefix: "old-")
                    }
                    tag("p", ["class": "answers"]) {
                        button("rotate", "Replace it by a new one")
                        button("revoke", "Take it away")
                    }
                    tag("p", ["class": "aside"]) {
                        "Either holds from the next call on, and is an entry of the ledger. The old "
                        "key opens nothing any more."
                    }
                }
            }
        }
    }

    private func button(_ what: String, _ text: String, primary: Bool = false) -> HTML {
        tag(
            "button",
            [
                "type": "submit", "name": AccessForm.actionField, "value": what,
                "class": primary ? "primary" : nil,
            ]
        ) { text }
    }

    private func action(_ what: String, _ text: String, primary: Bool = false) -> HTML {
        tag("p") { button(what, text, primary: primary) }
    }

    @HTMLBuilder private var budgetTable: HTML {
        if budgets.isEmpty {
            tag("p") {
                "No budget is set: a principal on record may call without a limit on money."
            }
        } else {
            table(
                "Budgets",
                [
                    Column("Whose", sort: true), Column("Model"), Column("Each"),
                    Column("Used", picture: true), Column("Spent, \(currency)", number: true),
                    Column("Held", number: true), Column("Limit", number: true), Column("Until"),
                ],
                rows: budgets.enumerated().map { position, budget in
                    budgetRow(budget, at: position)
                })
            tag("p", ["class": "aside"]) {
                "Filled: spent. Open: put aside for calls being answered. A call that would go past "
                "the limit is refused before the model is asked."
            }
        }
    }

    private func budgetRow(_ budget: Budget, at position: Int) -> [Cell] {
        [
            Cell(budget.scope), Cell(budget.model.isEmpty ? "all" : budget.model),
            Cell(budget.period),
            Cell {
                usedBar(
                    id: "budget-\(position)",
                    title: "\(NumberText.percent(budget.share)) of the limit is used",
                    spent: budget.spentMicros, held: budget.heldMicros, limit: budget.limitMicros)
                tag("span", ["class": "aside"]) { " " + NumberText.percent(budget.share) }
            },
            Cell(NumberText.micros(budget.spentMicros)), Cell(NumberText.micros(budget.heldMicros)),
            Cell(NumberText.micros(budget.limitMicros)),
            Cell {
                tag("span", ["class": "whole"]) { budget.resets.isEmpty ? "–" : budget.resets }
            },
        ]
    }

    private func setBudget(_ frame: PageFrame) -> HTML {
        tag("details") {
            tag("summary") { "Set a budget" }
            form(to: Place.keys.rawValue, in: frame, label: "Set a budget") {
                tag("div", ["class": "row"]) {
                    choiceField(
                        "kind", label: "For a", choices: AccessForm.kinds.map { ($0, $0) },
                        prefix: "budget-")
                    textField("owner", label: "Name", prefix: "budget-", required: true)
                    choiceField(
                        "model", label: "Model",
                        choices: [("", "all")] + models.map { ($0, $0) }, prefix: "budget-")
                    choiceField(
                        "period", label: "Each",
                        choices: [("month", "month"), ("day", "day"), ("total", "in total")],
                        prefix: "budget-")
                    textField(
                        "limit", label: "Limit, \(currency)",
                        note: "Empty takes the limit away.", prefix: "budget-")
                }
                action("budget", "Set the budget", primary: true)
            }
        }
    }

    @HTMLBuilder private var licenceTable: HTML {
        if licences.isEmpty {
            tag("p") { "No licence is granted: only the house itself calls." }
        } else {
            table(
                "Licences",
                [
                    Column("Licensee", sort: true), Column("Standing", sort: true),
                    Column("Term"), Column("Where"), Column("For what"), Column("Models"),
                    Column("Calls", number: true),
                ],
                rows: licences.map(licenceRow))
        }
    }

    private func licenceRow(_ licence: Licence) -> [Cell] {
        func any(_ names: [String]) -> String {
            names.isEmpty ? "any" : names.joined(separator: ", ")
        }
        return [
            Cell(licence.licensee), Cell(licence.standing),
            Cell {
                tag("span", ["class": "line whole"]) { "from \(licence.from)" }
                tag("span", ["class": "line whole"]) { "until \(licence.until)" }
            },
            Cell {
                tag("span", ["class": "line"]) { "Sites: \(any(licence.sites))" }
                tag("span", ["class": "line"]) { "Law: \(any(licence.jurisdictions))" }
            },
            Cell(any(licence.uses)), Cell(any(licence.models)),
            Cell {
                tag("span", ["class": "line"]) {
                    licence.callsUsed.map(NumberText.whole) ?? "–"
                }
                tag("span", ["class": "line aside"]) {
                    licence.callCap.map { "of \(NumberText.whole($0))" } ?? "no cap"
                }
            },
        ]
    }
}

extension AccessView.Budget {
    /// Spent and held, as a share of the limit.
    var share: Double {
        guard limitMicros > 0 else { return spentMicros + heldMicros > 0 ? 1 : 0 }
        return Double(spentMicros + heldMicros) / Double(limitMicros)
    }
}
