// SPDX-License-Identifier: Apache-2.0

/// What everybody may spend, has spent and has put aside: a fold over the ledger, never the truth.
///
/// The worst case of a call is held against every limit that applies before the call is made, and
/// replaced by what it cost after; so callers side by side can't spend the same money twice.
///
/// **Time only goes forward.** The book uses the latest time it has seen; a clock that jumps back
/// opens no day or month a second time. (One that jumps forward closes the present one early.)
///
/// **Which period a call belongs to.** What is held counts in every period in which it is open: the
/// one it was made in and, until it is settled, those after. What is spent counts in the period of
/// the settled entry's own time. So neither the sum by time of reservation nor the sum by time of
/// settlement ever passes a limit, and a book rebuilt from settled entries is the book that was.
package struct BudgetBook: Sendable {
    /// What one scope has spent on one model, or on all.
    struct Tally: Sendable, Hashable {
        var day = Int32.min
        var month = Int32.min
        var spentToday = 0
        var spentThisMonth = 0
        var spentEver = 0
        var held = 0
        /// Limits by day, month and in total; -1 for none.
        var limits = SIMD4<Int>(repeating: -1)

        /// Starts the day and the month again where they have passed.
        mutating func roll(_ time: Time) {
            if day < time.day {
                day = time.day
                spentToday = 0
            }
            if month < time.month {
                month = time.month
                spentThisMonth = 0
            }
        }

        func spent(_ period: BudgetPeriod, _ time: Time) -> Int {
            switch period {
            case .day: day < time.day ? 0 : spentToday
            case .month: month < time.month ? 0 : spentThisMonth
            case .total: spentEver
            }
        }
    }

    /// A time with its day and month, worked out once a call.
    struct Time {
        let milliseconds: Int
        let day: Int32
        let month: Int32

        init(_ milliseconds: Int) {
            self.milliseconds = milliseconds
            day = Int32(clamping: Day(containing: milliseconds).number)
            month = Int32(clamping: Month(containing: milliseconds).number)
        }
    }

    struct SlotKey: Sendable, Hashable {
        let kind: BudgetScope.Kind
        let name: Name
        /// `Name.none` for all models together.
        let model: Name
    }

    /// Money put aside for one call and the tallies it counts in; -1 where there is none.
    private struct Hold: Sendable {
        let micros: Int
        let slots: SIMD8<Int32>
    }

    /// Scopes and models.
    private(set) var names = NameTable()
    private(set) var slots: [SlotKey: Int32] = [:]
    private(set) var keys: [SlotKey] = []
    private(set) var tallies: [Tally] = []
    private var holds: [String: Hold] = [:]
    private(set) var principals: Set<String> = []
    /// The latest time seen, milliseconds since 1970.
    private(set) var seen = 0

    /// Nobody is known and nothing is spent.
    package init() {}

    /// The time the book uses where the clock says `now`: never earlier than any it has used.
    ///
    /// Entries must carry this time, so that sums by day and month of the ledger are those that
    /// the limits held.
    package func time(_ now: Int) -> Int { max(seen, now) }

    /// How many calls have money put aside.
    package var openCalls: Int { holds.count }

    /// Makes a principal known; without any limit it may spend what its team and licensee may.
    package mutating func register(principal: String) {
        principals.insert(principal)
    }

    /// Forgets a principal: nothing more can be held for it.
    package mutating func unregister(principal: String) {
        principals.remove(principal)
    }

    /// Whether a principal is known.
    package func isRegistered(_ principal: String) -> Bool { principals.contains(principal) }

    /// Sets or replaces a limit; what was spent in its period so far counts.
    package mutating func set(_ limit: BudgetLimit) {
        let slot = slot(of: limit.scope, model: limit.model)
        tallies[slot].limits[limit.period.column] = max(0, limit.micros)
    }

    /// Takes a limit away.
    package mutating func remove(_ scope: BudgetScope, model: String?, period: BudgetPeriod) {
        let slot = slot(of: scope, model: model)
        tallies[slot].limits[period.column] = -1
    }

    private mutating func slot(of scope: BudgetScope, model: String?) -> Int {
        slot(scope.kind, names.name(scope.name), model.map { names.name($0) } ?? .none)
    }

    private mutating func slot(_ kind: BudgetScope.Kind, _ name: Name, _ model: Name) -> Int {
        let key = SlotKey(kind: kind, name: name, model: model)
        if let slot = slots[key] { return Int(slot) }
        slots[key] = Int32(tallies.count)
        keys.append(key)
        tallies.append(Tally())
        return tallies.count - 1
    }

    /// The tallies a call counts in: each scope of the payer, for the model and for all.
    private mutating func slots(of payer: Payer, model: String) -> SIMD8<Int32> {
        var found = SIMD8<Int32>(repeating: -1)
        let model = names.name(model)
        func place(_ kind: BudgetScope.Kind, _ name: String, _ column: Int, _ book: inout Self) {
            let name = book.names.name(name)
            found[column] = Int32(book.slot(kind, name, .none))
            found[column + 1] = Int32(book.slot(kind, name, model))
        }
        place(.principal, payer.principal, 0, &self)
        if let team = payer.team { place(.team, team, 2, &self) }
        if let licensee = payer.licensee { place(.licensee, licensee, 4, &self) }
        return found
    }

    /// Puts the most a call can cost aside in every limit that applies, or in none.
    ///
    /// - Complexity: O(1): at most six tallies and three limits each.
    package mutating func reserve(
        call: String, micros: Int, payer: Payer, model: String, at milliseconds: Int
    ) -> BudgetDecision {
        guard micros >= 0 else { return .notAnAmount }
        guard principals.contains(payer.principal) else { return .unknownPrincipal }
        guard holds[call] == nil else { return .alreadyHeld }
        let time = move(to: milliseconds)
        let slots = slots(of: payer, model: model)
        for column in 0..<6 where slots[column] >= 0 {
            let slot = Int(slots[column])
            tallies[slot].roll(time)
            guard !tallies[slot].held.addingReportingOverflow(micros).overflow else {
                return .notAnAmount
            }
            if let period = tallies[slot].firstWithout(micros, time) {
                return .exhausted(balance(slot, period, time), asked: micros)
            }
        }
        for column in 0..<6 where slots[column] >= 0 {
            tallies[Int(slots[column])].held += micros
        }
        holds[call] = Hold(micros: micros, slots: slots)
        return .held
    }

    /// Replaces what was held by what the call cost, which may be more.
    ///
    /// - Throws: `nothingHeld`, and `amountTooLarge`; nothing has changed then.
    package mutating func settle(call: String, micros: Int, at milliseconds: Int)
        throws(MeteringError)
    {
        guard let hold = holds[call] else { throw .nothingHeld }
        let time = move(to: milliseconds)
        try spend(micros, hold.slots, time)
        holds[call] = nil
        give(back: hold)
    }

    /// Gives back what was held; a call that holds nothing changes nothing.
    package mutating func release(call: String) {
        if let hold = holds.removeValue(forKey: call) { give(back: hold) }
    }

    /// Takes back what a settled call has spent whose entry could not be appended.
    package mutating func unsettle(
        payer: Payer, model: String, micros: Int, at milliseconds: Int
    ) {
        let time = Time(milliseconds)
        let slots = slots(of: payer, model: model)
        for column in 0..<6 where slots[column] >= 0 {
            let slot = Int(slots[column])
            tallies[slot].spentEver -= micros
            if tallies[slot].day == time.day { tallies[slot].spentToday -= micros }
            if tallies[slot].month == time.month { tallies[slot].spentThisMonth -= micros }
        }
    }

    /// Counts what a settled entry says was spent, of a call this book holds nothing for.
    package mutating func spend(
        _ micros: Int, payer: Payer, model: String, at milliseconds: Int
    ) throws(MeteringError) {
        let time = move(to: milliseconds)
        try spend(micros, slots(of: payer, model: model), time)
    }

    private mutating func spend(_ micros: Int, _ slots: SIMD8<Int32>, _ time: Time)
        throws(MeteringError)
    {
        // The total is never below the day's or the month's: where it fits, they do.
        for column in 0..<6 where slots[column] >= 0 {
            _ = try Amount.sum(tallies[Int(slots[column])].spentEver, micros)
        }
        for column in 0..<6 where slots[column] >= 0 {
            let slot = Int(slots[column])
            tallies[slot].roll(time)
            tallies[slot].spentToday += micros
            tallies[slot].spentThisMonth += micros
            tallies[slot].spentEver += micros
        }
    }

    private mutating func give(back hold: Hold) {
        for column in 0..<6 where hold.slots[column] >= 0 {
            tallies[Int(hold.slots[column])].held -= hold.micros
        }
    }

    /// Puts a tally of a snapshot in its place.
    mutating func restore(_ tally: Tally, _ scope: BudgetScope, model: String?) {
        tallies[slot(of: scope, model: model)] = tally
    }

    /// Moves the book's time forward, never back, and returns it.
    private mutating func move(to milliseconds: Int) -> Time {
        seen = max(seen, milliseconds)
        return Time(seen)
    }

    /// Moves the book's time forward, never back.
    mutating func see(_ milliseconds: Int) {
        seen = max(seen, milliseconds)
    }
}

extension BudgetBook.Tally {
    /// The first period whose limit does not have an amount left; nil where all do.
    fileprivate func firstWithout(_ micros: Int, _ time: BudgetBook.Time) -> BudgetPeriod? {
        for period in BudgetPeriod.allCases {
            let limit = limits[period.column]
            guard limit >= 0 else { continue }
            let (used, overflows) = spent(period, time).addingReportingOverflow(held)
            let (needed, wraps) = used.addingReportingOverflow(micros)
            // A call that costs nothing needs nothing, whatever was spent.
            if overflows || wraps || (needed > limit && micros > 0) { return period }
        }
        return nil
    }
}

extension BudgetPeriod {
    /// Its place among a tally's limits.
    var column: Int {
        switch self {
        case .day: 0
        case .month: 1
        case .total: 2
        }
    }
}

extension BudgetBook {
    /// How one limit stands.
    func balance(_ slot: Int, _ period: BudgetPeriod, _ time: Time) -> BudgetBalance {
        let key = keys[slot]
        let tally = tallies[slot]
        return BudgetBalance(
            limit: BudgetLimit(
                scope: BudgetScope(key.kind, names.text(key.name)),
                model: names.optionalText(key.model), period: period,
                micros: tally.limits[period.column]),
            spent: tally.spent(period, time), held: tally.held,
            resets: period.end(at: time.milliseconds))
    }

    /// How every limit stands, by scope, model and period.
    package func balances(at milliseconds: Int) -> [BudgetBalance] {
        let time = Time(self.time(milliseconds))
        var all: [BudgetBalance] = []
        for slot in sortedSlots {
            for period in BudgetPeriod.allCases where tallies[slot].limits[period.column] >= 0 {
                all.append(balance(slot, period, time))
            }
        }
        return all
    }

    /// How the limits stand that apply to a payer.
    package func balances(of payer: Payer, at milliseconds: Int) -> [BudgetBalance] {
        let scopes: [BudgetScope?] = [
            BudgetScope(.principal, payer.principal),
            payer.team.map { BudgetScope(.team, $0) },
            payer.licensee.map { BudgetScope(.licensee, $0) },
        ]
        return balances(at: milliseconds).filter { scopes.contains($0.limit.scope) }
    }

    /// What a scope has spent in the period around a time, on one model or on all.
    package func spent(
        _ scope: BudgetScope, model: String? = nil, period: BudgetPeriod, at milliseconds: Int
    ) -> Int {
        guard let name = names.known(scope.name) else { return 0 }
        var modelName = Name.none
        if let model {
            guard let known = names.known(model) else { return 0 }
            modelName = known
        }
        let key = SlotKey(kind: scope.kind, name: name, model: modelName)
        guard let slot = slots[key] else { return 0 }
        return tallies[Int(slot)].spent(period, Time(time(milliseconds)))
    }

    /// Tallies in the order of kind, name and model.
    var sortedSlots: [Int] {
        tallies.indices.sorted {
            let (left, right) = (keys[$0], keys[$1])
            return (left.kind.rawValue, names.text(left.name), names.text(left.model))
                < (right.kind.rawValue, names.text(right.name), names.text(right.model))
        }
    }
}
