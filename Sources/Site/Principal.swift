// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// What comes with a key besides its holder's name.
package struct KeyTerms: Sendable, Hashable, Codable {
    /// Budgets and spending are counted by team too.
    package var team: String?
    /// Where the bill's lines belong.
    package var costCenter: String?
    /// The organisation whose licence covers the calls; nil for the hospital's own.
    package var licensee: String?
    /// The licensee's site from which the key calls, and its jurisdiction.
    package var callingSite: String?
    package var jurisdiction: String?
    /// The use that calls are for unless they say otherwise.
    package var use: String?
    /// What the key opens; nil opens everything.
    package var scopes: [KeyScope]?
    /// Models the key may call; nil for all.
    package var models: [String]?
    package var requestsPerMinute: Int?
    package var tokensPerMinute: Int?
    /// Milliseconds since 1970, UTC, from which the key opens nothing.
    package var expires: Int?

    package init() {}

    /// What an entry says of the terms; nothing of the key.
    package var entryBody: [String: CanonicalJSON] {
        var body: [String: CanonicalJSON] = [:]
        body["team"] = team.map { .string($0) }
        body["cost_center"] = costCenter.map { .string($0) }
        body["licensee"] = licensee.map { .string($0) }
        body["site"] = callingSite.map { .string($0) }
        body["jurisdiction"] = jurisdiction.map { .string($0) }
        body["use"] = use.map { .string($0) }
        body["scopes"] = scopes.map { .array($0.map { .string($0.rawValue) }) }
        body["models"] = models.map { .array($0.map { .string($0) }) }
        body["requests_per_minute"] = requestsPerMinute.map { .int($0) }
        body["tokens_per_minute"] = tokensPerMinute.map { .int($0) }
        body["expires"] = expires.map { .int($0) }
        return body
    }

    /// What is wrong with them, for the person who typed them; nil where nothing is.
    var problem: String? {
        let names = [team, costCenter, licensee, callingSite, jurisdiction, use].compactMap { $0 }
        guard names.allSatisfy(KeyName.isValid) else {
            return "teams, licensees, sites, uses and the like are \(KeyName.rule)"
        }
        let rates = [requestsPerMinute, tokensPerMinute].compactMap { $0 }
        guard rates.allSatisfy({ (1...1_000_000_000).contains($0) }) else {
            return "a rate is a whole number from 1 to 1,000,000,000 a minute"
        }
        return nil
    }
}

/// Who may call: a name, the hash of the key they hold, and what comes with it.
package struct Principal: Sendable, Hashable, Codable {
    package let name: String
    /// SHA-256 of the key; keys have 256 random bits, so a plain hash can't be guessed back.
    package var keySHA256: String
    /// Milliseconds since 1970, UTC.
    package let created: Int
    package var terms: KeyTerms
    /// The key before the last rotation, and until when it still opens.
    package var formerSHA256: String?
    package var formerExpires: Int?

    package init(name: String, keySHA256: String, created: Int, terms: KeyTerms = KeyTerms()) {
        self.name = name
        self.keySHA256 = keySHA256
        self.created = created
        self.terms = terms
    }

    /// Whoever sits at the pages of this machine.
    package static let workbench = Principal(name: "workbench", keySHA256: "", created: 0)

    private enum CodingKeys: String, CodingKey {
        case name, keySHA256, created, terms, formerSHA256, formerExpires
    }

    /// Reads a principal; files of earlier versions have no terms.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        keySHA256 = try values.decode(String.self, forKey: .keySHA256)
        created = try values.decode(Int.self, forKey: .created)
        terms = try values.decodeIfPresent(KeyTerms.self, forKey: .terms) ?? KeyTerms()
        formerSHA256 = try values.decodeIfPresent(String.self, forKey: .formerSHA256)
        formerExpires = try values.decodeIfPresent(Int.self, forKey: .formerExpires)
    }

    /// Whether the key opens something of a kind.
    package func allows(_ scope: KeyScope) -> Bool {
        terms.scopes?.contains(scope) ?? true
    }
}

/// What a key may be used for.
package enum KeyScope: String, Sendable, Codable, CaseIterable {
    /// Asking models.
    case calls
    /// Reading proofs and entries.
    case ledger
    /// Reading prices, budgets and spending of its own.
    case billing
    /// Reading the server's metrics.
    case metrics
}

/// The names that keys, teams, licensees and uses go by.
package enum KeyName {
    package static let rule = "1 to 64 letters, digits, dots, hyphens or underscores"

    package static func isValid(_ name: String) -> Bool {
        let isAllowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ".")
        }
        return isAllowed && (1...64).contains(name.utf8.count)
    }

    /// Names the ledger uses for Bedside's own commands and pages.
    static let reserved: Set<String> = [
        "budget", "cohort", "demo", "gateway", "import", "init", "key", "ledger", "licence",
        "price", "serve", "workbench",
    ]
}
