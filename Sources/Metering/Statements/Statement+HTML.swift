// SPDX-License-Identifier: Apache-2.0

extension Statement {
    /// One page without scripts or anything to load; it prints on paper.
    func html(_ evidence: StatementEvidence?) -> String {
        let heading = ([title] + facts.prefix(2).map(\.value)).joined(separator: " · ")
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Statement.escaped(heading))</title>
            <style>\(Statement.style)</style></head><body><main>
            <h1>\(Statement.escaped(title))</h1>
            <p class="total">\(Statement.escaped(Amount.text(totalMicros, currency)))</p>
            <dl>
            """
        for fact in facts {
            page += "<dt>\(Statement.escaped(fact.name))</dt>"
            page += "<dd>\(Statement.escaped(fact.value))</dd>"
        }
        page += "</dl>\n"
        if let warning {
            page += "<p class=\"warning\" role=\"alert\">The bill does not match the published "
            page += "sheets. \(Statement.escaped(warning))</p>\n"
        }
        page += table
        page += evidence.map(Statement.proofs) ?? ""
        return page + "</main></body></html>\n"
    }

    private var table: String {
        guard !rows.isEmpty else { return "<p>Nothing was billed.</p>\n" }
        var html = "<div class=\"wide\"><table><thead><tr>"
        for column in columns {
            html += "<th\(column.isNumber ? " class=\"n\"" : "")>\(Statement.escaped(column.name))"
            html += "</th>"
        }
        html += "</tr></thead><tbody>\n"
        for row in rows {
            html += "<tr>"
            for (column, cell) in zip(columns, row) {
                html += "<td\(column.isNumber ? " class=\"n\"" : "")>\(Statement.shown(cell))</td>"
            }
            html += "</tr>\n"
        }
        html += "</tbody><tfoot><tr><td colspan=\"\(columns.count)\" class=\"n\">Total "
        html += Statement.escaped(Amount.text(totalMicros, currency))
        return html + "</td></tr></tfoot></table></div>\n"
    }

    private static func shown(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): escaped(text)
        case .number(let number): Amount.count(number)
        case .amount(let micros): String(Amount.text(micros, "").dropLast())
        case .none: ""
        }
    }

    private static func proofs(_ evidence: StatementEvidence) -> String {
        var html = """
            <h2>Proof</h2>
            <p>Made from the first \(Amount.count(evidence.size)) entries of the ledger, whose root
            is signed in this checkpoint. Whoever holds the ledger's public key can check it and make
            every amount on this page again from the entries.</p>
            <pre>\(escaped(evidence.checkpoint))</pre>
            <p class="hash">root \(escaped(evidence.root))</p>

            """
        for proof in evidence.proofs {
            html += "<details><summary>Entry \(Amount.count(proof.index)) is in it</summary>"
            html += "<pre>\(escaped(proof.record))</pre><pre>"
            html += escaped(proof.hashes.joined(separator: "\n")) + "</pre></details>\n"
        }
        return html
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6776;--line:#d5dae1;--paper:#fff;\
        --accent:#0b6e99}@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa7b5;\
        --line:#36404c;--paper:#12171d;--accent:#5cb8e0}}\
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;\
        font-variant-numeric:tabular-nums}main{max-width:68rem;margin:2rem auto;padding:0 1.25rem}\
        h1{font-size:1.25rem;margin:0}h2{font-size:1rem;margin-top:2rem}\
        .total{font-size:2rem;margin:.25rem 0 1rem;color:var(--accent)}\
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0 0 1.5rem}\
        dt{color:var(--soft)}dd{margin:0}.wide{overflow-x:auto}\
        table{border-collapse:collapse;width:100%;font-size:.9rem}\
        th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);\
        white-space:nowrap}th{color:var(--soft);font-weight:500}.n{text-align:right}\
        tfoot td{font-weight:600;border-bottom:0}.warning{border-left:4px solid #c0392b;\
        padding:.5rem 1rem}pre,.hash{font:12px/1.45 ui-monospace,monospace;white-space:pre-wrap;\
        overflow-wrap:anywhere}summary{cursor:pointer}\
        @media print{main{margin:0;max-width:none;padding:0}body{font-size:10pt}\
        details>*{display:block}th,td{padding:.15rem .3rem;font-size:7.5pt}@page{margin:15mm}}
        """
}
