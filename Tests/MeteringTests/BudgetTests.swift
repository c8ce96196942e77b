// SPDX-License-Identifier: Apache-2.0
import Ledger
import Statistics
import Synchronization
import Testing

@testable import Metering

/// The obvious book: a list of everything that happened, gone through at every question.
struct PlainBook {
    struct Spending {
        let payer: Payer
        let model: String
        let micros: Int
        let time: Int
    }

    var limits: [BudgetLimit] = []
    var spendings: [Spending] = []
    var holds: [String: Spending] = [:]
    var seen = 0

    static func applies(_ limit: BudgetLimit, _ payer: Payer, _ model: String) -> Bool {
        if let only = limit.model, only != model { return false }
        return switch limit.scope.kind {
        case .principal: payer.principal == limit.scope.name
        case .team: payer.team == limit.scope.name
        case .licensee: payer.licensee == limit.scope.name
        }
    }

    func spent(_ limit: BudgetLimit) -> Int {
        var sum = 0
        for spending in spendings where PlainBook.applies(limit, spending.payer, spending.model) {
            let isWithin =
                switch limit.period {
                case .day: Day(containing: spending.time) == Day(containing: seen)
                case .month: Month(containing: spending.time) == Month(containing: seen)
                case .total: true
                }
            if isWithin { sum += spending.micros }
        }
        return sum
    }

    func held(_ limit: BudgetLimit) -> Int {
        holds.values.filter { PlainBook.applies(limit, $0.payer, $0.model) }
            .reduce(0) { $0 + $1.micros }
    }

    mutating func reserve(
        _ call: String, _ micros: Int, _ payer: Payer, _ model: String, _ now: Int
    )
        -> Bool
    {
        seen = max(seen, now)
        for limit in limits where PlainBook.applies(limit, payer, model) {
            if micros > 0, spent(limit) + held(limit) + micros > limit.micros { return false }
        }
        holds[call] = Spending(payer: payer, model: model, micros: micros, time: seen)
        return true
    }

    mutating func settle(_ call: String, _ micros: Int, _ now: Int) {
        seen = max(seen, now)
        guard let hold = holds.removeValue(forKey: call) else { return }
        spendings.append(
            Spending(payer: hold.payer, model: hold.model, micros: micros, time: seen))
    }
}

/// One book that callers share, as a desk does.
final class SharedBook: Sendable {
    let state = Mutex(BudgetBook())

    func withLock<Result: Sendable>(_ body: (inout BudgetBook) -> Result) -> Result {
        state.withLock { body(&$0) }
    }
}

@Suite("Budgets")
struct BudgetTests {
    static let start = 1_795_824_000_000

    static func limit(
        _ scope: String, _ micros: Int, _ period: BudgetPeriod = .total, model: String? = nil
    ) throws -> BudgetLimit {
        BudgetLimit(
            scope: try #require(BudgetScope(text: scope)), model: model, period: period,
            micros: micros)
    }

    static func randomPayer(_ random: inout SeededRandom) -> Payer {
        Payer(
            principal: "p\(random.below(3))",
            team: random.chance(0.7) ? "t\(random.below(2))" : nil,
            licensee: random.chance(0.3) ? "acme" : nil)
    }

    @Test("it decides as the obvious book does, with clocks that jump and limits that change")
    func decidesAsThePlainBook() throws {
        for seed in 0..<10 {
            var random = SeededRandom(seed: UInt64(seed))
            var book = BudgetBook()
            var plain = PlainBook()
            for principal in 0..<3 { book.register(principal: "p\(principal)") }
            var now = BudgetTests.start
            var open: [String] = []
            for step in 0..<300 {
                // Mostly onward, sometimes back by up to two days.
                now += random.below(10) == 0 ? -random.below(172_800_000) : random.below(7_200_000)
                switch random.below(12) {
                case 0:
                    let scope = ["principal:p0", "principal:p1", "team:t0", "licensee:acme"]
                    let limit = try BudgetTests.limit(
                        scope[random.below(4)], random.below(4_000),
                        BudgetPeriod.allCases[random.below(3)],
                        model: random.chance(0.4) ? "m\(random.below(2))" : nil)
                    book.set(limit)
                    plain.limits.removeAll {
                        $0.scope == limit.scope && $0.model == limit.model
                            && $0.period == limit.period
                    }
                    plain.limits.append(limit)
                case 1...6:
                    let payer = BudgetTests.randomPayer(&random)
                    let model = "m\(random.below(2))"
                    let micros = random.below(300)
                    let call = "call-\(step)"
                    let decision = book.reserve(
                        call: call, micros: micros, payer: payer, model: model, at: now)
                    let isHeld = plain.reserve(call, micros, payer, model, now)
                    #expect((decision == .held) == isHeld, "seed \(seed), step \(step)")
                    if isHeld { open.append(call) }
                default:
                    guard !open.isEmpty else { continue }
                    let call = open.remove(at: random.below(open.count))
                    if random.chance(0.2) {
                        book.release(call: call)
                        plain.holds[call] = nil
                    } else {
                        let micros = random.below(330)
                        try book.settle(call: call, micros: micros, at: now)
                        plain.settle(call, micros, now)
                    }
                }
            }
            for balance in book.balances(at: now) {
                #expect(balance.spent == plain.spent(balance.limit), "seed \(seed)")
                #expect(balance.held == plain.held(balance.limit), "seed \(seed)")
            }
        }
    }

    @Test("64 callers side by side never spend more than one budget, to the micro-unit")
    func callersSideBySide() async throws {
        let book = SharedBook()
        let limit = 1_000_003
        book.withLock {
            $0.register(principal: "p")
            $0.set(
                BudgetLimit(
                    scope: BudgetScope(.principal, "p"), model: nil, period: .total, micros: limit))
        }
        let spent = await withTaskGroup(of: Int.self) { group in
            for caller in 0..<64 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(caller))
                    var spent = 0
                    for turn in 0..<100 {
                        let call = "\(caller)-\(turn)"
                        let hold = 1 + random.below(999)
                        let actual = random.below(hold + 1)
                        let decision = book.withLock {
                            $0.reserve(
                                call: call, micros: hold, payer: Payer(principal: "p"), model: "m",
                                at: 1)
                        }
                        guard decision == .held else { continue }
                        await Task.yield()
                        let isSettled = book.withLock {
                            (try? $0.settle(call: call, micros: actual, at: 2)) != nil
                        }
                        if isSettled { spent += actual }
                    }
                    return spent
                }
            }
            return await group.reduce(0, +)
        }
        let balance = try #require(book.withLock { $0.balances(at: 3) }.first)
        #expect(balance.spent == spent)
        #expect(spent <= limit)
        #expect(balance.held == 0)
        #expect(balance.remaining == limit - spent)
        // The budget is small enough that callers were refused: it ended within one hold of it.
        #expect(balance.remaining < 1_000)
    }

    @Test("the last micro-unit can be spent and the one after it can't")
    func exactToTheMicroUnit() throws {
        var book = BudgetBook()
        book.register(principal: "p")
        let limit = try BudgetTests.limit("principal:p", 100)
        book.set(limit)
        let payer = Payer(principal: "p")
        #expect(book.reserve(call: "a", micros: 60, payer: payer, model: "m", at: 1) == .held)
        #expect(book.reserve(call: "b", micros: 40, payer: payer, model: "m", at: 1) == .held)
        #expect(
            book.reserve(call: "c", micros: 1, payer: payer, model: "m", at: 1)
                == .exhausted(
                    BudgetBalance(limit: limit, spent: 0, held: 100, resets: nil), asked: 1))
        #expect(book.reserve(call: "c", micros: 0, payer: payer, model: "m", at: 1) == .held)
        try book.settle(call: "a", micros: 59, at: 1)
        #expect(book.reserve(call: "d", micros: 1, payer: payer, model: "m", at: 1) == .held)
        #expect(book.reserve(call: "d", micros: 1, payer: payer, model: "m", at: 1) == .alreadyHeld)
    }

    @Test("who is unknown has no budget, not even for what costs nothing")
    func unknownPrincipals() throws {
        var book = BudgetBook()
        let payer = Payer(principal: "nobody")
        #expect(
            book.reserve(call: "a", micros: 0, payer: payer, model: "m", at: 1)
                == .unknownPrincipal)
        book.register(principal: "nobody")
        #expect(book.reserve(call: "a", micros: 5, payer: payer, model: "m", at: 1) == .held)
        book.unregister(principal: "nobody")
        #expect(
            book.reserve(call: "b", micros: 0, payer: payer, model: "m", at: 1)
                == .unknownPrincipal)
        try book.settle(call: "a", micros: 5, at: 2)
        #expect(
            book.reserve(call: "c", micros: -1, payer: payer, model: "m", at: 1) == .notAnAmount)
    }

    @Test("a clock that jumps back opens no day a second time")
    func clockJumpsBack() throws {
        var book = BudgetBook()
        book.register(principal: "p")
        book.set(try BudgetTests.limit("principal:p", 10, .day))
        let payer = Payer(principal: "p")
        let day = 86_400_000
        func spend(_ call: String, at time: Int) throws -> Bool {
            guard
                book.reserve(call: call, micros: 10, payer: payer, model: "m", at: time) == .held
            else { return false }
            try book.settle(call: call, micros: 10, at: time)
            return true
        }
        #expect(try spend("a", at: BudgetTests.start))
        #expect(try !spend("b", at: BudgetTests.start + 1))
        #expect(try spend("c", at: BudgetTests.start + day))
        // Back to the first day, back to the second, back by a year: nothing is free again.
        #expect(try !spend("d", at: BudgetTests.start))
        #expect(try !spend("e", at: BudgetTests.start + day))
        #expect(try !spend("f", at: BudgetTests.start - 365 * day))
        #expect(book.time(BudgetTests.start) == BudgetTests.start + day)
        #expect(try spend("g", at: BudgetTests.start + 2 * day))
    }

    @Test("a call over midnight counts in the day it was made in and in the one it ends in")
    func callsOverMidnight() throws {
        var book = BudgetBook()
        book.register(principal: "p")
        let limit = try BudgetTests.limit("principal:p", 10, .day)
        book.set(limit)
        let payer = Payer(principal: "p")
        let midnight = Day(containing: BudgetTests.start).next.start
        #expect(
            book.reserve(call: "a", micros: 8, payer: payer, model: "m", at: midnight - 1) == .held)
        // It may still cost 8 of the new day.
        #expect(
            book.reserve(call: "b", micros: 3, payer: payer, model: "m", at: midnight) != .held)
        try book.settle(call: "a", micros: 5, at: midnight)
        #expect(
            book.balances(at: midnight)
                == [
                    BudgetBalance(
                        limit: limit, spent: 5, held: 0,
                        resets: Day(containing: midnight).next.start)
                ])
        #expect(book.reserve(call: "b", micros: 5, payer: payer, model: "m", at: midnight) == .held)
    }

    @Test("what cost more than was held counts in full, and one settles once")
    func dearerThanHeld() throws {
        var book = BudgetBook()
        book.register(principal: "p")
        book.set(try BudgetTests.limit("principal:p", 10))
        let payer = Payer(principal: "p")
        _ = book.reserve(call: "a", micros: 4, payer: payer, model: "m", at: 1)
        try book.settle(call: "a", micros: 12, at: 1)
        #expect(book.balances(at: 1).first?.remaining == -2)
        #expect(throws: MeteringError.nothingHeld) {
            try book.settle(call: "a", micros: 12, at: 1)
        }
        book.release(call: "a")
        book.unsettle(payer: payer, model: "m", micros: 12, at: 1)
        #expect(book.balances(at: 1).first?.remaining == 10)
    }

    @Test("rebuilt from settled entries, or from a snapshot, it is the book that was")
    func rebuilds() throws {
        var random = SeededRandom(seed: 20)
        var live = BudgetBook()
        var rebuilt = BudgetBook()
        var reader = EntryReader()
        var now = BudgetTests.start
        func entry(_ type: String, _ actor: String, _ body: [String: CanonicalJSON]) throws {
            let record = CanonicalJSON.object([
                "type": .string(type), "actor": .string(actor), "ts": .int(now),
                "body": .object(body),
            ]).serialized()
            try rebuilt.apply(reader.read(record, index: 0), reader.names)
        }
        for principal in ["p0", "p1", "p2"] {
            live.register(principal: principal)
            try entry("key.created", "key", ["name": .string(principal)])
        }
        for (scope, period) in [
            ("principal:p0", "day"), ("team:t1", "month"), ("licensee:acme", "total"),
        ] {
            let body: [String: CanonicalJSON] = [
                "scope": .string(scope), "period": .string(period), "limit_micros": .int(50_000),
                "model": .string("m1"),
            ]
            try live.set(body: .object(body))
            try entry("budget.set", "budget", body)
        }
        for call in 0..<400 {
            now = live.time(now + random.below(3_000_000))
            let payer = BudgetTests.randomPayer(&random)
            let model = "m\(random.below(2))"
            let id = "call-\(call)"
            guard
                live.reserve(call: id, micros: 900, payer: payer, model: model, at: now) == .held
            else { continue }
            let micros = random.below(901)
            try live.settle(call: id, micros: micros, at: now)
            var body: [String: CanonicalJSON] = [
                "call": .string(id), "model": .string(model), "price_micros": .int(micros),
            ]
            body["team"] = payer.team.map { .string($0) }
            body["licensee"] = payer.licensee.map { .string($0) }
            try entry("call.settled", payer.principal, body)
        }
        #expect(live.balances(at: now) == rebuilt.balances(at: now))
        #expect(live.snapshot.serialized() == rebuilt.snapshot.serialized())
        let restored = try BudgetBook(snapshot: live.snapshot)
        #expect(restored.snapshot.serialized() == live.snapshot.serialized())
        #expect(restored.balances(at: now) == live.balances(at: now))
        #expect(
            restored.spent(BudgetScope(.principal, "p0"), period: .month, at: now)
                == live.spent(BudgetScope(.principal, "p0"), period: .month, at: now))
    }

    @Test("a limit of null takes it away, and one that makes no sense is refused by member")
    func limitsFromEntries() throws {
        var book = BudgetBook()
        try book.set(
            body: CanonicalJSON(#"{"limit_micros":5,"period":"day","scope":"team:icu"}"#))
        #expect(book.balances(at: 1).count == 1)
        try book.set(
            body: CanonicalJSON(#"{"limit_micros":null,"period":"day","scope":"team:icu"}"#))
        #expect(book.balances(at: 1).isEmpty)
        for (text, path) in [
            (#"{"limit_micros":5,"period":"day","scope":"ward:icu"}"#, "scope"),
            (#"{"limit_micros":5,"period":"week","scope":"team:icu"}"#, "period"),
            (#"{"limit_micros":-5,"period":"day","scope":"team:icu"}"#, "limit_micros"),
        ] {
            let error = #expect(throws: MeteringError.self) {
                try book.set(body: CanonicalJSON(text))
            }
            guard case .badValue(path, _)? = error else {
                Issue.record("another error for \(path)")
                continue
            }
        }
    }
}
