// SPDX-License-Identifier: Apache-2.0
package import Ledger

extension ModelCard {
    private static let members = [
        "name", "developer", "contact", "owner", "version", "digest", "summary", "intended_use",
        "inputs", "outputs", "evidence", "limitations", "meters", "attributes",
    ]

    /// Reads a card; unknown members are refused.
    package init(json: CanonicalJSON) throws(GovernanceError) {
        let reader = try MemberReader(json, "card", known: ModelCard.members)
        self.init(
            name: try reader.requiredText("name"),
            developer: try reader.requiredText("developer"),
            owner: try reader.requiredText("owner"),
            version: try reader.requiredText("version"),
            digest: try reader.requiredText("digest"),
            summary: try reader.requiredText("summary"))
        contact = try reader.text("contact")
        intendedUse = try reader["intended_use"].map { json throws(GovernanceError) in
            try IntendedUse(json: json)
        }
        inputs = try reader.list("inputs", CardItem.reading)
        outputs = try reader.list("outputs", CardItem.reading)
        evidence = try reader.list("evidence", CardEvidence.reading)
        limitations = try reader.texts("limitations")
        meters = try reader.texts("meters")
        guard let json = reader["attributes"] else { return }
        let ids = SourceAttributeList.ids
        let values = try MemberReader(json, "card.attributes", known: ids)
        for id in ids { attributes[id] = try values.text(id) }
    }

    /// The card as JSON, without what nobody filled.
    package var json: CanonicalJSON {
        .object(leavingOutNil: [
            "name": .string(name), "developer": .string(developer),
            "contact": contact.map { .string($0) }, "owner": .string(owner),
            "version": .string(version), "digest": .string(digest), "summary": .string(summary),
            "intended_use": intendedUse?.json, "inputs": .array(inputs.map(\.json)),
            "outputs": .array(outputs.map(\.json)), "evidence": .array(evidence.map(\.json)),
            "limitations": .texts(limitations), "meters": .texts(meters),
            "attributes": .object(attributes.mapValues { .string($0) }),
        ])
    }

    /// The 31 source attributes for other programs, with what is missing shown as missing.
    package var sourceAttributesJSON: CanonicalJSON {
        .array(
            sourceAttributes.map { attribute in
                .object([
                    "id": .string(attribute.id), "group": .string(attribute.group),
                    "label": .string(attribute.label), "text": .string(attribute.text),
                    "is_assessed": .bool(attribute.value != nil),
                ])
            })
    }
}

extension CardItem {
    static func reading(_ json: CanonicalJSON, _ path: String) throws(GovernanceError) -> CardItem {
        let reader = try MemberReader(json, path, known: ["name", "text"])
        return CardItem(
            name: try reader.requiredText("name"), text: try reader.requiredText("text"))
    }

    var json: CanonicalJSON { .object(["name": .string(name), "text": .string(text)]) }
}

extension CardEvidence {
    static func reading(_ json: CanonicalJSON, _ path: String) throws(GovernanceError)
        -> CardEvidence
    {
        let reader = try MemberReader(json, path, known: ["measure", "value", "data", "source"])
        return CardEvidence(
            measure: try reader.requiredText("measure"), value: try reader.requiredText("value"),
            data: try reader.requiredText("data"), source: try reader.requiredText("source"))
    }

    var json: CanonicalJSON {
        .object([
            "measure": .string(measure), "value": .string(value), "data": .string(data),
            "source": .string(source),
        ])
    }
}
