// SPDX-License-Identifier: Apache-2.0
import Statistics

@testable import Workbench

/// Two invented runs.
struct ReportSample {
    /// Put behind every string field, to see what the page does with it.
    var mark = ""

    private func s(_ text: String) -> String { text + mark }

    var view: RunReportView {
        RunReportView(
            runs: [
                run("panel", right: 44, of: 60, cost: 412.5),
                run("model:local", right: 39, of: 60, cost: 1_904.25),
                run("model:cheap", right: 21, of: 60, cost: 180),
            ],
            differences: [
                .init(first: 0, second: 1, shared: 60, probability: 0.0312),
                .init(first: 0, second: 2, shared: 60, probability: 0.00000012),
            ])
    }

    func row(_ name: String, _ right: Int, _ count: Int, _ cost: Double) -> RunReportView.Row {
        .init(
            name: s(name), accuracy: Proportion(right, of: count), meanCost: cost,
            costInterval: .init(lower: cost * 0.9, upper: cost * 1.1), questions: 9.4, tests: 3.2)
    }

    func run(_ agent: String, right: Int, of count: Int, cost: Double) -> RunReportView.Run {
        .init(
            agent: s(agent), variant: s("unconstrained"), prices: s("us-medicare"), seed: 7,
            facts: [.init(name: s("Agent digest"), value: s("5f2c9ad14be07c33"))],
            all: row("all", right, count, cost),
            groups: [
                .init(
                    name: s("Stratum"),
                    rows: [row("common", right, count, cost), row("rare", 0, 4, 90)]),
                .init(name: s("Sex"), rows: [row("female", 12, 20, 300)]),
                .init(name: s("Age band"), rows: [row("age 18 to 39", 3, 9, 210)]),
            ],
            shares: [
                .init(
                    name: s("Must-not-miss recall"), share: Proportion(9, of: 11),
                    note: s("Emergencies named right at the end.")),
                .init(name: s("False alarms"), share: Proportion(1, of: 8), note: s("No disease.")),
            ],
            brier: 0.1432, calibrationError: 0.0519,
            bins: [
                .init(stated: 0.55, right: Proportion(5, of: 9)),
                .init(stated: 0.93, right: Proportion(20, of: 21)),
            ],
            defaultAnswerShare: 0.312, further: [.init(name: s("Radiation"), value: s("1.1 mSv"))],
            failures: [.init(kind: s("language model: timeout"), count: 3)],
            cases: [
                .init(
                    id: s("own-1"), stratum: s("common"), truth: s("Pneumonia"),
                    stated: s("Community-acquired pneumonia"), score: 5, isCorrect: true,
                    reason: s("The ICD-10 code is the reference's."), cost: 213.4, questions: 8,
                    tests: 2),
                .init(
                    id: s("own-2"), stratum: s("emergency"), truth: s("Aortic dissection"),
                    stated: nil, score: 1, isCorrect: false, reason: s("Nothing was stated."),
                    cost: 0, questions: 0, tests: 0),
            ])
    }
}
