// SPDX-License-Identifier: Apache-2.0

/// One month's bill of one account, recomputed from the ledger, and who receives what of it.
package struct InvoiceView: Sendable, Hashable {
    /// A line: one meter of one model.
    package struct Line: Sendable, Hashable {
        package var model: String
        package var meter: String
        package var quantity: Int
        /// How many of them were free of charge.
        package var free: Int
        /// Each price that counted, as `800 × 0.002000`.
        package var parts: [String]
        package var micros: Int

        package init(
            model: String, meter: String, quantity: Int, free: Int, parts: [String], micros: Int
        ) {
            self.model = model
            self.meter = meter
            self.quantity = quantity
            self.free = free
            self.parts = parts
            self.micros = micros
        }
    }

    /// What one party receives.
    package struct Share: Sendable, Hashable {
        package var party: String
        package var micros: Int

        package init(party: String, micros: Int) {
            self.party = party
            self.micros = micros
        }
    }

    /// An entry of the ledger with the hashes that tie it to the root.
    package struct Proof: Sendable, Hashable {
        package var index: Int
        package var hashes: Int

        package init(index: Int, hashes: Int) {
            self.index = index
            self.hashes = hashes
        }
    }

    /// The state of the ledger the bill was computed from.
    package struct Evidence: Sendable, Hashable {
        package var size: Int
        package var root: String
        package var checkpoint: String
        package var first: Proof?
        package var last: Proof?

        package init(
            size: Int, root: String, checkpoint: String, first: Proof? = nil, last: Proof? = nil
        ) {
            self.size = size
            self.root = root
            self.checkpoint = checkpoint
            self.first = first
            self.last = last
        }
    }

    package struct Bill: Sendable, Hashable {
        package var calls: Int
        package var lines: [Line]
        package var totalMicros: Int
        /// What the calls were recorded with beyond what the sheets give; 0 unless something is
        /// wrong.
        package var differenceMicros = 0
        package var shares: [Share]
        /// Name and version of each price sheet that counted.
        package var sheets: [String]
        package var evidence: Evidence
        /// Calls whose recorded price is not what the price sheets give; 0 where all agree.
        package var mismatches: Int
        /// The first of them.
        package var firstMismatch: Int?

        package init(
            calls: Int, lines: [Line], totalMicros: Int, shares: [Share], sheets: [String],
            evidence: Evidence, mismatches: Int = 0, firstMismatch: Int? = nil
        ) {
            self.calls = calls
            self.lines = lines
            self.totalMicros = totalMicros
            self.shares = shares
            self.sheets = sheets
            self.evidence = evidence
            self.mismatches = mismatches
            self.firstMismatch = firstMismatch
        }
    }

    /// Whose calls are billed.
    package struct Account: Sendable, Hashable {
        /// Empty for the house, which has all calls without a licensee.
        package var licensee: String

        package init(licensee: String) {
            self.licensee = licensee
        }

        var name: String { licensee.isEmpty ? "The house" : licensee }
    }

    /// As `2026-11`.
    package var month: String
    package var account: Account
    /// Newest first.
    package var months: [String]
    package var accounts: [Account]
    package var currency: String
    /// Nil where nothing of the account was called in the month.
    package var bill: Bill?
    /// Why the address is not an invoice's, as a sentence.
    package var needed: String?

    package init(
        month: String, account: Account, months: [String] = [], accounts: [Account] = [],
        currency: String = "USD", bill: Bill? = nil, needed: String? = nil
    ) {
        self.month = month
        self.account = account
        self.months = months
        self.accounts = accounts
        self.currency = currency
        self.bill = bill
        self.needed = needed
    }
}

/// The forms in which a bill can be taken along.
package enum InvoiceFile: String, Sendable, CaseIterable {
    case html, csv, json

    package var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/json"
        }
    }

    var name: String { rawValue.uppercased() }
}

extension InvoiceView {
    /// Where a bill is shown.
    static func address(month: String, account: Account) -> String {
        Workbench.address(
            Place.invoices.rawValue, ["month": month, "licensee": account.licensee])
    }

    /// Where a bill is taken along.
    func address(of file: InvoiceFile) -> String {
        Workbench.address(
            "\(Place.invoices.rawValue)/invoice.\(file.rawValue)",
            ["month": month, "licensee": account.licensee])
    }
}
