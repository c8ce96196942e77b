// SPDX-License-Identifier: Apache-2.0
package import Records

/// The patients a model is meant for.
package struct IntendedPopulation: Hashable, Sendable {
    /// Completed years, both inclusive; nil for no bound.
    package var minimumAge: Int?
    package var maximumAge: Int?
    /// Empty for any.
    package var sexes: [Sex]
    package var pregnancy: PregnancyRule
    /// Findings every patient must have, and must not have.
    package var requiredFindings: [NamedCode]
    package var excludedFindings: [NamedCode]

    package init(
        minimumAge: Int? = nil, maximumAge: Int? = nil, sexes: [Sex] = [],
        pregnancy: PregnancyRule = .any, requiredFindings: [NamedCode] = [],
        excludedFindings: [NamedCode] = []
    ) {
        self.minimumAge = minimumAge
        self.maximumAge = maximumAge
        self.sexes = sexes
        self.pregnancy = pregnancy
        self.requiredFindings = requiredFindings
        self.excludedFindings = excludedFindings
    }

    /// The bounds of age in words, such as "18 to 89 years".
    package var ages: String {
        switch (minimumAge, maximumAge) {
        case (nil, nil): "any age"
        case (let low?, nil): "\(low) years or older"
        case (nil, let high?): "at most \(high) years"
        case (let low?, let high?): "\(low) to \(high) years"
        }
    }
}

/// Whether pregnant patients are meant.
package enum PregnancyRule: String, Sendable, CaseIterable {
    case any, excluded, required
}
