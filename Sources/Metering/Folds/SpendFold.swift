// SPDX-License-Identifier: Apache-2.0

/// What spending can be told apart by.
package enum SpendDimension: String, Sendable, Hashable, CaseIterable {
    case day, month, principal, team, costCenter = "cost_center", licensee, model
}

/// What one group of calls used and cost.
package struct SpendRow: Sendable, Hashable {
    /// One value for each dimension asked for; empty where the call had none.
    package let keys: [String]
    package let calls: Int
    package let quantities: Quantities
    package let micros: Int
}

/// What settled calls used and cost, by every dimension at once.
///
/// One cell for each combination that occurs; any view is a sum over cells, so that views can't
/// disagree.
package struct SpendFold: Sendable {
    struct Key: Hashable, Sendable {
        let day: Int32
        let principal: Name
        let team: Name
        let costCenter: Name
        let licensee: Name
        let model: Name
    }

    struct Cell: Sendable {
        var calls = 0
        var quantities = Quantities()
        var micros = 0

        mutating func add(_ other: Cell) throws(MeteringError) {
            micros = try Amount.sum(micros, other.micros)
            quantities = try quantities.adding(other.quantities)
            calls += other.calls
        }
    }

    private var cells: [Key: Cell] = [:]

    /// The sum of all settled prices.
    package private(set) var micros = 0
    /// How many calls were settled.
    package private(set) var calls = 0

    mutating func add(_ entry: MeteredEntry) throws(MeteringError) {
        guard entry.kind == .callSettled else { return }
        let key = Key(
            day: Int32(clamping: Day(containing: entry.milliseconds).number),
            principal: entry.actor, team: entry.team, costCenter: entry.costCenter,
            licensee: entry.licensee, model: entry.model)
        let cell = Cell(calls: 1, quantities: entry.quantities, micros: entry.priceMicros)
        try cells[key, default: Cell()].add(cell)
        micros = try Amount.sum(micros, entry.priceMicros)
        calls += 1
    }

    mutating func merge(_ later: SpendFold, _ translation: NameTranslation) throws(MeteringError) {
        for (key, cell) in later.cells {
            let key = Key(
                day: key.day, principal: translation[key.principal], team: translation[key.team],
                costCenter: translation[key.costCenter], licensee: translation[key.licensee],
                model: translation[key.model])
            try cells[key, default: Cell()].add(cell)
        }
        micros = try Amount.sum(micros, later.micros)
        calls += later.calls
    }
}

extension LedgerFolds {
    /// Spending by these dimensions, sorted by their values.
    ///
    /// - Parameter month: only that month's; nil for all.
    /// - Complexity: O(cells), which does not grow with calls of the same kind on the same day.
    package func spending(by dimensions: [SpendDimension], in month: Month? = nil)
        throws(MeteringError) -> [SpendRow]
    {
        var groups: [[String]: SpendFold.Cell] = [:]
        for (key, cell) in spend.all {
            let day = Day(number: Int(key.day))
            if let month, Month(containing: day.start) != month { continue }
            let keys = dimensions.map { dimension in
                switch dimension {
                case .day: day.text
                case .month: Month(containing: day.start).text
                case .principal: names.text(key.principal)
                case .team: names.text(key.team)
                case .costCenter: names.text(key.costCenter)
                case .licensee: names.text(key.licensee)
                case .model: names.text(key.model)
                }
            }
            try groups[keys, default: SpendFold.Cell()].add(cell)
        }
        let sorted = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return sorted.map { keys, cell in
            SpendRow(
                keys: keys, calls: cell.calls, quantities: cell.quantities, micros: cell.micros)
        }
    }
}

extension SpendFold {
    /// Every cell, in no order.
    var all: [Key: Cell] { cells }
}
