// SPDX-License-Identifier: Apache-2.0
import Ledger

/// For whom, by whom, where and for what a model may be asked: an object checked on every call.
///
/// It says less than a licence, which is about an organisation, and more than a card, which nobody
/// enforces. Any change of it changes its digest, so that a version can't widen its use unseen.
package struct IntendedUse: Hashable, Sendable {
    package var id: String
    package var version: String
    package var population: IntendedPopulation
    /// Kinds of encounter, such as `outpatient`; empty for any.
    ///
    /// So are `roles` and `uses`.
    package var settings: [String]
    /// Who may read the answer, such as `physician`.
    package var roles: [String]
    package var uses: [String]
    /// How far ahead the answer looks, in words.
    package var horizon: String
    /// What has to be given for an answer to mean anything.
    package var requiredInputs: [NamedCode]
    package var decisionRole: DecisionRole
    /// What a reader is warned of; the gateway puts it on every answer.
    package var caution: String
    /// What happens where a call does not say a fact that matters; `report` where nothing is set.
    package var notTold: [IntendedUseFact: NotToldPolicy]

    package init(
        id: String, version: String, population: IntendedPopulation = IntendedPopulation(),
        settings: [String] = [], roles: [String] = [], uses: [String] = [], horizon: String,
        requiredInputs: [NamedCode] = [], decisionRole: DecisionRole = .informs, caution: String,
        notTold: [IntendedUseFact: NotToldPolicy] = [:]
    ) {
        self.id = id
        self.version = version
        self.population = population
        self.settings = settings
        self.roles = roles
        self.uses = uses
        self.horizon = horizon
        self.requiredInputs = requiredInputs
        self.decisionRole = decisionRole
        self.caution = caution
        self.notTold = notTold
    }

    /// 64 hexadecimal digits that change with every member.
    ///
    /// The hash of a ledger leaf: SHA-256 over a zero byte and the canonical JSON.
    package var digest: String { MerkleTree.leafHash(json.serialized()).hex }

    /// `id@version:verdict`, what a call's entry says.
    package func mark(_ verdict: IntendedUseVerdict) -> String {
        "\(id)@\(version):\(verdict.code)"
    }
}

/// What part the answer has in a decision.
///
/// There is one: whoever treats the patient decides.
package enum DecisionRole: String, Sendable, CaseIterable {
    case informs
}

/// A code with the words people use for it.
package struct NamedCode: Hashable, Sendable {
    package var code: String
    package var name: String

    package init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// What a call may leave out and a policy may decide on.
package enum IntendedUseFact: String, Sendable, CaseIterable {
    case age, sex, pregnancy, setting, role, use
    case requiredFindings = "required_findings"
    case excludedFindings = "excluded_findings"
}

/// What becomes of a call that does not say a fact that matters.
package enum NotToldPolicy: String, Sendable, CaseIterable {
    /// As if the fact lay outside.
    case refuse
    /// Answered, and the answer says what could not be checked.
    case report
    /// As if the fact lay inside.
    case ignore
}
