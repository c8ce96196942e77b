// SPDX-License-Identifier: Apache-2.0

extension WhoSawView: WorkbenchPage {
    package var title: String { "Who saw what" }
    package var place: Place? { .whoSaw }

    package var announcement: String {
        if let needed { return needed }
        return found.map { WhoSawView.counted($0.rows.count) + " about this patient." } ?? title
    }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Which models were asked about one patient, by whom, when, and what was answered. "
                "The ledger holds no patient: only a digest of the caller's handle, which nobody "
                "can compute without this site's key."
            }
            if let needed {
                tag("div", ["id": "focus", "tabindex": "-1"]) {
                    Notice.problem("Needed:") { needed }
                }
            }
            form(to: Place.whoSaw.rawValue, in: frame, label: "Who saw what") {
                tag("div", ["class": "row"]) {
                    textField(
                        "subject", label: "Handle of the patient",
                        note: "As callers send it. It is not kept, shown or logged.",
                        type: "password", required: true)
                    textField("from", label: "From day, UTC", value: from, type: "date")
                    textField("until", label: "Until day, UTC", value: until, type: "date")
                }
                tag("p") {
                    tag("button", ["type": "submit", "class": "primary"]) { "Search" }
                }
            }
            if let found { result(found, in: frame) }
        }
    }

    private func result(_ found: Found, in frame: PageFrame) -> HTML {
        section("Found", id: "found") {
            tag("div", ["id": needed == nil ? "focus" : nil, "tabindex": "-1"]) {
                tag("p") {
                    if found.rows.isEmpty {
                        "Nothing in \(NumberText.whole(found.size)) entries is about this patient"
                    } else {
                        tag("strong") { WhoSawView.counted(found.rows.count) }
                        " of \(NumberText.whole(found.size)) about this patient"
                    }
                    " \(period)."
                }
            }
            if found.isCut {
                Notice.note("Not all of them.") { "Choose a shorter period to see the others." }
            }
            if !found.rows.isEmpty {
                table(
                    "Who saw what",
                    [
                        Column("Time, UTC", sort: true), Column("Who", sort: true),
                        Column("Team", sort: true), Column("Model", sort: true), Column("What"),
                        Column("Use"), Column("Entry", number: true),
                    ],
                    rows: found.rows.map(row))
                form(to: Place.whoSawExport, in: frame, label: "Take it along", live: false) {
                    hidden(Field.digest, found.digest)
                    hidden(Field.from, from)
                    hidden(Field.until, until)
                    tag("p") {
                        tag("button", ["type": "submit"]) { "Take it along as CSV" }
                        " "
                        tag("span", ["class": "aside"]) {
                            "Each entry's page has the proof that it is on record."
                        }
                    }
                }
            }
            tag("p", ["class": "aside"]) {
                "In the ledger this patient is "
                digest(found.digest, length: 16)
            }
        }
    }

    private static func counted(_ rows: Int) -> String {
        rows == 1 ? "1 entry" : NumberText.whole(rows) + " entries"
    }

    private var period: String {
        switch (from.isEmpty, until.isEmpty) {
        case (true, true): "at any time"
        case (false, true): "from \(from) on"
        case (true, false): "until \(until)"
        case (false, false): "from \(from) to \(until)"
        }
    }

    private func row(_ row: Row) -> [Cell] {
        [
            Cell(key: row.time) { tag("span", ["class": "whole"]) { row.time } }, Cell(row.actor),
            Cell(row.team.isEmpty ? "–" : row.team),
            Cell(key: row.model) {
                tag("span", ["class": "line"]) { row.model.isEmpty ? "–" : row.model }
                if !row.version.isEmpty {
                    tag("span", ["class": "line aside"]) { digest(row.version, length: 14) }
                }
            },
            Cell(row.action), Cell(row.use.isEmpty ? "–" : row.use),
            Cell {
                tag("a", ["href": Place.entry(row.index)]) { NumberText.whole(row.index) }
            },
        ]
    }
}
