// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// The kinds of ledger entry that money, budgets and service levels depend on.
package enum EntryKind: String, Sendable, Hashable, CaseIterable {
    case callReserved = "call.reserved"
    case callSettled = "call.settled"
    case callRefused = "call.refused"
    case callReleased = "call.released"
    case keyCreated = "key.created"
    case keyRevoked = "key.revoked"
    case budgetSet = "budget.set"
    case licenceGranted = "license.granted"
    case pricePublished = "price.published"
    case cardFeedback = "card.feedback"
    case override = "override"
    case payoutComputed = "payout.computed"
    /// Any other type: it carries the time and counts for nothing.
    case other = ""
}

/// What folds need of one entry.
package struct MeteredEntry: Sendable {
    /// The last millisecond of the year 9999.
    static let latest = 253_402_300_799_999

    /// What a clinician did with an answer.
    package enum Outcome: Sendable, Hashable {
        case accepted, overridden
    }

    /// Its place in the ledger.
    package var index = 0
    package var kind = EntryKind.other
    /// Milliseconds since 1970, UTC.
    package var milliseconds = 0
    /// The principal of a call; who did it, for anything else.
    package var actor = Name.none
    package var model = Name.none
    package var version = Name.none
    package var team = Name.none
    package var costCenter = Name.none
    package var licensee = Name.none
    /// `id@version` of the sheet a settled call was priced by.
    package var sheet = Name.none
    /// Why a call was refused or released, or an answer not followed.
    package var reason = Name.none
    /// What became of an answer, in feedback entries.
    package var outcome: Outcome?
    package var quantities = Quantities()
    package var priceMicros = 0
    /// HTTP status of a settled call; 0 where the entry says none.
    package var status = 0
    /// Latency in microseconds; -1 where the entry says none.
    package var latencyMicros = -1
    /// The entry was spilled while the ledger's writer could not be reached.
    package var isSpilled = false
    /// The whole body, of the rare kinds that are read as JSON.
    package var body: CanonicalJSON?
}
