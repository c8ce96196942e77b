// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// Every licence that was granted, as a fold over `license.granted` and `license.revoked`.
///
/// A grant counts from when it was written and its term has begun; until then the one before it
/// stands, so that a renewal can be granted ahead of time. What is revoked ends at once, without
/// days of grace.
package struct LicenceBook: Sendable {
    /// In the order of their entries.
    var terms: [String: [LicenceTerm]] = [:]
    /// Calls by licensee, one count a term.
    var counts: [String: [Int]] = [:]

    package init() {}

    /// Takes in the entry of a licence; other types change nothing.
    ///
    /// - Returns: false where the entry can't be read; it changes nothing then.
    @discardableResult
    package mutating func apply(type: String, body: CanonicalJSON, at milliseconds: Int) -> Bool {
        switch type {
        case "license.granted":
            guard let licence = try? Licence(json: body) else { return false }
            grant(licence, at: milliseconds)
        case "license.revoked":
            guard let licensee = body["licensee"]?.stringValue else { return false }
            revoke(licensee, at: milliseconds)
        default: break
        }
        return true
    }

    /// Takes in a licence granted now.
    package mutating func grant(_ licence: Licence, at milliseconds: Int) {
        terms[licence.licensee, default: []].append(
            LicenceTerm(licence: licence, granted: milliseconds))
        counts[licence.licensee, default: []].append(0)
    }

    /// Ends every licence the licensee was granted before.
    package mutating func revoke(_ licensee: String, at milliseconds: Int) {
        guard var granted = terms.removeValue(forKey: licensee) else { return }
        for position in granted.indices where granted[position].revoked == nil {
            granted[position].revoked = milliseconds
        }
        terms[licensee] = granted
    }

    /// The position of the last grant that counts at a time; O(grants of the licensee).
    private func position(of licensee: String, at milliseconds: Int) -> Int? {
        terms[licensee]?.lastIndex { $0.starts <= milliseconds }
    }

    /// The licence that counts at a time, else the next one to begin; nil where there is none.
    package func term(of licensee: String, at milliseconds: Int) -> LicenceTerm? {
        guard let granted = terms[licensee] else { return nil }
        if let position = position(of: licensee, at: milliseconds) { return granted[position] }
        return granted.filter { $0.granted <= milliseconds }.min { $0.starts < $1.starts }
    }

    /// One term a licensee, by name: what a page lists.
    package func terms(at milliseconds: Int) -> [LicenceTerm] {
        terms.keys.sorted().compactMap { term(of: $0, at: milliseconds) }
    }

    /// Whether a call is covered, and if not, why.
    ///
    /// - Parameters:
    ///   - site: nil where the call names none; refused where the licence lists some. So are
    ///     `jurisdiction` and `use`.
    ///   - callsSoFar: calls settled in the term before this one.
    package func decide(
        licensee: String, site: String?, jurisdiction: String?, use: String?, model: String,
        at milliseconds: Int, callsSoFar: Int
    ) -> LicenceDecision {
        guard let term = term(of: licensee, at: milliseconds) else {
            return .refusing(.missing, "\(licensee) holds no licence")
        }
        if let revoked = term.revoked, revoked <= milliseconds {
            return .refusing(.revoked, "the licence of \(licensee) was revoked")
        }
        return term.licence.decide(
            site: site, jurisdiction: jurisdiction, use: use, model: model, at: milliseconds,
            callsSoFar: callsSoFar)
    }

    /// Counts a settled call to the term that counts at its time.
    package mutating func countCall(of licensee: String, at milliseconds: Int) {
        guard let position = position(of: licensee, at: milliseconds) else { return }
        counts[licensee]?[position] += 1
    }

    /// Calls counted to the term that counts at a time.
    package func calls(of licensee: String, at milliseconds: Int) -> Int {
        guard let position = position(of: licensee, at: milliseconds) else { return 0 }
        return counts[licensee]?[position] ?? 0
    }
}
