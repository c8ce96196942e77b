// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// What an organisation may call, from where, for what, how long and how often.
///
/// An empty list sets no bound. Names are compared as they are written: a licence for `US` does
/// not cover `US-MN`, so that nothing is covered which nobody wrote down.
package struct Licence: Hashable, Sendable {
    package let licensee: String
    package let sites: [String]
    package let jurisdictions: [String]
    package let uses: [String]
    package let models: [String]
    /// The term, milliseconds since 1970 UTC; the end is not part of it.
    package let from: Int
    package let until: Int
    /// Days after the term in which calls are still answered, and marked.
    package let graceDays: Int
    /// Calls of the whole term, grace included; nil for no cap.
    package let callCap: Int?
    /// Whether the licensee may pass answers on.
    package let redistribution: Bool
    /// Id of the price sheet that holds for the licensee; nil for the site's own.
    package let priceSheet: String?
    /// Where the agreement on liability is kept.
    package let indemnityRef: String?

    /// The longest grace a licence can give.
    package static let longestGraceDays = 3_650
    /// Times from 1970 to the year 9999.
    static let times = 0...253_402_300_799_999

    /// A licence whose term ends after it begins.
    package init(
        licensee: String, sites: [String] = [], jurisdictions: [String] = [],
        uses: [String] = [], models: [String] = [], from: Int, until: Int, graceDays: Int = 0,
        callCap: Int? = nil, redistribution: Bool = false, priceSheet: String? = nil,
        indemnityRef: String? = nil
    ) throws(GovernanceError) {
        guard !licensee.isEmpty else {
            throw .unfit("licence.licensee", expected: "a text that is not empty")
        }
        guard Licence.times.contains(from), Licence.times.contains(until), from < until else {
            throw .unfit("licence.until", expected: "a time after licence.from")
        }
        guard (0...Licence.longestGraceDays).contains(graceDays) else {
            throw .unfit(
                "licence.grace_days",
                expected: "a whole number from 0 to \(Licence.longestGraceDays)")
        }
        guard (callCap ?? 0) >= 0 else {
            throw .unfit("licence.call_cap", expected: "a whole number, not negative")
        }
        self.licensee = licensee
        self.sites = sites
        self.jurisdictions = jurisdictions
        self.uses = uses
        self.models = models
        self.from = from
        self.until = until
        self.graceDays = graceDays
        self.callCap = callCap
        self.redistribution = redistribution
        self.priceSheet = priceSheet
        self.indemnityRef = indemnityRef
    }

    /// The end of the days of grace.
    package var graceUntil: Int { until + graceDays * 86_400_000 }

    private static let members = [
        "licensee", "sites", "jurisdictions", "uses", "models", "from", "until", "grace_days",
        "call_cap", "redistribution", "price_sheet", "indemnity_ref",
    ]

    /// Reads the body of a `license.granted` entry.
    ///
    /// - Throws: `GovernanceError` that names the member.
    package init(json: CanonicalJSON) throws(GovernanceError) {
        let reader = try MemberReader(json, "licence", known: Licence.members)
        try self.init(
            licensee: reader.requiredText("licensee"), sites: reader.texts("sites"),
            jurisdictions: reader.texts("jurisdictions"), uses: reader.texts("uses"),
            models: reader.texts("models"),
            from: reader.requiredNumber("from", in: Licence.times),
            until: reader.requiredNumber("until", in: Licence.times),
            graceDays: reader.number("grace_days", in: 0...Licence.longestGraceDays) ?? 0,
            callCap: reader.number("call_cap", in: 0...Int.max),
            redistribution: reader.flag("redistribution") ?? false,
            priceSheet: reader.text("price_sheet"), indemnityRef: reader.text("indemnity_ref"))
    }

    /// The body of a `license.granted` entry.
    package var json: CanonicalJSON {
        .object(leavingOutNil: [
            "licensee": .string(licensee), "sites": .texts(sites),
            "jurisdictions": .texts(jurisdictions), "uses": .texts(uses),
            "models": .texts(models), "from": .int(from), "until": .int(until),
            "grace_days": .int(graceDays), "call_cap": callCap.map { .int($0) },
            "redistribution": .bool(redistribution),
            "price_sheet": priceSheet.map { .string($0) },
            "indemnity_ref": indemnityRef.map { .string($0) },
        ])
    }
}
