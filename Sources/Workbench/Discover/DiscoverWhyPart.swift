// SPDX-License-Identifier: Apache-2.0

/// Why one patient is in or out; shown to a signed-in person of the site and to nobody else.
struct DiscoverWhyPart {
    let view: DiscoverView
    let result: DiscoverView.Result
    let frame: PageFrame

    var html: HTML {
        section("Why is this patient in or out?", id: "why") {
            form(
                to: DiscoverAddress.why(result.digest), in: frame, label: "Ask about one patient"
            ) {
                for position in view.choice.off.sorted() {
                    hidden(DiscoverChoice.Field.off, String(position))
                }
                DiscoverInput(
                    label: "Patient", name: DiscoverForm.Field.subject,
                    value: view.explanation?.subject ?? "",
                    hint:
                        "The number this site's timelines use. It is not part of any link or file.",
                    problem: view.needed
                ).html
                tag("p") { tag("button", ["type": "submit"]) { "Explain" } }
            }
            if let explanation = view.explanation {
                tag("div", ["id": view.search == nil ? "focus" : nil, "tabindex": "-1"]) {
                    found(explanation)
                }
            }
        }
    }

    private func found(_ explanation: DiscoverView.Explanation) -> HTML {
        HTML {
            switch explanation.finding {
            case .nothing(let sentence):
                Notice.note("Nothing to explain.") { sentence }
            case .rules(let isMember, let summary, let rules):
                Notice.confirmation(isMember ? "In the cohort." : "Not in the cohort.") { summary }
                tag("ol", ["class": "transcript"]) {
                    for (position, rule) in rules.enumerated() { line(rule, position) }
                }
            }
        }
    }

    private func line(_ rule: DiscoverView.Explanation.Rule, _ position: Int) -> HTML {
        tag("li") {
            tag("p") {
                tag("span", ["class": rule.isMet ? "present" : "absent"]) {
                    rule.isMet ? "holds" : "does not hold"
                }
                " "
                tag("strong") { rule.name }
                if !rule.isOn {
                    " "
                    tag("span", ["class": "aside"]) { "(switched off)" }
                }
            }
            tag("p") { rule.reason }
            mentions("Events that count for rule \(position + 1)", "Counts", rule.fired)
            mentions("Near misses of rule \(position + 1)", "Nearly", rule.nearMisses)
        }
    }

    private func mentions(
        _ caption: String, _ lead: String, _ mentions: [DiscoverView.Explanation.Mention]
    ) -> HTML {
        HTML {
            if !mentions.isEmpty {
                let hasNotes = mentions.contains { !$0.note.isEmpty }
                table(
                    caption,
                    [Column(lead), Column("Code"), Column("Day", number: true), Column("Value")]
                        + (hasNotes ? [Column("Why not")] : []),
                    rows: mentions.map { mention in
                        [
                            Cell(mention.name), Cell { tag("code") { mention.code } },
                            Cell(DiscoverWhyPart.day(mention.day), key: String(mention.day)),
                            Cell(mention.value),
                        ] + (hasNotes ? [Cell(mention.note)] : [])
                    })
            }
        }
    }

    /// `0`, `+12` or `−365`.
    static func day(_ day: Int) -> String {
        day > 0 ? "+" + NumberText.whole(day) : NumberText.whole(day)
    }
}
