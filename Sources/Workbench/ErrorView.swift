// SPDX-License-Identifier: Apache-2.0

/// What a visitor sees where a page cannot be shown: what happened, and what was needed.
package struct ErrorView: Sendable, Hashable {
    /// The HTTP status.
    package var status: Int
    /// A few words, such as `Not found`.
    package var title: String
    /// What happened, as a sentence; never patient data.
    package var sentence: String
    /// What was needed or can be done now, one sentence each.
    package var needed: [String]

    package init(status: Int, title: String, sentence: String, needed: [String] = []) {
        self.status = status
        self.title = title
        self.sentence = sentence
        self.needed = needed
    }
}

extension ErrorView: WorkbenchPage {
    package var place: Place? { nil }
    package var announcement: String { "\(title). \(sentence)" }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            Notice.problem("Status \(status).") { sentence }
            if !needed.isEmpty {
                section("What was needed", id: "needed") {
                    tag("ul") {
                        for entry in needed { tag("li") { entry } }
                    }
                }
            }
            tag("p") {
                tag("a", ["href": Place.overview.rawValue]) { "Back to the overview" }
            }
        }
    }
}
