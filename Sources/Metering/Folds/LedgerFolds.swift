// SPDX-License-Identifier: Apache-2.0

/// What the ledger says about spending, service and overrides up to a size.
///
/// Entries go in once, in order; every answer is a pure function of them, so it is the same at any
/// past checkpoint whoever asks. Folds of neighbouring stretches merge into the fold of both, so a
/// long ledger can be read in pieces side by side.
package struct LedgerFolds: Sendable {
    /// The first entry, and the one after the last.
    package private(set) var range: Range<Int>
    package private(set) var spend = SpendFold()
    package private(set) var service = ServiceLevelFold()
    package private(set) var overrides = OverrideFold()
    private var reader = EntryReader()

    /// Folds of nothing, to begin at an entry.
    package init(from start: Int = 0) {
        range = start..<start
    }

    /// The names in the folds' rows.
    package var names: NameTable { reader.names }

    /// Adds the next entry.
    ///
    /// - Throws: `outOfOrder`, `badEntry`, `amountTooLarge`.
    package mutating func add(_ record: [UInt8], index: Int) throws(MeteringError) {
        guard index == range.upperBound else {
            throw .outOfOrder(expected: range.upperBound, found: index)
        }
        let entry = try reader.read(record, index: index)
        try spend.add(entry)
        service.add(entry)
        overrides.add(entry)
        range = range.lowerBound..<index + 1
    }

    /// Adds the folds of the entries right after these.
    ///
    /// - Throws: `notAdjacent`, `amountTooLarge`.
    package mutating func merge(_ later: LedgerFolds) throws(MeteringError) {
        guard later.range.lowerBound == range.upperBound else {
            throw .notAdjacent(end: range.upperBound, start: later.range.lowerBound)
        }
        var translation = NameTranslation()
        for number in 0..<later.names.count {
            translation.names.append(
                reader.intern(later.names.text(Name(number: Int32(number)))))
        }
        try spend.merge(later.spend, translation)
        service.merge(later.service, translation)
        overrides.merge(later.overrides, translation)
        range = range.lowerBound..<later.range.upperBound
    }
}

/// From the names of one table to those of another.
struct NameTranslation {
    var names: [Name] = []

    subscript(name: Name) -> Name { name.isPresent ? names[Int(name.number)] : .none }
}

/// Balances at a past size: the budgets as they stood, rebuilt from the entries.
package struct BalanceFold: Sendable {
    /// The budgets after the last entry.
    package private(set) var book = BudgetBook()
    /// How many entries were added.
    package private(set) var size = 0
    private var reader = EntryReader()

    /// Nobody is known and nothing is spent.
    package init() {}

    /// Adds the next entry.
    ///
    /// - Throws: `outOfOrder`, `badEntry`, `amountTooLarge`.
    package mutating func add(_ record: [UInt8], index: Int) throws(MeteringError) {
        guard index == size else { throw .outOfOrder(expected: size, found: index) }
        let entry = try reader.read(record, index: index)
        try book.apply(entry, reader.names)
        size += 1
    }

    /// How every limit stood at the last entry's time.
    package var balances: [BudgetBalance] { book.balances(at: 0) }
}
