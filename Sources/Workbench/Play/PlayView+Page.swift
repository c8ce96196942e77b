// SPDX-License-Identifier: Apache-2.0
import Statistics

extension PlayView: WorkbenchPage {
    package var place: Place? { .play }

    package var title: String {
        switch self {
        case .choosing: "Play a case"
        case .working(let room): "Case \(NumberText.whole(room.number))"
        case .judged(let verdict):
            "Case \(NumberText.whole(verdict.number)): "
                + (verdict.own.isCorrect ? "right" : "not right")
        }
    }

    package var announcement: String {
        switch self {
        case .choosing(let choice): choice.needed ?? title
        case .working(let room): room.announcement
        case .judged(let verdict): "\(title). \(verdict.own.reason)"
        }
    }

    package func content(in frame: PageFrame) -> HTML {
        switch self {
        case .choosing(let choice): choice.content(in: frame)
        case .working(let room): room.content(in: frame)
        case .judged(let verdict): verdict.content
        }
    }
}

/// What a played case is and is not.
let playCaveat: HTML = Notice.note("Own cases are invented.") {
    "They were written for software testing and not reviewed by clinicians; no patient is behind "
    "them. A play measures this program and its cases, never a person's fitness to practise."
}

extension PlayChoice {
    func content(in frame: PageFrame) -> HTML {
        HTML {
            if let needed { Notice.problem("Needed:") { needed } }
            tag("p", ["class": "lede"]) {
                "Work a case up as the panel does: ask, examine, order, commit. The same "
                "gatekeeper answers, the same prices count and the same judge decides."
            }
            playCaveat
            section("Begin", id: "begin") { beginForm(frame) }
            section("Plays so far", id: "plays") { resultTable }
        }
    }

    private func beginForm(_ frame: PageFrame) -> HTML {
        form(to: Place.play.rawValue, in: frame, label: "Begin a play") {
            tag("fieldset") {
                tag("legend") { "How you work, declared before the case" }
                for (position, arm) in PlayArm.allCases.enumerated() {
                    tag("div", ["class": "choice"]) {
                        void(
                            "input",
                            [
                                "type": "radio", "id": "arm-\(position)",
                                "name": PlayForm.Field.arm, "value": arm.rawValue, "required": "",
                            ])
                        tag("label", ["for": "arm-\(position)"]) { arm.sentence }
                    }
                }
            }
            tag("p") {
                tag("label", ["for": "speciality"]) { "Your speciality" }
                tag("select", ["id": "speciality", "name": PlayForm.Field.speciality]) {
                    for name in PlayForm.specialities { tag("option", ["value": name]) { name } }
                }
            }
            tag("p") {
                tag("label", ["for": "case"]) { "Case" }
                tag("select", ["id": "case", "name": PlayForm.Field.item]) {
                    tag("option", ["value": PlayForm.surprise]) { "Surprise me" }
                    for setting in settings {
                        tag("optgroup", ["label": setting]) {
                            for item in items where item.setting == setting {
                                tag("option", ["value": String(item.number)]) { item.text }
                            }
                        }
                    }
                }
            }
            tag("p") {
                tag("button", ["type": "submit", "class": "primary"]) { "Begin" }
                " "
                tag("span", ["class": "aside"]) {
                    "The table keeps no name: arm, speciality, case, verdict, cost and time."
                }
            }
        }
    }

    private func mean(_ value: Double?, decimals: Int = 1) -> Cell {
        Cell(value.map { NumberText.fixed($0, decimals: decimals) } ?? "–")
    }

    /// In the order they first come.
    private var settings: [String] {
        items.reduce(into: []) { names, item in
            if !names.contains(item.setting) { names.append(item.setting) }
        }
    }

    @HTMLBuilder private var resultTable: HTML {
        if results.isEmpty {
            tag("p") { "No play has been finished on this site." }
        } else {
            table(
                "Plays so far",
                [
                    Column("Who"), Column("Cases", number: true), Column("Right", number: true),
                    Column("95 % interval", number: true), Column("Mean cost", number: true),
                    Column("Questions", number: true), Column("Tests", number: true),
                    Column("Minutes", number: true), Column("Mean certainty", number: true),
                    Column("Brier score", number: true),
                ],
                rows: results.map { row in
                    [
                        Cell(row.name), Cell(row.accuracy.count),
                        Cell(NumberText.percent(row.accuracy.value)), Cell(ends(row.accuracy)),
                        Cell(NumberText.dollars(row.cost)),
                        mean(row.questions), mean(row.tests), mean(row.minutes),
                        Cell(row.certainty.map(NumberText.percent) ?? "–"),
                        mean(row.brier, decimals: 3),
                    ]
                })
            tag("p", ["class": "aside"]) {
                "Intervals: Wilson, 95 %. The arms are chosen, not drawn by lot, and cases differ "
                "in difficulty: compare with care."
            }
        }
        if unreadable > 0 {
            tag("p", ["class": "aside"]) {
                "Lines of the table that could not be read and are left out: "
                "\(NumberText.whole(unreadable))."
            }
        }
    }
}

extension PlayChoice.Item {
    var text: String {
        let who = [sex, age.map { "age \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return "Case \(number)" + (who.isEmpty ? "" : " · \(who)")
    }
}

extension PlayArm {
    var sentence: String {
        switch self {
        case .unaided: "Unaided: nothing but your own head"
        case .references: "With references: published figures of any condition you type in"
        case .panel: "With the panel: its differential, its five roles and what it would ask next"
        }
    }
}
