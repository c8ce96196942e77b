// SPDX-License-Identifier: Apache-2.0

/// Who may call, with what money, and under which licence.
///
/// Keys themselves are never here, except one just made, once.
package struct AccessView: Sendable, Hashable {
    /// Somebody who holds a key.
    package struct Principal: Sendable, Hashable {
        package var name: String
        package var team: String
        package var licensee: String
        /// What the key opens; empty for everything.
        package var scopes: [String]
        /// Models the key may call; empty for all.
        package var models: [String]
        package var created: String
        /// Empty where the key does not expire.
        package var expires: String
        package var isExpired: Bool
        package var requestsPerMinute: Int?
        package var tokensPerMinute: Int?

        package init(
            name: String, team: String = "", licensee: String = "", scopes: [String] = [],
            models: [String] = [], created: String, expires: String = "", isExpired: Bool = false,
            requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil
        ) {
            self.name = name
            self.team = team
            self.licensee = licensee
            self.scopes = scopes
            self.models = models
            self.created = created
            self.expires = expires
            self.isExpired = isExpired
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
        }
    }

    /// A limit on money, and how far it is used.
    package struct Budget: Sendable, Hashable {
        /// Whose, as `team:NAME`.
        package var scope: String
        /// Empty for all models.
        package var model: String
        /// `day`, `month` or `total`.
        package var period: String
        package var limitMicros: Int
        package var spentMicros: Int
        /// Put aside for calls being answered.
        package var heldMicros: Int
        /// When the period ends; empty for `total`.
        package var resets: String

        package init(
            scope: String, model: String = "", period: String, limitMicros: Int, spentMicros: Int,
            heldMicros: Int, resets: String = ""
        ) {
            self.scope = scope
            self.model = model
            self.period = period
            self.limitMicros = limitMicros
            self.spentMicros = spentMicros
            self.heldMicros = heldMicros
            self.resets = resets
        }
    }

    /// What an organisation may use, where and for how long.
    ///
    /// Empty lists mean any.
    package struct Licence: Sendable, Hashable {
        package var licensee: String
        package var sites: [String]
        package var jurisdictions: [String]
        package var uses: [String]
        package var models: [String]
        package var from: String
        package var until: String
        /// `in force`, `in grace`, `expired`, `revoked` or `not yet`.
        package var standing: String
        package var callCap: Int?
        package var callsUsed: Int?

        package init(
            licensee: String, sites: [String] = [], jurisdictions: [String] = [],
            uses: [String] = [], models: [String] = [], from: String, until: String,
            standing: String, callCap: Int? = nil, callsUsed: Int? = nil
        ) {
            self.licensee = licensee
            self.sites = sites
            self.jurisdictions = jurisdictions
            self.uses = uses
            self.models = models
            self.from = from
            self.until = until
            self.standing = standing
            self.callCap = callCap
            self.callsUsed = callsUsed
        }
    }

    /// What the form just sent came to.
    package enum Outcome: Sendable, Hashable {
        /// A key that is shown this once.
        case issued(name: String, key: String)
        /// What was done, as a sentence.
        case done(String)
        /// Why nothing was done, as a sentence.
        case refused(String)
    }

    package var principals: [Principal]
    package var budgets: [Budget]
    package var licences: [Licence]
    package var models: [String]
    package var currency: String
    package var outcome: Outcome?
    /// The forms for budgets can be used here.
    package var canSetBudgets: Bool

    package init(
        principals: [Principal], budgets: [Budget] = [], licences: [Licence] = [],
        models: [String] = [], currency: String = "USD", outcome: Outcome? = nil,
        canSetBudgets: Bool = true
    ) {
        self.principals = principals
        self.budgets = budgets
        self.licences = licences
        self.models = models
        self.currency = currency
        self.outcome = outcome
        self.canSetBudgets = canSetBudgets
    }
}
