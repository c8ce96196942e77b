// SPDX-License-Identifier: Apache-2.0
import Statistics

@testable import Workbench

/// Every state of the play page; invented.
struct PlaySample {
    /// Put behind every string field, to see what a page does with it.
    var mark = ""

    private func s(_ text: String) -> String { text + mark }

    var pages: [(name: String, page: PlayView)] {
        var needed = choice
        needed.needed = s("Choose a case.")
        needed.results = []
        return [
            ("play", .choosing(choice)), ("play-needed", .choosing(needed)),
            ("play-unaided", .working(room(.unaided))),
            ("play-references", .working(room(.references))),
            ("play-panel", .working(room(.panel))), ("play-sure", .working(sure)),
            ("play-right", .judged(verdict(5))), ("play-wrong", .judged(verdict(2))),
        ]
    }

    var choice: PlayChoice {
        PlayChoice(
            items: [
                .init(number: 1, age: 46, sex: s("female"), setting: s("Practice")),
                .init(number: 2, age: nil, sex: nil, setting: s("Emergency department")),
            ],
            results: [
                .init(
                    name: s("unaided"), accuracy: Proportion(3, of: 5), cost: 310.2, questions: 11,
                    tests: 2.2, minutes: 8.5, certainty: 0.71, brier: 0.21),
                .init(name: s("The panel"), accuracy: Proportion(4, of: 5), cost: 290),
            ], unreadable: 1)
    }

    var exchanges: [PlayExchange] {
        [
            .init(
                request: s("fever"), isOrder: false, lines: [s("Measured 39.1 C.")],
                isRefused: false, cents: 0),
            .init(
                request: s("everything"), isOrder: true, lines: [s("Too broad.")], isRefused: true,
                cents: 0),
            .init(
                request: s("chest X-ray"), isOrder: true,
                lines: [s("Right lower lobe."), s("No effusion.")], isRefused: false, cents: 2_745,
                unpriced: [s("odd test")]),
        ]
    }

    func room(_ arm: PlayArm) -> PlayRoom {
        PlayRoom(
            id: "9c1f0a6e4d7b2358", number: 17, arm: arm, abstract: s("A woman of 46 coughs."),
            spentCents: 20_345, visits: 2, visitCents: 8_800, exchanges: exchanges,
            findings: [.init(name: s("fever"))],
            tests: [.init(name: s("chest X-ray"), note: s("$27.45"))],
            panel: arm == .panel
                ? .init(
                    differential: [.init(name: s("Pneumonia"), probability: 0.71)],
                    statements: [.init(role: s("Hypothesis"), text: s("Pneumonia leads."))],
                    suggestions: [
                        .init(id: s("chills"), name: s("chills"), isOrder: false),
                        .init(id: s("crp"), name: s("CRP"), isOrder: true),
                    ], commits: s("Pneumonia.")) : nil,
            reference: arm == .references
                ? .init(
                    condition: s("Pneumonia"),
                    figures: [
                        .init(
                            finding: s("fever"), outcome: s("present"), sensitivity: 0.7,
                            specificity: nil, note: s("adults"), source: 1)
                    ], sources: [s("A study, 2001.")]) : nil,
            needed: arm == .unaided ? s("Say which test you order.") : nil)
    }

    var sure: PlayRoom {
        var room = room(.unaided)
        room.needed = nil
        room.pending = .init(
            diagnosis: s("Pneumonia"), code: s("J18"), isNoDisease: false, certainty: 80)
        return room
    }

    func verdict(_ score: Int) -> PlayVerdict {
        let side = PlayVerdict.Side(
            name: s("You"), diagnosis: s("Pneumonia"), score: score, reason: s("By code."),
            certainty: 0.8, cents: 20_345, visits: 2, questions: 9, tests: 2)
        var panel = side
        panel.name = s("The panel")
        panel.certainty = nil
        return PlayVerdict(
            number: 17, caseID: s("own-c1-001"), arm: .panel, abstract: s("A woman coughs."),
            truth: s("Pneumonia"), own: side, panel: panel, minutes: 8.25, exchanges: exchanges,
            sources: [s("Fever in 70 %: a study.")])
    }
}
