// SPDX-License-Identifier: Apache-2.0
import Ledger

/// Makes, changes and takes away keys, each with its entry in the ledger.
package struct KeyDesk: Sendable {
    private let site: SiteDirectory
    private let store: KeyStore
    private let actor: String

    /// - Parameter actor: who does it, for the record.
    package init(_ site: SiteDirectory, actor: String = "key") throws(SiteError) {
        self.site = site
        self.actor = actor
        store = try KeyStore(site)
    }

    /// A new key, shown once; only its hash is kept.
    package func create(name: String, terms: KeyTerms = KeyTerms()) throws(SiteError) -> String {
        let made = try store.create(name: name, terms: terms)
        try Recorder(site).record(KeyDesk.created(name, terms, actor: actor))
        return made.key
    }

    /// A holder's next key; the old one opens for some hours more.
    package func rotate(name: String, overlapHours: Int) throws(SiteError) -> String {
        let made = try store.rotate(name: name, overlapHours: overlapHours)
        try Recorder(site).record(
            KeyDesk.rotated(name, overlapHours: overlapHours, actor: actor))
        return made.key
    }

    /// Takes a holder's key away.
    package func revoke(name: String) throws(SiteError) {
        try store.revoke(name: name)
        try Recorder(site).record(KeyDesk.revoked(name, actor: actor))
    }

    static func created(_ name: String, _ terms: KeyTerms, actor: String) -> Entry {
        var body = terms.entryBody
        body["name"] = .string(name)
        return Entry(.keyCreated, actor: actor, body: body)
    }

    static func rotated(_ name: String, overlapHours: Int, actor: String) -> Entry {
        Entry(
            .keyRotated, actor: actor,
            body: ["name": .string(name), "overlap_hours": .int(overlapHours)])
    }

    static func revoked(_ name: String, actor: String) -> Entry {
        Entry(.keyRevoked, actor: actor, body: ["name": .string(name)])
    }
}
