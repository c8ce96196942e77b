// SPDX-License-Identifier: Apache-2.0

/// Who makes a call, for all budgets that apply to it.
package struct Payer: Sendable, Hashable {
    package var principal: String
    package var team: String?
    package var licensee: String?

    /// A principal with what its key says of team and licensee.
    package init(principal: String, team: String? = nil, licensee: String? = nil) {
        self.principal = principal
        self.team = team
        self.licensee = licensee
    }
}

/// Whose spending a limit holds: `principal:NAME`, `team:NAME` or `licensee:NAME`.
package struct BudgetScope: Sendable, Hashable {
    /// What the name is the name of.
    package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        case principal, team, licensee

        /// The word before the colon.
        package var word: String {
            switch self {
            case .principal: "principal"
            case .team: "team"
            case .licensee: "licensee"
            }
        }
    }

    package let kind: Kind
    package let name: String

    /// A scope by its parts.
    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// Reads `team:NAME` and the like; nil for anything else.
    package init?(text: String) {
        guard let colon = text.firstIndex(of: ":"),
            let kind = Kind.allCases.first(where: { $0.word == text[..<colon] })
        else { return nil }
        let name = text[text.index(after: colon)...]
        guard !name.isEmpty else { return nil }
        self.init(kind, String(name))
    }

    /// What `init(text:)` reads.
    package var text: String { "\(kind.word):\(name)" }
}

/// How long a limit lasts before it starts again.
package enum BudgetPeriod: String, Sendable, Hashable, CaseIterable {
    /// A calendar day in UTC.
    case day
    /// A calendar month in UTC.
    case month
    /// For ever.
    case total

    /// When the period after the one around a time begins, milliseconds since 1970; nil for never.
    package func end(at milliseconds: Int) -> Int? {
        switch self {
        case .day: Day(containing: milliseconds).next.start
        case .month: Month(containing: milliseconds).next.start
        case .total: nil
        }
    }
}

/// The most that a scope may spend in a period, on one model or on all together.
package struct BudgetLimit: Sendable, Hashable {
    package let scope: BudgetScope
    /// Nil for all models together.
    package let model: String?
    package let period: BudgetPeriod
    package let micros: Int

    /// A limit of so many micro-units, from 0.
    package init(scope: BudgetScope, model: String? = nil, period: BudgetPeriod, micros: Int) {
        self.scope = scope
        self.model = model
        self.period = period
        self.micros = micros
    }
}

/// How a limit stands.
package struct BudgetBalance: Sendable, Hashable {
    package let limit: BudgetLimit
    package let spent: Int
    /// Put aside for calls that are not settled yet.
    package let held: Int
    /// When it starts again, milliseconds since 1970; nil for never.
    package let resets: Int?

    /// What can still be held; below zero where more was spent than the limit now is.
    package var remaining: Int { limit.micros - spent - held }
}

/// What comes of asking for money to be put aside.
package enum BudgetDecision: Sendable, Hashable {
    case held
    /// Nobody knows the principal, and who is unknown has no budget.
    case unknownPrincipal
    /// This limit does not have what was asked; nothing is held anywhere.
    case exhausted(BudgetBalance, asked: Int)
    /// Something is held for a call with this id already.
    case alreadyHeld
    /// Less than nothing was asked, or more than 64 bits can count.
    case notAnAmount
}
