// SPDX-License-Identifier: Apache-2.0

extension CatalogueView: WorkbenchPage {
    package var title: String { "Models" }
    package var place: Place? { .models }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "What is served here: who owns it, what it is for, what is known about it, what a "
                "call costs and how to make one."
            }
            if models.isEmpty { tag("p") { "No model is served." } }
            if models.count > 1 {
                tag("ul") {
                    for (position, model) in models.enumerated() {
                        tag("li") { tag("a", ["href": "#model-\(position)"]) { model.id } }
                    }
                }
            }
            for (position, model) in models.enumerated() {
                section(model.id, id: "model-\(position)") {
                    ModelPart(model: model, position: position, currency: currency).content
                }
            }
        }
    }
}

/// One model of the catalogue.
private struct ModelPart {
    let model: CatalogueView.Model
    /// Makes names unique on the page.
    let position: Int
    let currency: String

    var content: HTML {
        HTML {
            tag("p", ["class": "lede"]) { model.summary }
            tag("dl", ["class": "entries"]) {
                entry("Owner", model.owner)
                tag("dt") { "Version" }
                tag("dd") { tag("code", ["class": "long"]) { model.version } }
                tag("dt") { "Digest" }
                tag("dd") { tag("code", ["class": "long"]) { model.digest } }
            }
            card
            prices
            calls
        }
    }

    private func entry(_ name: String, _ value: String) -> HTML {
        HTML {
            tag("dt") { name }
            tag("dd") { value.isEmpty ? unknown : HTML(value) }
        }
    }

    private func entry(_ name: String, _ values: [String]) -> HTML {
        HTML {
            tag("dt") { name }
            tag("dd") {
                if values.isEmpty { unknown }
                for value in values { tag("p") { value } }
            }
        }
    }

    private var unknown: HTML { tag("span", ["class": "aside"]) { "not assessed" } }

    @HTMLBuilder private var card: HTML {
        tag("h3") { "Card" }
        if let card = model.card {
            tag("dl", ["class": "entries"]) {
                entry("Intended use", card.intendedUse)
                entry("Users", card.users)
                entry("Patients", card.population)
                entry("Inputs", card.inputs)
                entry("Outputs", card.outputs)
                entry("Limits", card.limits)
            }
            evidence(card.evidence)
        } else {
            tag("p") { "No card is registered for this version." }
        }
    }

    @HTMLBuilder private func evidence(_ evidence: [CatalogueView.Evidence]) -> HTML {
        tag("h3") { "Evidence" }
        if evidence.isEmpty {
            tag("p") { unknown }
        } else {
            table(
                "Evidence for \(model.id), \(position + 1)",
                [Column("Measure"), Column("Value"), Column("Measured on"), Column("Source")],
                rows: evidence.map {
                    [Cell($0.measure), Cell($0.value), Cell($0.cases), Cell($0.source)]
                })
        }
    }

    @HTMLBuilder private var prices: HTML {
        tag("h3") { "Prices" }
        if model.prices.isEmpty {
            tag("p") { "Calls are free of charge." }
        } else {
            table(
                "Prices of \(model.id), \(position + 1)",
                [
                    Column("What is counted"), Column("Price, \(currency)", number: true),
                    Column("per", number: true), Column("Free a month", number: true),
                    Column("After so many a month"), Column("For whom"),
                ],
                rows: model.prices.map { price in
                    [
                        Cell(price.meter), Cell(NumberText.micros(price.micros)), Cell(price.unit),
                        Cell(price.freeQuota),
                        Cell {
                            if price.tiers.isEmpty { "same price" }
                            for tier in price.tiers {
                                tag("span", ["class": "line"]) {
                                    NumberText.whole(tier.from) + ": "
                                        + NumberText.micros(tier.micros)
                                }
                            }
                        },
                        Cell(price.licensee.isEmpty ? "everybody" : price.licensee),
                    ]
                })
            if !model.sheet.isEmpty {
                tag("p", ["class": "aside"]) {
                    "Price sheet "
                    tag("code") { model.sheet }
                    "; every settled call names it in the ledger."
                }
            }
        }
    }

    @HTMLBuilder private var calls: HTML {
        if !model.snippets.isEmpty {
            tag("h3") { "How to call it" }
            for snippet in model.snippets {
                codeBlock(snippet.code, label: "\(snippet.name) for \(model.id), \(position + 1)")
            }
            tag("p") {
                tag("a", ["href": Place.api.rawValue]) { "More examples, and a form to try it" }
            }
        }
    }
}
