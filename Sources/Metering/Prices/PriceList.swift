// SPDX-License-Identifier: Apache-2.0
package import Ledger

/// The published price sheets in ledger order, and who has which.
///
/// A sheet counts from its date, but never before its own entry: from the later of `effective` and
/// the entry's time, and only for entries after it. So no sheet is retroactive, whatever date it
/// carries. Of several the one that started last is in force, and of those that started together
/// the one published last.
///
/// A licensee whose licence names a sheet id has that id's versions. Everybody else has the id that
/// was published first. Where none is in force, calls cost nothing and name no sheet. All sheets of
/// a site are in one currency, so that budgets and totals never add two.
package struct PriceList: Sendable, Hashable {
    /// A sheet and the time from which it counts, milliseconds since 1970, UTC.
    package struct Published: Sendable, Hashable {
        package let sheet: PriceSheet
        package let from: Int
    }

    /// Published sheets in ledger order.
    package private(set) var sheets: [Published] = []
    /// Sheet id by licensee, where a licence names one.
    package private(set) var assigned: [String: String] = [:]

    /// No sheet at all.
    package init() {}

    /// The currency of all sheets; nil without any.
    package var currency: String? { sheets.first?.sheet.currency }

    /// Adds a sheet whose entry carries this time.
    ///
    /// The same sheet published again changes nothing: the first entry counts.
    ///
    /// - Throws: `sheetChanged` where the id and version were published with other content,
    ///   `badSheet` where the currency is another than before.
    package mutating func publish(_ sheet: PriceSheet, at milliseconds: Int)
        throws(MeteringError)
    {
        if let earlier = sheets.first(where: { $0.sheet.name == sheet.name }) {
            guard earlier.sheet == sheet else { throw .sheetChanged(name: sheet.name) }
            return
        }
        if let currency, currency != sheet.currency {
            throw .badSheet(path: "currency", expected: "\(currency), as in the sheets before")
        }
        sheets.append(Published(sheet: sheet, from: max(sheet.effective, milliseconds)))
    }

    /// Gives a licensee the sheets of an id; nil gives back those of everybody.
    package mutating func assign(sheet id: String?, to licensee: String) {
        assigned[licensee] = id
    }

    /// Takes a `price.published` or `license.granted` entry; any other changes nothing.
    package mutating func apply(type: String, body: CanonicalJSON, at milliseconds: Int)
        throws(MeteringError)
    {
        switch type {
        case "price.published":
            guard let json = body["sheet"] else {
                throw .badSheet(path: "sheet", expected: "an object")
            }
            try publish(PriceSheet(json: json), at: milliseconds)
        case "license.granted":
            guard let licensee = body["licensee"]?.stringValue else { return }
            assign(sheet: body["price_sheet"]?.stringValue, to: licensee)
        default: return
        }
    }

    /// The sheet in force for a licensee (nil for the house) at a time.
    package func inForce(for licensee: String?, at milliseconds: Int) -> PriceSheet? {
        position(for: licensee, at: milliseconds).map { sheets[$0].sheet }
    }

    /// The id whose sheets count for a licensee.
    private func id(for licensee: String?) -> String? {
        if let licensee, let id = assigned[licensee] { return id }
        return sheets.first?.sheet.id
    }

    func position(for licensee: String?, at milliseconds: Int) -> Int? {
        guard let id = id(for: licensee) else { return nil }
        var best: Int?
        for (position, published) in sheets.enumerated()
        where published.from <= milliseconds && published.sheet.id == id {
            if let best, sheets[best].from > published.from { continue }
            best = position
        }
        return best
    }

    /// The sheet in force and those published already that start within a stretch of time.
    func candidates(for licensee: String?, from start: Int, through end: Int) -> [PriceSheet] {
        guard let id = id(for: licensee) else { return [] }
        let later = sheets.filter { $0.sheet.id == id && $0.from > start && $0.from <= end }
        return (inForce(for: licensee, at: start).map { [$0] } ?? []) + later.map(\.sheet)
    }

    /// One digest over all sheets, their order and times: equal lists price equally.
    package var digest: String {
        MerkleTree.root(
            of: sheets.map {
                MerkleTree.leafHash(
                    CanonicalJSON.object(["from": .int($0.from), "sheet": $0.sheet.json])
                        .serialized())
            }
        ).hex
    }
}
