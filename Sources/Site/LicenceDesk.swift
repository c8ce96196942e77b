// SPDX-License-Identifier: Apache-2.0
package import Governance
import Ledger
import Metering

/// Grants, revokes and reads licences by entries in the ledger.
package struct LicenceDesk: Sendable {
    private let site: SiteDirectory

    package init(_ site: SiteDirectory) {
        self.site = site
    }

    /// Grants a licence; it replaces what the licensee had before.
    ///
    /// - Throws: `SiteError.refused` for a name or term that can't be one.
    package func grant(_ licence: Licence) throws(SiteError) {
        try check(licence.licensee)
        if let sheet = licence.priceSheet {
            let known = try PriceDesk(site).sheets().sheets.map(\.sheet.id)
            guard known.contains(sheet) else {
                throw .refused(
                    "no price sheet with the id \(sheet.prefix(64)) is published; see bedside "
                        + "price show")
            }
        }
        try Recorder(site).record(
            Entry(.licenceGranted, actor: "licence", body: licence.body))
    }

    /// Takes a licence away from the next call on.
    package func revoke(_ licensee: String) throws(SiteError) {
        try check(licensee)
        try Recorder(site).record(
            Entry(.licenceRevoked, actor: "licence", body: ["licensee": .string(licensee)]))
    }

    /// The licence of each licensee, with the calls that count to its term.
    package func licences() throws(SiteError) -> [(term: LicenceTerm, calls: Int)] {
        let book = try LedgerFold(site).desk().licences
        let now = Entry.now
        return book.terms(at: now).map { ($0, book.calls(of: $0.licence.licensee, at: now)) }
    }

    private func check(_ licensee: String) throws(SiteError) {
        guard KeyName.isValid(licensee) else {
            throw .refused("a licensee's name is \(KeyName.rule)")
        }
    }
}

extension Licence {
    /// The body of its entry.
    fileprivate var body: [String: CanonicalJSON] {
        guard case .object(let members) = json else { return [:] }
        return members
    }
}
