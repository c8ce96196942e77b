// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// An invoice or payout statement as facts, a table and a total: what CSV and HTML are made from.
struct Statement {
    struct Column {
        let name: String
        let isNumber: Bool
        /// An amount: HTML sets its thousands off, CSV does not.
        let isAmount: Bool

        static func text(_ name: String) -> Column {
            Column(name: name, isNumber: false, isAmount: false)
        }
        static func number(_ name: String) -> Column {
            Column(name: name, isNumber: true, isAmount: false)
        }
        static func amount(_ name: String) -> Column {
            Column(name: name, isNumber: true, isAmount: true)
        }
    }

    enum Cell {
        case text(String)
        case number(Int)
        case amount(Int)
        case none
    }

    let title: String
    let facts: [(name: String, value: String)]
    let columns: [Column]
    let rows: [[Cell]]
    let totalMicros: Int
    let currency: String
    /// A sentence that must be seen; nil where all is well.
    let warning: String?

    /// Comma-separated values by RFC 4180: facts, lines with a head, the total, the checkpoint.
    func csv(_ evidence: StatementEvidence?) -> String {
        var rows: [[String]] = [["statement", title]]
        rows += facts.map { [$0.name, $0.value] }
        rows.append([])
        rows.append(columns.map(\.name))
        rows += self.rows.map { $0.map(Statement.plain) }
        rows.append(["total", Amount.decimal(totalMicros), currency])
        if let warning { rows.append(["mismatch", warning]) }
        if let evidence {
            rows.append([])
            rows.append(["checkpoint_size", String(evidence.size)])
            rows.append(["checkpoint_root", evidence.root])
            rows.append(["checkpoint", evidence.checkpoint])
            for proof in evidence.proofs {
                rows.append(["entry", String(proof.index), proof.record] + proof.hashes)
            }
        }
        return rows.map { $0.map(Statement.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func plain(_ cell: Cell) -> String {
        switch cell {
        case .text(let text):
            // A spreadsheet would run a text that begins so as a formula.
            "=+-@\t".contains(text.first ?? " ") ? "'\(text)" : text
        case .number(let number): String(number)
        case .amount(let micros): Amount.decimal(micros)
        case .none: ""
        }
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else {
            return field
        }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}

extension Invoice {
    /// The invoice as a table.
    var statement: Statement {
        var rows: [[Statement.Cell]] = lines.map { line in
            [
                .text(line.model), .text(line.meter.code), .text(line.sheet), .text(line.tier),
                .number(line.quantity), .amount(line.unitPriceMicros), .number(line.unit),
                .amount(line.micros), .number(line.calls), .number(line.firstEntry),
                .number(line.lastEntry),
            ]
        }
        if differenceMicros != 0 {
            rows.append(
                [.text("difference"), .text("not explained by the published sheets")]
                    + Array(repeating: .none, count: 5) + [.amount(differenceMicros)]
                    + Array(repeating: .none, count: 3))
        }
        return Statement(
            title: "Invoice",
            facts: [
                ("account", account.text), ("month", month.text), ("calls", String(calls)),
                ("ledger entries", String(size)),
            ],
            columns: [
                .text("model"), .text("meter"), .text("sheet"), .text("tier"), .number("quantity"),
                .amount("unit price"), .number("per"), .amount("amount"), .number("calls"),
                .number("first entry"), .number("last entry"),
            ], rows: rows, totalMicros: totalMicros, currency: currency,
            warning: mismatch?.sentence)
    }

    /// The invoice as canonical JSON.
    package func json(_ evidence: StatementEvidence?) -> CanonicalJSON {
        var members = evidence?.json ?? [:]
        members["kind"] = .string("invoice")
        members["account"] = .string(account.text)
        members["month"] = .string(month.text)
        members["currency"] = .string(currency)
        members["entries"] = .int(size)
        members["calls"] = .int(calls)
        members["first_entry"] = firstEntry.map { .int($0) } ?? .null
        members["last_entry"] = lastEntry.map { .int($0) } ?? .null
        members["total_micros"] = .int(totalMicros)
        members["total"] = .string(Amount.decimal(totalMicros))
        members["difference_micros"] = .int(differenceMicros)
        members["mismatch"] = mismatch?.json ?? .null
        members["lines"] = .array(lines.map(\.json))
        return .object(members)
    }

    /// The invoice as comma-separated values.
    package func csv(_ evidence: StatementEvidence?) -> String { statement.csv(evidence) }

    /// The invoice as one self-contained page that prints.
    package func html(_ evidence: StatementEvidence?) -> String { statement.html(evidence) }
}

extension Invoice.Line {
    /// The line as canonical JSON.
    var json: CanonicalJSON {
        .object([
            "model": .string(model), "meter": .string(meter.code), "sheet": .string(sheet),
            "tier": .string(tier), "from": .int(from), "quantity": .int(quantity),
            "unit_price_micros": .int(unitPriceMicros), "unit": .int(unit),
            "micros": .int(micros), "amount": .string(Amount.decimal(micros)),
            "calls": .int(calls), "first_entry": .int(firstEntry), "last_entry": .int(lastEntry),
        ])
    }
}

extension PayoutStatement {
    /// The statement as a table.
    var statement: Statement {
        let rows: [[Statement.Cell]] = lines.map { line in
            [
                .text(line.licensee ?? "house"), .text(line.sheet), .number(line.basisPoints),
                .amount(line.billedMicros), .amount(line.micros), .number(line.calls),
                .number(line.firstEntry), .number(line.lastEntry),
            ]
        }
        return Statement(
            title: "Payout statement",
            facts: [
                ("party", party), ("month", month.text), ("bills of", licensee ?? "everybody"),
                ("billed", "\(Amount.decimal(billedMicros)) \(currency)"),
                ("ledger entries", String(size)),
            ],
            columns: [
                .text("account"), .text("sheet"), .number("basis points"), .amount("billed"),
                .amount("share"), .number("calls"), .number("first entry"), .number("last entry"),
            ], rows: rows, totalMicros: totalMicros, currency: currency,
            warning: mismatch?.sentence)
    }

    /// The statement as canonical JSON.
    package func json(_ evidence: StatementEvidence?) -> CanonicalJSON {
        var members = evidence?.json ?? [:]
        members["kind"] = .string("payout_statement")
        members["party"] = .string(party)
        members["month"] = .string(month.text)
        members["licensee"] = licensee.map { .string($0) } ?? .null
        members["currency"] = .string(currency)
        members["entries"] = .int(size)
        members["billed_micros"] = .int(billedMicros)
        members["total_micros"] = .int(totalMicros)
        members["total"] = .string(Amount.decimal(totalMicros))
        members["mismatch"] = mismatch?.json ?? .null
        members["lines"] = .array(
            lines.map { line in
                .object([
                    "licensee": line.licensee.map { .string($0) } ?? .null,
                    "sheet": .string(line.sheet), "basis_points": .int(line.basisPoints),
                    "billed_micros": .int(line.billedMicros), "micros": .int(line.micros),
                    "calls": .int(line.calls), "first_entry": .int(line.firstEntry),
                    "last_entry": .int(line.lastEntry),
                ])
            })
        return .object(members)
    }

    /// The statement as comma-separated values.
    package func csv(_ evidence: StatementEvidence?) -> String { statement.csv(evidence) }

    /// The statement as one self-contained page that prints.
    package func html(_ evidence: StatementEvidence?) -> String { statement.html(evidence) }
}
