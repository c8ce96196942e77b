// SPDX-License-Identifier: Apache-2.0
import Governance
import Metering
import Records
import Site
import Workbench

extension CatalogueSource {
    /// The models of a site with their cards, those it passes on, and the prices in force now.
    static func cards(of service: Service, passedOn: [ServedModel]) -> CatalogueSource {
        CatalogueSource(
            models: {
                let (prices, cards, now) = (service.priceList, service.cards, Entry.now)
                return (service.models + passedOn).map { model in
                    CatalogueView.Model(
                        id: model.id, owner: model.owner, version: model.version,
                        digest: model.digest, summary: model.summary,
                        card: cards[model.id].map(CatalogueView.Card.init),
                        prices: CatalogueView.Price.all(of: model.id, in: prices, at: now),
                        sheet: prices.inForce(for: nil, at: now)?.name ?? "")
                }
            }, currency: service.priceList.currency ?? service.site.configuration.currency)
    }
}

extension CatalogueView.Price {
    /// What everybody pays for a model, then what single licensees pay.
    static func all(of model: String, in list: PriceList, at moment: Int) -> [CatalogueView.Price] {
        guard let sheet = list.inForce(for: nil, at: moment) else { return [] }
        var prices = CatalogueView.Price.fitting(sheet.items, model: model, licensee: "")
        for (licensee, items) in sheet.overrides.sorted(by: { $0.key < $1.key }) {
            prices += CatalogueView.Price.fitting(items, model: model, licensee: licensee)
        }
        for licensee in list.assigned.keys.sorted() {
            guard let own = list.inForce(for: licensee, at: moment), own.id != sheet.id else {
                continue
            }
            let items = own.overrides[licensee] ?? own.items
            prices += CatalogueView.Price.fitting(items, model: model, licensee: licensee)
        }
        return prices
    }

    /// The items that price a model: its own, and those for any model on meters it has none for.
    private static func fitting(_ items: [PriceItem], model: String, licensee: String)
        -> [CatalogueView.Price]
    {
        let own = items.filter { $0.model == model }
        let meters = Set(own.map(\.meter))
        return (own + items.filter { $0.model == "*" && !meters.contains($0.meter) }).map { item in
            CatalogueView.Price(
                meter: item.meter.code, unit: item.unit, micros: item.unitPriceMicros,
                freeQuota: item.freeQuota,
                tiers: item.tiers.map { .init(from: $0.from, micros: $0.unitPriceMicros) },
                licensee: licensee)
        }
    }
}

extension CatalogueView.Card {
    init(_ card: ModelCard) {
        let use = card.intendedUse
        self.init(
            intendedUse: use.map(CatalogueView.Card.sentence) ?? "",
            users: use.map { CatalogueView.Card.any($0.roles) } ?? "",
            population: use.map { CatalogueView.Card.words(for: $0.population) } ?? "",
            inputs: card.inputs.map { "\($0.name): \($0.text)" },
            outputs: card.outputs.map { "\($0.name): \($0.text)" },
            limits: (use.map { [$0.caution] } ?? []) + card.limitations,
            evidence: card.evidence.map {
                .init(measure: $0.measure, value: $0.value, cases: $0.data, source: $0.source)
            })
    }

    private static func any(_ names: [String]) -> String {
        names.isEmpty ? "any" : names.joined(separator: ", ")
    }

    private static func sentence(_ use: IntendedUse) -> String {
        let place = use.settings.isEmpty ? "any setting" : any(use.settings)
        return "For \(use.uses.isEmpty ? "any use" : any(use.uses)), in \(place). "
            + "Horizon: \(use.horizon). The answer informs; whoever treats the patient decides. "
            + "Checked on every call as \(use.id)@\(use.version)."
    }

    private static func words(for population: IntendedPopulation) -> String {
        var parts = [population.ages]
        if !population.sexes.isEmpty {
            parts.append(population.sexes.map(\.rawValue).joined(separator: ", "))
        }
        switch population.pregnancy {
        case .any: break
        case .excluded: parts.append("not pregnant")
        case .required: parts.append("pregnant")
        }
        if !population.requiredFindings.isEmpty {
            parts.append(
                "with " + population.requiredFindings.map(\.name).joined(separator: ", "))
        }
        if !population.excludedFindings.isEmpty {
            parts.append(
                "without " + population.excludedFindings.map(\.name).joined(separator: ", "))
        }
        return parts.joined(separator: "; ")
    }
}
