// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// How one month's bills are divided, as it stood at a size of the ledger.
///
/// Divided once for each licensee (the house is one) and sheet version, by that sheet's split: so a
/// licensee's payouts and everybody's are sums of the same parts, and a change of split never
/// reaches back. What no sheet covers is the owner's. Parts sum to the bills exactly.
package struct Payouts: Sendable, Hashable {
    /// What is divided at one go.
    package struct Pot: Sendable, Hashable {
        /// Nil for the house.
        package let licensee: String?
        /// `id@version`; empty where no sheet was in force.
        package let sheet: String
        package let billedMicros: Int
        package let calls: Int
        package let firstEntry: Int
        package let lastEntry: Int
        package let shares: [Share]
    }

    /// One party's part of a pot.
    package struct Share: Sendable, Hashable {
        package let party: String
        package let basisPoints: Int
        package let micros: Int
    }

    package let month: Month
    /// Nil for everybody's.
    package let licensee: String?
    package let currency: String
    /// How many entries of the ledger it was made from.
    package let size: Int
    package let pots: [Pot]
    package let totalMicros: Int
    /// The first settled call in the whole ledger that is not what the sheets say.
    package let mismatch: BillingMismatch?

    /// What each party gets, by name.
    package var shares: [String: Int] {
        var sums: [String: Int] = [:]
        // No sum of shares is larger than the total, which fits.
        for share in pots.flatMap(\.shares) { sums[share.party, default: 0] += share.micros }
        return sums
    }

    /// The body of a `payout.computed` entry for a checkpoint of this size.
    package func entryBody(checkpointRoot root: String) -> CanonicalJSON {
        var body: [String: CanonicalJSON] = [
            "month": .string(month.text), "checkpoint_size": .int(size),
            "checkpoint_root": .string(root), "total_micros": .int(totalMicros),
            "shares": .object(shares.mapValues { .int($0) }),
        ]
        body["licensee"] = licensee.map { .string($0) }
        return .object(body)
    }

    /// What one party gets, line by line.
    package func statement(for party: String) -> PayoutStatement {
        let lines = pots.flatMap { pot in
            pot.shares.filter { $0.party == party }.map { share in
                PayoutStatement.Line(
                    licensee: pot.licensee, sheet: pot.sheet, basisPoints: share.basisPoints,
                    billedMicros: pot.billedMicros, micros: share.micros, calls: pot.calls,
                    firstEntry: pot.firstEntry, lastEntry: pot.lastEntry)
            }
        }
        return PayoutStatement(
            party: party, month: month, licensee: licensee, currency: currency, size: size,
            lines: lines, billedMicros: totalMicros, totalMicros: shares[party] ?? 0,
            mismatch: mismatch)
    }
}

/// What one party gets of one month's bills.
package struct PayoutStatement: Sendable, Hashable {
    /// The party's part of what one licensee was billed by one sheet.
    package struct Line: Sendable, Hashable {
        /// Nil for the house.
        package let licensee: String?
        package let sheet: String
        package let basisPoints: Int
        package let billedMicros: Int
        package let micros: Int
        package let calls: Int
        package let firstEntry: Int
        package let lastEntry: Int
    }

    package let party: String
    package let month: Month
    /// Nil for everybody's bills.
    package let licensee: String?
    package let currency: String
    package let size: Int
    package let lines: [Line]
    /// All bills, whoever gets them.
    package let billedMicros: Int
    /// What the party gets.
    package let totalMicros: Int
    package let mismatch: BillingMismatch?
}

extension BillingFold {
    /// How a month's bills are divided: one licensee's, or everybody's.
    package func payouts(month: Month, licensee: String? = nil) throws(MeteringError) -> Payouts {
        var found: [Payouts.Pot] = []
        var total = 0
        for (key, sum) in pots where Int(key.month) == month.number {
            let name = reader.names.optionalText(key.licensee)
            if let licensee, name != licensee { continue }
            let sheet = key.sheet >= 0 ? prices.sheets[Int(key.sheet)].sheet : nil
            let split = sheet?.split ?? .ownerOnly
            let shares = zip(split.parts, split.shares(of: sum.micros)).map { part, share in
                Payouts.Share(
                    party: part.party, basisPoints: part.basisPoints, micros: share.micros)
            }
            found.append(
                Payouts.Pot(
                    licensee: name, sheet: sheet?.name ?? "", billedMicros: sum.micros,
                    calls: sum.calls, firstEntry: sum.first, lastEntry: sum.last, shares: shares))
            total = try Amount.sum(total, sum.micros)
        }
        let sorted = found.sorted {
            ($0.licensee ?? "", $0.firstEntry) < ($1.licensee ?? "", $1.firstEntry)
        }
        return Payouts(
            month: month, licensee: licensee, currency: prices.currency ?? "", size: size,
            pots: sorted, totalMicros: total, mismatch: firstMismatch)
    }
}
