// SPDX-License-Identifier: Apache-2.0

/// The ranked list: each hypothesis with its probability, and behind it the weight of each finding.
struct DifferentialPart {
    var hypotheses: [WorkUpView.Hypothesis]

    private var shown: ArraySlice<WorkUpView.Hypothesis> { hypotheses.prefix(10) }

    /// The weight that fills half a bar, the same for all of them.
    private var limit: Double {
        shown.flatMap(\.basis).map(\.weight.magnitude).filter(\.isFinite).max() ?? 1
    }

    var html: HTML {
        section("Differential", id: "differential") {
            if hypotheses.isEmpty {
                tag("p") { "No hypothesis is left." }
            } else {
                tag("ol", ["class": "differential"]) {
                    for (position, hypothesis) in shown.enumerated() {
                        tag("li") { item(hypothesis, position: position) }
                    }
                }
                if hypotheses.count > shown.count { rest }
                tag("p", ["class": "aside"]) {
                    "Weight: natural logarithm of the likelihood ratio against the other "
                    "hypotheses; 0.69 doubles the odds, −0.69 halves them. Bars share one scale."
                }
            }
        }
    }

    private var rest: HTML {
        let others = hypotheses.dropFirst(shown.count)
        let left = others.reduce(0) { $0 + $1.probability }
        return tag("p", ["class": "aside"]) {
            "Not shown: \(NumberText.whole(others.count)) of "
            "\(NumberText.whole(hypotheses.count)) hypotheses, together "
            "\(NumberText.percent(min(1, max(0, left))))."
        }
    }

    private func item(_ hypothesis: WorkUpView.Hypothesis, position: Int) -> HTML {
        let percent = NumberText.percent(hypothesis.probability)
        return HTML {
            tag("div", ["class": "ranked"]) {
                tag("div", ["class": "hypothesis"]) {
                    tag("h3") { hypothesis.name }
                    tag("span", ["class": "aside"]) { facts(of: hypothesis) }
                }
                tag("span", ["class": "probability"]) { percent }
            }
            rowBar(
                id: "p-\(position)", title: "Probability \(percent)",
                share: hypothesis.probability)
            if !hypothesis.basis.isEmpty { basis(of: hypothesis, position: position) }
        }
    }

    private func facts(of hypothesis: WorkUpView.Hypothesis) -> HTML {
        HTML {
            if !hypothesis.code.isEmpty { "\(hypothesis.code) · " }
            "severity \(hypothesis.severity) of 5"
            if hypothesis.severity <= 2 {
                " "
                tag("span", ["class": "flag"]) { "Must not miss" }
            }
        }
    }

    private func basis(of hypothesis: WorkUpView.Hypothesis, position: Int) -> HTML {
        let supporting = hypothesis.basis.count { $0.weight > 0 }
        let contradicting = hypothesis.basis.count { $0.weight < 0 }
        return tag("details", ["open": position == 0 ? "" : nil]) {
            tag("summary") {
                "Basis: \(supporting) for, \(contradicting) against"
                tag("span", ["class": "unseen"]) { " \(hypothesis.name)" }
            }
            table(
                "Weight of each finding for \(hypothesis.name)",
                [
                    Column("Finding"), Column("Weight", number: true),
                    Column("← against · for →", picture: true), Column("Source"),
                ],
                rows: hypothesis.basis.enumerated().map { row, part in
                    [
                        Cell { findingName(part) },
                        Cell(NumberText.signed(part.weight)),
                        Cell {
                            weightBar(
                                id: "w-\(position)-\(row)", title: verdict(part),
                                weight: part.weight,
                                limit: limit)
                        },
                        Cell { tag("span", ["class": "aside"]) { part.source } },
                    ]
                })
        }
    }

    private func findingName(_ part: WorkUpView.Weight) -> HTML {
        HTML {
            part.finding
            " "
            tag("span", ["class": part.isPresent ? "present" : "absent"]) {
                part.isPresent ? "present" : "absent"
            }
        }
    }

    private func verdict(_ part: WorkUpView.Weight) -> String {
        if part.weight > 0 { return "supports" }
        return part.weight < 0 ? "contradicts" : "says nothing"
    }
}
