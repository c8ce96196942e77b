// SPDX-License-Identifier: Apache-2.0
import Records

/// What one version of a model says of itself: for the catalogue, and for machines.
///
/// A by-product of what is measured and configured, not a form: what nobody filled says so.
package struct ModelCard: Hashable, Sendable {
    package var name: String
    package var developer: String
    /// How to reach the developer.
    package var contact: String?
    /// Who answers for the model at this site.
    package var owner: String
    package var version: String
    package var digest: String
    /// One or two sentences for someone who chooses between models.
    package var summary: String
    package var intendedUse: IntendedUse?
    package var inputs: [CardItem] = []
    package var outputs: [CardItem] = []
    package var evidence: [CardEvidence] = []
    package var limitations: [String] = []
    /// Codes of the meters that calls are billed by.
    package var meters: [String] = []
    /// Source attributes that no other member says, by number.
    package var attributes: [String: String] = [:]

    package init(
        name: String, developer: String, owner: String, version: String, digest: String,
        summary: String
    ) {
        self.name = name
        self.developer = developer
        self.owner = owner
        self.version = version
        self.digest = digest
        self.summary = summary
    }

    /// All 31 source attributes in the rule's order; what the card says elsewhere is filled in.
    package var sourceAttributes: [SourceAttribute] {
        SourceAttributeList.all { attributes[$0] ?? derivedAttribute($0) }
    }

    private func derivedAttribute(_ id: String) -> String? {
        func joined(_ texts: [String]) -> String? {
            texts.isEmpty ? nil : texts.joined(separator: "; ")
        }
        switch id {
        case "1.1": return joined([developer] + [contact].compactMap { $0 })
        case "1.3": return joined(outputs.map { "\($0.name): \($0.text)" })
        case "2.1": return intendedUse.map { joined($0.uses) ?? $0.id }
        case "2.2": return intendedUse.map { $0.population.sentence }
        case "2.3": return intendedUse.flatMap { joined($0.roles) }
        case "2.4": return intendedUse.map { $0.decisionRole.rawValue }
        case "3.1": return intendedUse.map { $0.caution }
        case "3.2": return joined(limitations)
        default: return nil
        }
    }
}

/// A named input or output and what it is.
package struct CardItem: Hashable, Sendable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A figure, the data it was measured on, and where to check it.
package struct CardEvidence: Hashable, Sendable {
    package var measure: String
    package var value: String
    package var data: String
    package var source: String

    package init(measure: String, value: String, data: String, source: String) {
        self.measure = measure
        self.value = value
        self.data = data
        self.source = source
    }
}

extension IntendedPopulation {
    /// The population in one line.
    package var sentence: String {
        var parts = [ages]
        if !sexes.isEmpty { parts.append("sex: \(sexes.map(\.rawValue).joined(separator: ", "))") }
        switch pregnancy {
        case .any: break
        case .excluded: parts.append("not pregnant")
        case .required: parts.append("pregnant")
        }
        if !requiredFindings.isEmpty {
            parts.append("with \(requiredFindings.map(\.name).joined(separator: ", "))")
        }
        if !excludedFindings.isEmpty {
            parts.append("without \(excludedFindings.map(\.name).joined(separator: ", "))")
        }
        return parts.joined(separator: "; ")
    }
}
