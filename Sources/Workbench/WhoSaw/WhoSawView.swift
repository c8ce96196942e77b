// SPDX-License-Identifier: Apache-2.0

/// Who asked which model about one patient, and what came of it.
///
/// The handle that is typed in is turned into its keyed digest by the server and forgotten; it is
/// neither shown again nor part of an address.
package struct WhoSawView: Sendable, Hashable {
    /// One entry about the patient.
    package struct Row: Sendable, Hashable {
        package var index: Int
        package var time: String
        package var actor: String
        package var team: String
        package var model: String
        package var version: String
        /// What was done, such as `answered` or `refused: outside the intended use`.
        package var action: String
        package var use: String

        package init(
            index: Int, time: String, actor: String, team: String = "", model: String = "",
            version: String = "", action: String, use: String = ""
        ) {
            self.index = index
            self.time = time
            self.actor = actor
            self.team = team
            self.model = model
            self.version = version
            self.action = action
            self.use = use
        }
    }

    /// What a search found.
    package struct Found: Sendable, Hashable {
        /// Keyed digest of the handle: what the ledger has in its place.
        package var digest: String
        /// Oldest first.
        package var rows: [Row]
        /// There were more than are shown.
        package var isCut: Bool
        /// Size of the ledger that was searched.
        package var size: Int

        package init(digest: String, rows: [Row], isCut: Bool = false, size: Int) {
            self.digest = digest
            self.rows = rows
            self.isCut = isCut
            self.size = size
        }
    }

    /// Days in UTC as `2026-11-28`, both included; empty for open ends.
    package var from: String
    package var until: String
    package var found: Found?
    /// What has to be filled in differently, as a sentence.
    package var needed: String?

    package init(
        from: String = "", until: String = "", found: Found? = nil, needed: String? = nil
    ) {
        self.from = from
        self.until = until
        self.found = found
        self.needed = needed
    }

    /// Names of the form's fields.
    package enum Field {
        package static let subject = "subject"
        /// The digest of a search that is asked for as a file.
        package static let digest = "digest"
        package static let from = "from"
        package static let until = "until"
    }

    /// The rows as a file.
    package static func csv(_ found: Found) -> String {
        func quoted(_ text: String) -> String {
            // A spreadsheet would take a leading sign for a formula.
            let safe = text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
            let isPlain = !safe.contains { ",\"\n\r".contains($0) }
            return isPlain
                ? safe
                : "\""
                    + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(
                        separator: "\"\"") + "\""
        }
        var lines = ["entry,time_utc,who,team,model,version,what,use"]
        for row in found.rows {
            lines.append(
                ([String(row.index)]
                    + [row.time, row.actor, row.team, row.model, row.version, row.action, row.use]
                    .map(quoted)).joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}
