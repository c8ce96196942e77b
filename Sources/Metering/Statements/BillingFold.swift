// SPDX-License-Identifier: Apache-2.0

/// A settled call that is not what the published sheets say.
package struct BillingMismatch: Sendable, Hashable {
    /// The entry's place in the ledger.
    package let index: Int
    package let expectedMicros: Int
    package let foundMicros: Int
    /// `id@version`; nil for none.
    package let expectedSheet: String?
    package let foundSheet: String?

    /// One sentence for the person who checks the bill.
    package var sentence: String {
        "Entry \(index): the sheets say \(expectedMicros) micro-units by "
            + "\(expectedSheet ?? "no sheet"), the entry says \(foundMicros) by "
            + "\(foundSheet ?? "no sheet")."
    }
}

/// Invoices and payouts of every month, from the entries alone.
///
/// Each settled call is priced again from the published sheets, in ledger order, as it was when it
/// was settled. What is billed is what the entries say; what the sheets explain is in the lines; a
/// difference is a line of its own and a mismatch with its entry's index.
package struct BillingFold: Sendable {
    /// What lines of an invoice are summed by.
    struct LineKey: Hashable, Sendable {
        let bill: BillKey
        let model: Name
        let meter: Meter
        /// Place in the price list; -1 where no sheet was in force.
        let sheet: Int32
        /// Place in the sheet; -1 where the sheet does not charge the meter.
        let item: Int32
        /// Where the tier begins.
        let from: Int
    }

    /// Whose call it was, in which month.
    struct BillKey: Hashable, Sendable {
        let month: Int32
        let licensee: Name
        let team: Name
        let principal: Name
    }

    /// What is split at one go: a licensee's month on one sheet.
    struct PotKey: Hashable, Sendable {
        let month: Int32
        let licensee: Name
        let sheet: Int32
    }

    /// A sum over entries, with the first and last of them.
    struct Sum: Sendable {
        var quantity = 0
        var micros = 0
        var calls = 0
        var first = Int.max
        var last = -1

        mutating func add(quantity: Int, micros: Int, index: Int) throws(MeteringError) {
            self.micros = try Amount.sum(self.micros, micros)
            self.quantity = try Amount.sum(self.quantity, quantity)
            calls += 1
            first = min(first, index)
            last = max(last, index)
        }

        mutating func add(_ other: Sum) throws(MeteringError) {
            micros = try Amount.sum(micros, other.micros)
            quantity = try Amount.sum(quantity, other.quantity)
            calls += other.calls
            first = min(first, other.first)
            last = max(last, other.last)
        }
    }

    private struct UsedKey: Hashable, Sendable {
        let month: Int32
        let licensee: Name
        let model: Name
    }

    private struct RowKey: Hashable, Sendable {
        let sheet: Int32
        let licensee: Name
        let model: Name
    }

    /// How many entries were added.
    package private(set) var size = 0
    /// Settled calls that are not what the sheets say.
    package private(set) var mismatches = 0
    /// The first of them.
    package private(set) var firstMismatch: BillingMismatch?
    /// The sum of all settled prices.
    package private(set) var billedMicros = 0

    private(set) var reader = EntryReader()
    private(set) var prices = PriceList()
    private(set) var lines: [LineKey: Sum] = [:]
    private(set) var bills: [BillKey: Sum] = [:]
    private(set) var pots: [PotKey: Sum] = [:]
    private var used: [UsedKey: Quantities] = [:]
    private var rows: [RowKey: PriceIndex.Row] = [:]
    /// First millisecond of the latest month and of the one after, which spares most calendar work.
    private var month = (number: Int32(0), start: 0, end: 0)

    /// Nothing is billed.
    package init() {}

    /// Adds the next entry.
    ///
    /// - Throws: `outOfOrder`, `badEntry`, `amountTooLarge`.
    package mutating func add(_ record: [UInt8], index: Int) throws(MeteringError) {
        guard index == size else { throw .outOfOrder(expected: size, found: index) }
        let entry = try reader.read(record, index: index)
        size += 1
        switch entry.kind {
        case .pricePublished, .licenceGranted:
            // A sheet that is not valid counts for nothing, here as in `Rater`.
            if let body = entry.body {
                try? prices.apply(type: entry.kind.rawValue, body: body, at: entry.milliseconds)
            }
        case .callSettled: try bill(entry)
        default: return
        }
    }

    private mutating func bill(_ entry: MeteredEntry) throws(MeteringError) {
        let month = month(of: entry.milliseconds)
        let licensee = reader.names.optionalText(entry.licensee)
        let position = prices.position(for: licensee, at: entry.milliseconds)
        let sheet = Int32(position ?? -1)
        let bill = BillKey(
            month: month, licensee: entry.licensee, team: entry.team, principal: entry.actor)
        let rated = try rate(entry, bill, sheet)
        billedMicros = try Amount.sum(billedMicros, entry.priceMicros)
        try bills[bill, default: Sum()].add(
            quantity: 0, micros: entry.priceMicros, index: entry.index)
        let pot = PotKey(month: month, licensee: entry.licensee, sheet: sheet)
        try pots[pot, default: Sum()].add(
            quantity: 0, micros: entry.priceMicros, index: entry.index)
        let name = position.map { prices.sheets[$0].sheet.name }
        let found = reader.names.optionalText(entry.sheet)
        guard rated == entry.priceMicros, name == found else {
            mismatches += 1
            firstMismatch =
                firstMismatch
                ?? BillingMismatch(
                    index: entry.index, expectedMicros: rated, foundMicros: entry.priceMicros,
                    expectedSheet: name, foundSheet: found)
            return
        }
    }

    /// Prices a call again, adds its parts to the lines and returns the sum.
    private mutating func rate(_ entry: MeteredEntry, _ bill: BillKey, _ sheet: Int32)
        throws(MeteringError) -> Int
    {
        let usedKey = UsedKey(month: bill.month, licensee: bill.licensee, model: entry.model)
        let before = used[usedKey] ?? Quantities()
        if !entry.quantities.isEmpty { used[usedKey] = try before.adding(entry.quantities) }
        let row = row(sheet, entry)
        var total = 0
        for meter in Meter.allCases where entry.quantities[meter] != 0 {
            let place = row[meter.column]
            guard place >= 0 else {
                let key = LineKey(
                    bill: bill, model: entry.model, meter: meter, sheet: sheet, item: -1, from: 0)
                try lines[key, default: Sum()].add(
                    quantity: entry.quantities[meter], micros: 0, index: entry.index)
                continue
            }
            let item = prices.sheets[Int(sheet)].sheet.item(at: place)
            try item.forEachPart(entry.quantities[meter], after: before[meter]) {
                (part) throws(MeteringError) in
                let key = LineKey(
                    bill: bill, model: entry.model, meter: meter, sheet: sheet, item: place,
                    from: part.from)
                try lines[key, default: Sum()].add(
                    quantity: part.quantity, micros: part.micros, index: entry.index)
                total = try Amount.sum(total, part.micros)
            }
        }
        return total
    }

    private mutating func row(_ sheet: Int32, _ entry: MeteredEntry) -> PriceIndex.Row {
        guard sheet >= 0 else { return PriceIndex.Row(repeating: -1) }
        let key = RowKey(sheet: sheet, licensee: entry.licensee, model: entry.model)
        if let row = rows[key] { return row }
        let row = prices.sheets[Int(sheet)].sheet.row(
            model: reader.names.text(entry.model),
            licensee: reader.names.optionalText(entry.licensee))
        rows[key] = row
        return row
    }

    private mutating func month(of milliseconds: Int) -> Int32 {
        if milliseconds < month.start || milliseconds >= month.end {
            let containing = Month(containing: milliseconds)
            month = (Int32(containing.number), containing.start, containing.next.start)
        }
        return month.number
    }
}
