// SPDX-License-Identifier: Apache-2.0

/// What a licence says to one call.
package enum LicenceDecision: Hashable, Sendable {
    case covered(inGrace: Bool)
    /// `code` is one of `LicenceRefusal`'s; the sentence is for the caller.
    case refused(code: String, sentence: String)
}

/// The machine codes of a refusal.
package enum LicenceRefusal: String, Sendable, CaseIterable {
    case missing = "license_missing"
    case notYet = "license_not_yet"
    case expired = "license_expired"
    case site = "license_site"
    case jurisdiction = "license_jurisdiction"
    case use = "license_use"
    case model = "license_model"
    case cap = "license_cap"
    case revoked = "license_revoked"
}

/// A licence as the ledger granted it.
package struct LicenceTerm: Hashable, Sendable {
    package let licence: Licence
    /// When its entry was written.
    package let granted: Int
    /// When it was revoked; nil where it was not.
    package internal(set) var revoked: Int?

    /// From when it counts: never before it was granted.
    package var starts: Int { max(granted, licence.from) }
}

extension Licence {
    /// What this licence says to a call, whoever holds it; the plain sentence names the bound.
    func decide(
        site: String?, jurisdiction: String?, use: String?, model: String, at milliseconds: Int,
        callsSoFar: Int
    ) -> LicenceDecision {
        if milliseconds < from {
            return .refusing(.notYet, "the licence of \(licensee) has not begun yet")
        }
        if milliseconds >= graceUntil {
            return .refusing(.expired, "the licence of \(licensee) has expired")
        }
        let bounds: [(LicenceRefusal, String, String?, [String])] = [
            (.site, "site", site, sites),
            (.jurisdiction, "jurisdiction", jurisdiction, jurisdictions),
            (.use, "use", use, uses),
            (.model, "model", model, models),
        ]
        for (code, what, value, listed) in bounds where !listed.isEmpty {
            guard let value else {
                return .refusing(
                    code, "the call names no \(what), and the licence of \(licensee) lists some")
            }
            guard listed.contains(value) else {
                return .refusing(
                    code, "the licence of \(licensee) does not cover the \(what) of this call")
            }
        }
        if let callCap, callsSoFar >= callCap {
            return .refusing(
                .cap, "the licence of \(licensee) covers \(callCap) calls, and they are used up")
        }
        return .covered(inGrace: milliseconds >= until)
    }
}

extension LicenceDecision {
    static func refusing(_ code: LicenceRefusal, _ sentence: String) -> LicenceDecision {
        .refused(code: code.rawValue, sentence: sentence)
    }
}
