// SPDX-License-Identifier: Apache-2.0

/// What was counted: the number first, then who they are and what happened to them.
struct DiscoverResultPart {
    let view: DiscoverView
    let result: DiscoverView.Result

    /// The form of ticks and outcome, to which fields elsewhere on the page belong.
    static let formID = "choice"

    private typealias Field = DiscoverChoice.Field

    var html: HTML {
        HTML {
            headline
            if !result.steps.isEmpty { attrition }
            if !result.ages.isEmpty || result.ageHistogram != nil { who }
            if !result.codes.isEmpty { codes }
            if let before = result.before { characterisation(before) }
            DiscoverFollowUpPart(view: view, result: result).html
        }
    }

    /// Unless something else is the answer to what was just asked.
    private var hasFocus: Bool { view.explanation == nil && view.search == nil }

    private var headline: HTML {
        section(result.name.isEmpty ? "Count" : result.name, id: "count") {
            tag(
                "p",
                [
                    "class": "headline", "id": hasFocus ? "focus" : nil,
                    "tabindex": hasFocus ? "-1" : nil,
                ]
            ) {
                tag("span", ["class": "whole"]) {
                    tag("span", ["class": "figure"]) { result.persons.text }
                    result.entries == .withheld ? " persons" : " persons,"
                }
                if result.entries != .withheld {
                    " "
                    tag("span", ["class": "whole"]) {
                        tag("span", ["class": "figure"]) { result.entries.text }
                        " entries"
                    }
                }
            }
            for warning in result.warnings {
                Notice.note("Note.") {
                    warning.sentence
                    if !warning.place.isEmpty {
                        " "
                        tag("code", ["class": "long"]) { warning.place }
                    }
                }
            }
            if !result.inEnglish.isEmpty {
                tag("h3") { "The definition in words" }
                sentences(result.inEnglish)
            }
            tag("p", ["class": "aside"]) { provenance }
        }
    }

    /// The outermost sentences as paragraphs, what they are made of as lists.
    private func sentences(_ sentences: [DiscoverView.Sentence]) -> HTML {
        HTML {
            for sentence in sentences {
                tag("p", ["class": "lede"]) { sentence.text }
                parts(sentence.parts)
            }
        }
    }

    private func parts(_ sentences: [DiscoverView.Sentence]) -> HTML {
        HTML {
            if !sentences.isEmpty {
                tag("ul", ["class": "lede"]) {
                    for sentence in sentences {
                        tag("li") {
                            sentence.text
                            parts(sentence.parts)
                        }
                    }
                }
            }
        }
    }

    private var provenance: HTML {
        HTML {
            if let seconds = result.seconds {
                "\(result.language), counted in \(DiscoverResultPart.duration(seconds)). "
            } else {
                "\(result.language). "
            }
            "Counts from 1 to \(NumberText.whole(view.smallCell - 1)) are hidden and shown as "
            "<\(view.smallCell)."
            if result.hasRounded { " A number after ≈ is the middle of those it may be." }
            if let index = result.ledgerIndex {
                " On record as "
                tag("a", ["href": Place.entry(index)]) {
                    "ledger entry \(NumberText.whole(index))"
                }
                "."
            }
        }
    }

    static func duration(_ seconds: Double) -> String {
        if seconds < 0.001 { return "under 1 ms" }
        return seconds < 1
            ? "\(NumberText.fixed(seconds * 1000, decimals: 0)) ms"
            : "\(NumberText.fixed(seconds, decimals: 2)) s"
    }

    private var attrition: HTML {
        section("What each rule left", id: "attrition-heading") {
            result.attritionPicture
            dataTable(result.attritionTable)
            if result.steps.count > 1 { toggles }
        }
    }

    /// A form that asks for the same definition with some rules off; it changes nothing, so its
    /// fields stand in the address.
    private var toggles: HTML {
        tag(
            "form",
            [
                "id": DiscoverResultPart.formID, "method": "get",
                "action": DiscoverAddress.page(result.digest), "aria-label": "Rules to apply",
                "autocomplete": "off",
            ]
        ) {
            hidden(Field.boxes, String(result.steps.count - 1))
            tag("fieldset") {
                tag("legend") { "Rules to apply" }
                for (position, step) in result.steps.dropFirst().enumerated() {
                    discoverBox(
                        step.rule, id: "rule-\(position)", name: Field.rule,
                        value: String(position), isOn: step.isOn)
                }
            }
            tag("p") {
                tag("button", ["type": "submit"]) { "Apply these rules" }
            }
        }
    }

    private var who: HTML {
        section("Who they are", id: "who") {
            if !result.ages.isEmpty {
                tag("h3") { "Age and sex at the index date" }
                result.ageSexPicture
                dataTable(result.ageSexTable)
            }
            if let ages = result.ageHistogram {
                tag("h3") { "Age at the index date" }
                if let median = ages.median {
                    tag("p") { ageSentence(median, ages) }
                }
                result.agesPicture(ages)
                dataTable(result.agesTable(ages))
            }
        }
    }

    private func ageSentence(_ median: Double, _ ages: DiscoverView.Histogram) -> String {
        let half = "Half are \(NumberText.fixed(median, decimals: 0)) years or younger"
        guard let lower = ages.lowerQuartile, let upper = ages.upperQuartile else {
            return half + "."
        }
        return half + "; the middle half lies between \(NumberText.fixed(lower, decimals: 0)) and "
            + "\(NumberText.fixed(upper, decimals: 0))."
    }

    private var codes: HTML {
        section("What is on record for them", id: "codes") {
            tag("p", ["class": "aside"]) { "The most frequent first." }
            result.codesTable.html
        }
    }

    private func characterisation(_ before: DiscoverView.Characterisation) -> HTML {
        section("Before the index date", id: "before") {
            tag("p") {
                "\(before.window), against \(before.comparison). A standardised difference beyond "
                "0.1 to either side is customarily called an imbalance."
            }
            if before.rows.isEmpty {
                tag("p") { "Nothing is on record often enough to be shown." }
            } else {
                result.beforePicture(before)
                dataTable(result.beforeTable(before))
            }
        }
    }
}

/// The table behind a picture, closed until asked for.
func dataTable(_ table: DiscoverTable) -> HTML {
    tag("details", ["class": "data"]) {
        tag("summary") { "The same as a table" }
        table.html
    }
}
