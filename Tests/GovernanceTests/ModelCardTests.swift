// SPDX-License-Identifier: Apache-2.0
import Ledger
import Records
import Statistics
import Testing

@testable import Governance

@Suite struct ModelCardTests {
    private var card: ModelCard {
        var card = ModelCard(
            name: "panel", developer: "North Hospital", owner: "Dr A", version: "1+abc",
            digest: "abc", summary: "Ranks conditions.")
        card.contact = "models@north.example"
        card.intendedUse = IntendedUse(
            id: "adults", version: "1",
            population: IntendedPopulation(
                minimumAge: 18, sexes: [.female], pregnancy: .excluded,
                excludedFindings: [NamedCode(code: "F2", name: "trauma")]),
            roles: ["physician", "nurse"], uses: ["diagnosis-support"], horizon: "this encounter",
            caution: "Not for children.")
        card.outputs = [CardItem(name: "differential", text: "conditions with probabilities")]
        card.evidence = [
            CardEvidence(measure: "top-1", value: "0.5", data: "own cases", source: "run 7")
        ]
        card.limitations = ["no notes", "no images"]
        card.meters = ["prediction"]
        card.attributes = ["1.2": "none", "5.1": "measured by group"]
        return card
    }

    @Test("a card reads back as it was written")
    func roundTrips() throws {
        #expect(try ModelCard(json: CanonicalJSON(parsing: card.json.serialized())) == card)
        let bare = ModelCard(
            name: "m", developer: "d", owner: "o", version: "1", digest: "x", summary: "s")
        #expect(try ModelCard(json: bare.json) == bare)
    }

    @Test("all 31 source attributes are there, and what nobody filled says so")
    func listsTheSourceAttributes() throws {
        let attributes = card.sourceAttributes
        #expect(attributes.count == 31)
        let groups = [4, 4, 2, 4, 2, 4, 5, 4, 2]
        let expected = groups.enumerated().flatMap { group, count in
            (1...count).map { "\(group + 1).\($0)" }
        }
        #expect(attributes.map(\.id) == expected)
        let texts = Dictionary(uniqueKeysWithValues: attributes.map { ($0.id, $0.text) })
        #expect(texts["1.1"] == "North Hospital; models@north.example")
        #expect(texts["1.2"] == "none")
        #expect(texts["2.2"] == "18 years or older; sex: female; not pregnant; without trauma")
        #expect(texts["2.4"] == "informs")
        #expect(texts["3.1"] == "Not for children.")
        #expect(texts["3.2"] == "no notes; no images")
        #expect(texts["7.3"] == "not assessed")
        let missing = try #require(card.sourceAttributesJSON.arrayValue?.last)
        #expect(missing["is_assessed"] == .bool(false))
    }

    @Test("an attribute nobody knows is refused")
    func refusesUnknownAttributes() {
        var odd = card
        odd.attributes["10.1"] = "?"
        #expect(throws: GovernanceError.self) { try ModelCard(json: odd.json) }
    }
}
