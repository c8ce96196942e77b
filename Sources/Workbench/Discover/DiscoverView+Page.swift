// SPDX-License-Identifier: Apache-2.0

extension DiscoverView: WorkbenchPage {
    package var title: String { "Discover" }
    package var place: Place? { .discover }

    package var announcement: String {
        if let needed { return needed.sentence }
        if let search {
            return "Found \(NumberText.whole(search.found.count)) codes for “\(search.text)”."
        }
        switch outcome {
        case .notAsked: return "Discover"
        case .noData(let sentence): return "There is nobody to count. \(sentence)"
        case .refused(let refusal): return "The definition was refused. \(refusal.sentence)"
        case .counted(let result):
            let persons = "Counted \(result.persons.text) persons"
            return result.entries == .withheld
                ? persons + "." : persons + ", \(result.entries.text) entries."
        }
    }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            if let needed { problem(needed) }
            switch outcome {
            case .notAsked:
                tag("p", ["class": "lede"]) {
                    "Ask which patients of this site an idea for a study would find, before "
                    "anybody writes a protocol."
                }
                DiscoverDefinitionPart(view: self, frame: frame).html
                exampleList(frame)
            case .noData(let sentence):
                Notice.note("There is nobody to count.") { sentence }
                DiscoverDefinitionPart(view: self, frame: frame).html
            case .refused(let refusal):
                refused(refusal)
                DiscoverDefinitionPart(view: self, frame: frame).html
            case .counted(let result):
                counted(result, in: frame)
            }
        }
    }

    /// A result, unless the form below it is what the visitor is at.
    private func counted(_ result: Result, in frame: PageFrame) -> HTML {
        HTML {
            let definition = DiscoverDefinitionPart(view: self, frame: frame).html
            let isAtForm = isBuilding && (needed != nil || search != nil)
            if isAtForm { definition }
            contents(result)
            DiscoverResultPart(view: self, result: result).html
            if mayExplain {
                DiscoverWhyPart(view: self, result: result, frame: frame).html
            }
            takeAlong(result)
            if !isAtForm { definition }
        }
    }

    private func problem(_ needed: DiscoverProblem) -> HTML {
        Notice.problem("Needed:") {
            needed.sentence
            " "
            tag("a", ["href": "#\(needed.field)"]) { "Go to the field" }
        }
    }

    private func refused(_ refusal: Refusal) -> HTML {
        HTML {
            Notice.problem("The definition was refused.") { refusal.sentence }
            if !refusal.constructs.isEmpty {
                section("What this site cannot answer", id: "unsupported") {
                    tag("ul") {
                        for construct in refusal.constructs {
                            tag("li") {
                                tag("code", ["class": "long"]) { construct.name }
                                ": \(construct.reason)"
                                if !construct.place.isEmpty {
                                    " "
                                    tag("span", ["class": "aside"]) { "at " }
                                    tag("code", ["class": "long"]) { construct.place }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func exampleList(_ frame: PageFrame) -> HTML {
        HTML {
            if !examples.isEmpty {
                section("Examples to try", id: "examples") {
                    tag("ul", ["class": "findings"]) {
                        for example in examples {
                            tag("li") {
                                tag("div", ["class": "finding"]) {
                                    tag("strong") { example.name }
                                    tag("span", ["class": "aside"]) { " \(example.sentence)" }
                                }
                                form(
                                    to: Place.discover.rawValue, in: frame,
                                    label: "Example: \(example.name)"
                                ) {
                                    hidden(DiscoverForm.Field.definition, example.definition)
                                    tag(
                                        "button",
                                        [
                                            "type": "submit", "class": "quiet",
                                            "aria-label": "Count: \(example.name)",
                                        ]
                                    ) { "Count" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where to find what on a long page.
    private func contents(_ result: Result) -> HTML {
        let parts: [(String, String, Bool)] = [
            ("attrition-heading", "Rules", !result.steps.isEmpty),
            ("who", "Age and sex", !result.ages.isEmpty || result.ageHistogram != nil),
            ("codes", "Codes", !result.codes.isEmpty), ("before", "Before", result.before != nil),
            ("after", "After", true), ("why", "One patient", mayExplain),
            ("along", "Share and download", true), ("definition-heading", "Definition", true),
        ]
        return tag("p", ["class": "turn"]) {
            for (id, name, isThere) in parts where isThere {
                tag("a", ["href": "#\(id)"]) { name }
                " "
            }
        }
    }

    private func takeAlong(_ result: Result) -> HTML {
        let address = DiscoverAddress.page(result.digest, off: choice.off)
        return section("Share and download", id: "along") {
            tag("h3") { "Share this page by link" }
            tag("p") {
                tag("a", ["href": address]) { tag("code", ["class": "long"]) { address } }
            }
            tag("p", ["class": "aside"]) {
                "The link names the definition, by its digest, and the rules that are off. It "
                "holds no patient and no number; who opens it sees what this site lets them see."
            }
            tag("h3") { "Download" }
            tag("ul") {
                for file in result.files {
                    tag("li") {
                        tag(
                            "a",
                            [
                                "href": DiscoverAddress.file(
                                    file, of: result.digest, choice: choice),
                                "download": file.rawValue,
                            ]
                        ) { file.name }
                        " "
                        tag("span", ["class": "aside"]) { file.rawValue }
                    }
                }
            }
        }
    }
}

extension DiscoverFile {
    /// What the link says.
    var name: String {
        switch self {
        case .definition: "The definition"
        case .result: "Everything counted"
        case .attrition: "Attrition"
        case .ageSex: "Age and sex"
        case .ages: "Age at the index date"
        case .codes: "Codes"
        case .before: "Before the index date"
        case .survival: "Survival curve"
        case .incidence: "Incidence rate"
        case .attritionPicture: "Attrition, drawing"
        case .agesPicture: "Age at the index date, drawing"
        case .beforePicture: "Before the index date, drawing"
        case .survivalPicture: "Survival curve, drawing"
        }
    }
}
