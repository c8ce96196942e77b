// SPDX-License-Identifier: Apache-2.0

extension InvoiceView: WorkbenchPage {
    package var title: String { needed == nil ? "Invoice \(month)" : "Invoices" }
    package var place: Place? { .invoices }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Recomputed from the ledger when this page was opened: quantities from the settled "
                "calls, prices from the sheets published there, to the millionth of a unit."
            }
            choices
            if let needed {
                Notice.problem("Needed:") { needed }
            } else if let bill {
                head(bill)
                lines(bill)
                shares(bill)
                evidence(bill.evidence)
            } else {
                tag("p") { "No call of \(account.name) was settled in \(month)." }
            }
        }
    }

    private var choices: HTML {
        tag("dl", ["class": "entries choices"]) {
            tag("dt") { "Month" }
            tag("dd", ["class": "turn"]) {
                for entry in months {
                    choice(
                        entry, InvoiceView.address(month: entry, account: account),
                        isChosen: entry == month)
                }
            }
            tag("dt") { "Account" }
            tag("dd", ["class": "turn"]) {
                for entry in accounts {
                    choice(
                        entry.name, InvoiceView.address(month: month, account: entry),
                        isChosen: entry == account)
                }
            }
        }
    }

    private func choice(_ name: String, _ address: String, isChosen: Bool) -> HTML {
        HTML {
            tag("a", ["href": address, "aria-current": isChosen ? "true" : nil]) { name }
            " "
        }
    }

    @HTMLBuilder private func head(_ bill: Bill) -> HTML {
        figures([
            ("Account", account.name, month),
            ("Calls", NumberText.whole(bill.calls), "settled"),
            ("Total", NumberText.micros(bill.totalMicros), currency),
        ])
        if bill.mismatches > 0 {
            Notice.problem("Prices differ.") {
                "In the whole ledger, \(NumberText.whole(bill.mismatches)) calls were recorded with "
                "another price than the sheets give"
                if let index = bill.firstMismatch {
                    ", the first in "
                    tag("a", ["href": Place.entry(index)]) { "entry \(NumberText.whole(index))" }
                }
                ". The total is what was recorded."
            }
        } else {
            tag("p", ["class": "aside spaced"]) {
                "The price recorded with every call is what the sheets give."
            }
        }
        tag("p", ["class": "turn keep-off-paper"]) {
            "Take it along: "
            for file in InvoiceFile.allCases {
                tag("a", ["href": address(of: file)]) { file.name }
                " "
            }
        }
    }

    private func lines(_ bill: Bill) -> HTML {
        section("Lines", id: "lines") {
            table(
                "Lines of the invoice",
                [
                    Column("Model"), Column("What was counted"), Column("Quantity", number: true),
                    Column("Free", number: true), Column("Quantity × price", number: true),
                    Column("Amount, \(currency)", number: true),
                ],
                rows: bill.lines.map { line in
                    [
                        Cell(line.model), Cell(line.meter), Cell(line.quantity), Cell(line.free),
                        Cell {
                            for part in line.parts { tag("span", ["class": "line"]) { part } }
                        },
                        Cell(NumberText.micros(line.micros)),
                    ]
                }
                    + difference(bill)
                    + [
                        [
                            Cell { tag("strong") { "Total" } }, Cell(""), Cell(""), Cell(""),
                            Cell(""),
                            Cell { tag("strong") { NumberText.micros(bill.totalMicros) } },
                        ]
                    ])
            if !bill.sheets.isEmpty {
                tag("p", ["class": "aside"]) {
                    "Price sheets: \(bill.sheets.joined(separator: ", "))."
                }
            }
        }
    }

    /// What was recorded beyond what the sheets give; no line where nothing was.
    private func difference(_ bill: Bill) -> [[Cell]] {
        guard bill.differenceMicros != 0 else { return [] }
        return [
            [
                Cell("Recorded beyond the sheets"), Cell(""), Cell(""), Cell(""), Cell(""),
                Cell(NumberText.micros(bill.differenceMicros)),
            ]
        ]
    }

    private func shares(_ bill: Bill) -> HTML {
        section("Who receives it", id: "payouts") {
            if bill.shares.isEmpty {
                tag("p") { "No split is published with the price sheet." }
            } else {
                let sum = bill.shares.reduce(0) { $0 + $1.micros }
                table(
                    "Payouts",
                    [
                        Column("Party"), Column("Share of the total", picture: true),
                        Column("Percent", number: true),
                        Column("Amount, \(currency)", number: true),
                    ],
                    rows: bill.shares.enumerated().map { position, share in
                        let part =
                            bill.totalMicros == 0
                            ? 0 : Double(share.micros) / Double(bill.totalMicros)
                        return [
                            Cell(share.party),
                            Cell {
                                rowBar(
                                    id: "payout-\(position)", title: NumberText.percent(part),
                                    share: part)
                            },
                            Cell(NumberText.percent(part)),
                            Cell(NumberText.micros(share.micros)),
                        ]
                    })
                tag("p", ["class": "aside"]) {
                    sum == bill.totalMicros
                        ? "The payouts add up to the total exactly."
                        : "The payouts add up to \(NumberText.micros(sum)), which is not the total."
                }
            }
        }
    }

    private func evidence(_ evidence: Evidence) -> HTML {
        section("What it rests on", id: "evidence") {
            tag("dl", ["class": "entries"]) {
                tag("dt") { "Ledger" }
                tag("dd") { "\(NumberText.whole(evidence.size)) entries" }
                tag("dt") { "Root" }
                tag("dd") { tag("code", ["class": "long"]) { evidence.root } }
                if let first = evidence.first { proof("First call", first) }
                if let last = evidence.last { proof("Last call", last) }
            }
            if !evidence.checkpoint.isEmpty {
                codeBlock(evidence.checkpoint, label: "Signed checkpoint")
            }
            tag("p", ["class": "aside"]) {
                "Anybody with the exported ledger and the published price sheets can compute this "
                "invoice again; the downloads carry the proofs in full."
            }
        }
    }

    private func proof(_ name: String, _ proof: Proof) -> HTML {
        HTML {
            tag("dt") { name }
            tag("dd") {
                tag("a", ["href": Place.entry(proof.index)]) {
                    "entry \(NumberText.whole(proof.index))"
                }
                ", proved by \(NumberText.whole(proof.hashes)) hashes"
            }
        }
    }
}
