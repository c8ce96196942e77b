// SPDX-License-Identifier: Apache-2.0
package import Diagnosis

/// Everything that decides the bytes of a run besides cases, catalogue and agent.
package struct RunSettings: Sendable, Hashable, Codable {
    /// As given on the command line, such as `panel`.
    package var agent: String
    package var variant: Variant
    /// Name of the price schedule.
    package var prices: String
    /// Limit for the budgeted variant, US cents.
    package var budgetCents: Int?
    package var seed: UInt64
    /// Model that helps the gatekeeper understand, as `model:NAME`; nil for fixed rules alone.
    package var gatekeeper: String?
    /// Ask "are you sure?" once before a diagnosis counts.
    package var isConfirming: Bool
    /// Sessions of an ensemble.
    package var ensemble: Int
    /// Turns after which a case ends without a diagnosis.
    package var turnLimit: Int

    package init(
        agent: String, variant: Variant = .unconstrained, prices: String = "us-medicare",
        budgetCents: Int? = nil, seed: UInt64 = 1, gatekeeper: String? = nil,
        isConfirming: Bool = true, ensemble: Int = 3,
        turnLimit: Int = 60
    ) {
        self.agent = agent
        self.variant = variant
        self.prices = prices
        self.budgetCents = budgetCents
        self.seed = seed
        self.gatekeeper = gatekeeper
        self.isConfirming = isConfirming
        self.ensemble = ensemble
        self.turnLimit = turnLimit
    }
}

/// Names what a run was made of, so that another run can be held against it.
struct RunManifest: Codable, Equatable {
    static let current = "bedside-run/1"

    /// Raised by hand whenever gatekeeper, judge or the rules of an encounter answer differently.
    static let currentRules = 1

    var format = RunManifest.current
    var rules = RunManifest.currentRules
    var settings: RunSettings
    var agentDigest: String
    var catalogueDigest: String
    var pricesDigest: String
    /// Of the evidence behind drawn answers.
    var evidenceDigest: String
    /// SHA-256 over the cases' digests in order.
    var casesDigest: String
    var caseCount: Int
}
