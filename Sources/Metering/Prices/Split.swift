// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// Who gets how much of what is billed, in basis points (hundredths of a percent) that sum to 10,000.
///
/// Shares are whole micro-units by the largest-remainder method: everybody gets their exact share
/// rounded down, and the micro-units left over go to the largest remainders, one each. Equal
/// remainders are served in the order of `parties`: owner, distributor, platform, then data
/// contributors by name in UTF-8 order. A negative total (a credit note) is split as its positive
/// twin and every share negated, so that a credit undoes a bill exactly.
package struct Split: Sendable, Hashable {
    /// The basis points of one party.
    package struct Part: Sendable, Hashable {
        /// `owner`, `distributor`, `platform`, `data_contributors` or `data_contributors:NAME`.
        package let party: String
        package let basisPoints: Int
    }

    /// What the basis points sum to.
    package static let whole = 10_000

    /// All parties with more than nothing, in the order in which equal remainders are served.
    package let parts: [Part]

    /// Everything to the owner: what holds for an amount that no published sheet covers.
    package static let ownerOnly = Split(unchecked: [Part(party: "owner", basisPoints: whole)])

    private init(unchecked parts: [Part]) {
        self.parts = parts
    }

    /// Takes basis points by role; contributors by name.
    ///
    /// - Throws: `badSheet` where one is negative or they don't sum to 10,000.
    package init(
        owner: Int, distributor: Int = 0, platform: Int = 0, contributors: [String: Int] = [:]
    ) throws(MeteringError) {
        var parts = [("owner", owner), ("distributor", distributor), ("platform", platform)]
        let names = contributors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            let party = name.isEmpty ? "data_contributors" : "data_contributors:\(name)"
            parts.append((party, contributors[name] ?? 0))
        }
        var sum = 0
        for (party, basisPoints) in parts {
            guard (0...Split.whole).contains(basisPoints) else {
                throw .badSheet(
                    path: "split.\(party.replacing(":", with: "."))",
                    expected: "basis points from 0 to 10000")
            }
            sum = try Amount.sum(sum, basisPoints)
        }
        guard sum == Split.whole else {
            throw .badSheet(path: "split", expected: "basis points that sum to 10000, not \(sum)")
        }
        self.init(
            unchecked: parts.filter { $0.1 > 0 }.map { Part(party: $0.0, basisPoints: $0.1) })
    }

    /// The share of each party, in the order of `parts`; they sum to the total exactly.
    ///
    /// - Complexity: O(p log p) for p parties.
    package func shares(of total: Int) -> [(party: String, micros: Int)] {
        let magnitude = total.magnitude
        let whole = UInt(Split.whole)
        // Quotient and remainder apart, so that no product of the whole total can overflow.
        let (units, rest) = magnitude.quotientAndRemainder(dividingBy: whole)
        var shares: [UInt] = []
        var remainders: [UInt] = []
        var given: UInt = 0
        for part in parts {
            let inRest = rest * UInt(part.basisPoints)
            let share = units * UInt(part.basisPoints) + inRest / whole
            shares.append(share)
            remainders.append(inRest % whole)
            given += share
        }
        let order = parts.indices.sorted {
            remainders[$0] == remainders[$1] ? $0 < $1 : remainders[$0] > remainders[$1]
        }
        for position in order.prefix(Int(magnitude - given)) { shares[position] += 1 }
        return zip(parts, shares).map { part, share in
            // Int.min itself has one share at most that large; the bit pattern is right for it.
            (part.party, total < 0 ? Int(truncatingIfNeeded: 0 &- share) : Int(share))
        }
    }
}

extension Split {
    /// Reads `{"owner":…,"distributor":…,"platform":…,"data_contributors":… or {NAME: …}}`.
    ///
    /// - Throws: `badSheet` naming the member.
    package init(json: CanonicalJSON) throws(MeteringError) {
        guard case .object(let members) = json else {
            throw .badSheet(path: "split", expected: "an object of basis points")
        }
        var roles: [String: Int] = [:]
        var contributors: [String: Int] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch (name, value) {
            case ("owner", .int(let points)), ("distributor", .int(let points)),
                ("platform", .int(let points)):
                roles[name] = points
            case ("data_contributors", .int(let points)): contributors[""] = points
            case ("data_contributors", .object(let named)):
                for (contributor, points) in named {
                    guard let points = points.intValue, !contributor.isEmpty else {
                        throw .badSheet(
                            path: "split.data_contributors.\(contributor)",
                            expected: "a name and whole basis points")
                    }
                    contributors[contributor] = points
                }
            case ("owner", _), ("distributor", _), ("platform", _), ("data_contributors", _):
                throw .badSheet(path: "split.\(name)", expected: "whole basis points")
            default:
                throw .badSheet(
                    path: "split.\(name)",
                    expected: "one of owner, distributor, platform, data_contributors")
            }
        }
        try self.init(
            owner: roles["owner"] ?? 0, distributor: roles["distributor"] ?? 0,
            platform: roles["platform"] ?? 0, contributors: contributors)
    }

    /// What `init(json:)` reads.
    package var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        var named: [String: CanonicalJSON] = [:]
        for part in parts {
            if part.party.hasPrefix("data_contributors:") {
                named[String(part.party.dropFirst(18))] = .int(part.basisPoints)
            } else {
                members[part.party] = .int(part.basisPoints)
            }
        }
        if !named.isEmpty { members["data_contributors"] = .object(named) }
        return .object(members)
    }
}
