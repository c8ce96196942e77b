// SPDX-License-Identifier: Apache-2.0

/// The models served here, each with what it is for, what is known about it, and what it costs.
package struct CatalogueView: Sendable, Hashable {
    /// What a model's card says; what nothing is known about is left empty and shown as such.
    package struct Card: Sendable, Hashable {
        /// What the model is to be used for, and by whom.
        package var intendedUse: String
        package var users: String
        /// For which patients and where.
        package var population: String
        package var inputs: [String]
        package var outputs: [String]
        /// What it must not be used for, and what is known to go wrong.
        package var limits: [String]
        package var evidence: [Evidence]

        package init(
            intendedUse: String = "", users: String = "", population: String = "",
            inputs: [String] = [], outputs: [String] = [], limits: [String] = [],
            evidence: [Evidence] = []
        ) {
            self.intendedUse = intendedUse
            self.users = users
            self.population = population
            self.inputs = inputs
            self.outputs = outputs
            self.limits = limits
            self.evidence = evidence
        }
    }

    /// A result and where it comes from.
    package struct Evidence: Sendable, Hashable {
        package var measure: String
        package var value: String
        /// On whom it was measured.
        package var cases: String
        package var source: String

        package init(measure: String, value: String, cases: String, source: String) {
            self.measure = measure
            self.value = value
            self.cases = cases
            self.source = source
        }
    }

    /// What one meter of a model costs.
    package struct Price: Sendable, Hashable {
        /// What is counted, such as `prediction`.
        package var meter: String
        /// How many of it the price is for.
        package var unit: Int
        package var micros: Int
        /// Free of charge each month.
        package var freeQuota: Int
        /// From the unit after so many of a month on, another price.
        package var tiers: [Tier]
        /// For whom; empty for everybody.
        package var licensee: String

        package struct Tier: Sendable, Hashable {
            package var from: Int
            package var micros: Int

            package init(from: Int, micros: Int) {
                self.from = from
                self.micros = micros
            }
        }

        package init(
            meter: String, unit: Int, micros: Int, freeQuota: Int = 0, tiers: [Tier] = [],
            licensee: String = ""
        ) {
            self.meter = meter
            self.unit = unit
            self.micros = micros
            self.freeQuota = freeQuota
            self.tiers = tiers
            self.licensee = licensee
        }
    }

    package struct Model: Sendable, Hashable {
        package var id: String
        package var owner: String
        package var version: String
        package var digest: String
        package var summary: String
        /// Nil where no card was registered.
        package var card: Card?
        package var prices: [Price]
        /// Name and version of the price sheet; empty without one.
        package var sheet: String
        package var snippets: [APIView.Snippet]

        package init(
            id: String, owner: String, version: String, digest: String, summary: String,
            card: Card? = nil, prices: [Price] = [], sheet: String = "",
            snippets: [APIView.Snippet] = []
        ) {
            self.id = id
            self.owner = owner
            self.version = version
            self.digest = digest
            self.summary = summary
            self.card = card
            self.prices = prices
            self.sheet = sheet
            self.snippets = snippets
        }
    }

    package var models: [Model]
    package var currency: String

    package init(models: [Model], currency: String) {
        self.models = models
        self.currency = currency
    }
}
