// SPDX-License-Identifier: Apache-2.0
package import Ledger

extension LicenceBook {
    /// The whole book, so that opening a site needs only the entries since.
    package var snapshot: CanonicalJSON {
        .array(
            terms.keys.sorted().flatMap { licensee in
                zip(terms[licensee] ?? [], counts[licensee] ?? []).map { term, calls in
                    var members: [String: CanonicalJSON] = [
                        "licence": term.licence.json, "granted": .int(term.granted),
                        "calls": .int(calls),
                    ]
                    members["revoked"] = term.revoked.map { .int($0) }
                    return CanonicalJSON.object(members)
                }
            })
    }

    /// Reads what `snapshot` writes; nil for anything else.
    package init?(snapshot: CanonicalJSON) {
        self.init()
        guard let list = snapshot.arrayValue else { return nil }
        for item in list {
            guard let json = item["licence"], let licence = try? Licence(json: json),
                let granted = item["granted"]?.intValue, let calls = item["calls"]?.intValue
            else { return nil }
            var term = LicenceTerm(licence: licence, granted: granted)
            term.revoked = item["revoked"]?.intValue
            terms[licence.licensee, default: []].append(term)
            counts[licence.licensee, default: []].append(calls)
        }
    }
}
