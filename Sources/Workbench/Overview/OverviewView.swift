// SPDX-License-Identifier: Apache-2.0
package import Records

/// What a site holds, at a glance.
package struct OverviewView: Sendable, Hashable {
    /// Who stands for the release profile.
    package enum Signature: Sendable, Hashable {
        case unsigned
        /// Name or role of the signer and the day, as the site recorded them.
        case signed(by: String, on: String)
    }

    /// A code that occurs often.
    package struct CommonCode: Sendable, Hashable {
        package var entry: CodeEntry
        package var events: Int
        package var subjects: ShownCount

        package init(entry: CodeEntry, events: Int, subjects: ShownCount) {
            self.entry = entry
            self.events = events
            self.subjects = subjects
        }
    }

    /// A model the site serves.
    package struct Model: Sendable, Hashable {
        package var id: String
        package var version: String
        package var digest: String
        package var summary: String

        package init(id: String, version: String, digest: String, summary: String) {
            self.id = id
            self.version = version
            self.digest = digest
            self.summary = summary
        }
    }

    /// What came in: every resource is either imported or counted under a reason.
    package struct Imports: Sendable, Hashable {
        /// A reason and how many resources it kept out.
        package struct Rejection: Sendable, Hashable {
            package var reason: String
            package var count: Int

            package init(reason: String, count: Int) {
                self.reason = reason
                self.count = count
            }
        }

        package var files: Int
        package var resources: Int
        package var imported: Int
        /// In the order to be shown.
        package var rejected: [Rejection]

        package init(files: Int, resources: Int, imported: Int, rejected: [Rejection]) {
            self.files = files
            self.resources = resources
            self.imported = imported
            self.rejected = rejected
        }

        var rejectedTotal: Int { rejected.reduce(0) { $0 + $1.count } }
    }

    /// Label of the release profile, such as `safe-harbor+intervals`.
    package var profile: String
    package var signature: Signature
    package var subjects: Int
    package var events: Int
    package var codes: Int
    package var notesWithheld: Int
    package var imports: Imports
    package var commonCodes: [CommonCode]
    package var models: [Model]
    package var ledgerSize: Int
    /// Hexadecimal root of the ledger's tree.
    package var ledgerRoot: String
    /// The stations of the picture: records, vault, timelines, cohort, panel, ledger.
    package var stations: [Station]

    package init(
        profile: String, signature: Signature, subjects: Int, events: Int, codes: Int,
        notesWithheld: Int, imports: Imports, commonCodes: [CommonCode], models: [Model],
        ledgerSize: Int, ledgerRoot: String, stations: [Station]
    ) {
        self.profile = profile
        self.signature = signature
        self.subjects = subjects
        self.events = events
        self.codes = codes
        self.notesWithheld = notesWithheld
        self.imports = imports
        self.commonCodes = commonCodes
        self.models = models
        self.ledgerSize = ledgerSize
        self.ledgerRoot = ledgerRoot
        self.stations = stations
    }
}
