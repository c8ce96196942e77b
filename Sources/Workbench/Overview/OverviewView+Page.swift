// SPDX-License-Identifier: Apache-2.0
import Records

extension OverviewView: WorkbenchPage {
    package var title: String { "Overview" }
    package var place: Place? { .overview }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            release
            figures([
                ("Subjects", NumberText.whole(subjects), "de-identified"),
                ("Events", NumberText.whole(events), ""),
                ("Codes", NumberText.whole(codes), "distinct"),
                ("Notes withheld", NumberText.whole(notesWithheld), "stay in the vault"),
                ("Ledger entries", NumberText.whole(ledgerSize), ""),
            ])
            way
            importReport
            codeTable
            modelList
            ledgerState
        }
    }

    private var release: HTML {
        tag("p", ["class": "lede"]) {
            "Released under "
            tag("strong") { profile }
            switch signature {
            case .unsigned:
                ". "
                tag("span", ["class": "flag"]) { "Unsigned" }
                " No privacy officer has signed this profile yet."
            case .signed(let name, let day):
                ", signed by \(name) on \(day)."
            }
        }
    }

    @HTMLBuilder private var way: HTML {
        if !stations.isEmpty {
            section("From records to the bedside", id: "way") {
                flowAcross(
                    id: "flow-across", title: "The way of the records",
                    description: inWords, stations: stations)
                flowDown(
                    id: "flow-down", title: "The way of the records", description: inWords,
                    stations: stations)
                tag("details", ["class": "data"]) {
                    tag("summary") { "The same as a table" }
                    table(
                        "Stations of the way",
                        [Column("Station"), Column("Number", number: true), Column("Counts")],
                        rows: stations.map { [Cell($0.name), Cell($0.figure), Cell($0.unit)] })
                }
            }
        }
    }

    private var inWords: String {
        stations.map { "\($0.name): \($0.figure) \($0.unit)" }.joined(separator: "; ") + "."
    }

    private var importReport: HTML {
        section("Imports", id: "imports") {
            tag("p") {
                if imports.files == 0 {
                    "Nothing has been imported yet."
                } else {
                    "\(NumberText.whole(imports.files)) files held "
                    "\(NumberText.whole(imports.resources)) resources: "
                    tag("strong") { "\(NumberText.whole(imports.imported)) imported" }
                    ", \(NumberText.whole(imports.rejectedTotal)) not. "
                    "Nothing is dropped without a reason."
                }
            }
            if !imports.rejected.isEmpty {
                table(
                    "Resources not imported, by reason",
                    [
                        Column("Reason", sort: true),
                        Column("Resources", number: true, sort: true),
                        Column("Share of all", number: true),
                    ],
                    rows: imports.rejected.map { rejection in
                        [
                            Cell(rejection.reason), Cell(rejection.count),
                            Cell(
                                NumberText.percent(
                                    Double(rejection.count) / Double(max(1, imports.resources)))),
                        ]
                    })
            }
        }
    }

    private var codeTable: HTML {
        let most = Double(max(1, commonCodes.map(\.events).max() ?? 1))
        return section("Most frequent codes", id: "codes") {
            if commonCodes.isEmpty {
                tag("p") {
                    events == 0
                        ? "No timelines have been released yet."
                        : "No code has counts that may be shown."
                }
            } else {
                table(
                    "Most frequent codes",
                    [
                        Column("Meaning", sort: true), Column("Events", number: true, sort: true),
                        Column("Share of the most frequent"),
                        Column("Subjects", number: true, sort: true), Column("Code", sort: true),
                    ],
                    rows: commonCodes.enumerated().map { position, code in
                        let name =
                            code.entry.display.isEmpty
                            ? code.entry.code.description : code.entry.display
                        return [
                            Cell(name), Cell(code.events),
                            Cell {
                                rowBar(
                                    id: "code-\(position)",
                                    title: "\(NumberText.whole(code.events)) events",
                                    share: Double(code.events) / most)
                            },
                            Cell(code.subjects),
                            Cell(key: code.entry.code.description) {
                                tag("code") { code.entry.code.description }
                            },
                        ]
                    })
            }
        }
    }

    private var modelList: HTML {
        section("Models", id: "models") {
            if models.isEmpty {
                tag("p") { "No model is served." }
            } else {
                tag("dl", ["class": "entries"]) {
                    for model in models {
                        tag("dt") { tag("code") { model.id } }
                        tag("dd") {
                            tag("p") { model.summary }
                            tag("p", ["class": "aside"]) {
                                "Version "
                                tag("code") { model.version }
                                ", digest "
                                digest(model.digest)
                            }
                        }
                    }
                }
            }
        }
    }

    private var ledgerState: HTML {
        section("Ledger", id: "ledger") {
            tag("p") {
                "\(NumberText.whole(ledgerSize)) entries under the root"
            }
            tag("p") { tag("code", ["class": "long"]) { ledgerRoot } }
            tag("p") { tag("a", ["href": Place.ledger.rawValue]) { "Read and verify the ledger" } }
        }
    }
}
