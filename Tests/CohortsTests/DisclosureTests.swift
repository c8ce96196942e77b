// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Records
import Testing
import Timelines

@testable import Cohorts

/// Everything an attacker can conclude: they know the total, how the code works and what was
/// printed, and go through every world in which the same would have been printed.
@Suite("Disclosure control")
struct DisclosureTests {
    /// All falling chains of a length with numbers from 0 to `top`.
    private func chains(length: Int, top: Int, _ body: ([Int]) -> Void) {
        var chain = [Int](repeating: 0, count: length)
        func extend(_ position: Int, _ limit: Int) {
            if position == length { return body(chain) }
            for number in 0...limit {
                chain[position] = number
                extend(position + 1, number)
            }
        }
        extend(0, top)
    }

    /// Checks that each hidden small number could be k-1 numbers at least.
    ///
    /// - Parameters:
    ///   - top: the largest number in the worlds gone through.
    ///   - judged: tables with a larger number than this are passed over, as not all of their worlds
    ///     were gone through.
    /// - Returns: how many different tables were printed.
    private func attack(total: Int, rules: Int, top: Int, judged: Int, smallCell k: Int) -> Int {
        let small: UInt64 = ((1 << UInt64(k)) - 1) & ~1
        var worlds: [[Int]: (largest: Int, possible: [UInt64])] = [:]
        let knowsTotal = top == total
        chains(length: rules + 1, top: top) { remaining in
            let table = AttritionDisclosure(total: total, remaining: remaining, smallCell: k)
            let printed = (table.removed + table.remaining).map { count in
                switch count {
                case .exact(let number): number
                case .hidden(let bound): -bound
                }
            }
            // Differences of all pairs, with the floor; far from the total, none is small.
            let numbers = (knowsTotal ? [total] : []) + remaining + [0]
            let none = [UInt64](repeating: 0, count: numbers.count * numbers.count)
            var world = worlds.removeValue(forKey: printed) ?? (0, none)
            world.largest = max(world.largest, remaining[0])
            for first in 0..<numbers.count - 1 {
                for second in first + 1..<numbers.count {
                    world.possible[first * numbers.count + second] |=
                        1 << UInt64(numbers[first] - numbers[second])
                }
            }
            worlds[printed] = world
        }
        for (printed, world) in worlds where world.largest <= judged {
            for (pair, possible) in world.possible.enumerated()
            where possible & small != 0 && possible.nonzeroBitCount < k - 1 {
                Issue.record("total \(total), \(rules) rules: \(printed) narrows \(pair)")
            }
        }
        return worlds.count
    }

    @Test("no table of up to two rules narrows a small number down", arguments: 11...45)
    func twoRules(total: Int) {
        for rules in 0...2 {
            #expect(attack(total: total, rules: rules, top: total, judged: 45, smallCell: 11) > 1)
        }
    }

    @Test(
        "no table of four rules narrows a small number down, in a smaller world", arguments: 4...18)
    func fourRules(total: Int) {
        for rules in 3...4 {
            #expect(attack(total: total, rules: rules, top: total, judged: 18, smallCell: 4) > 1)
        }
    }

    @Test("no table of a large site narrows a small number down, counts to 30")
    func largeSite() {
        #expect(attack(total: 615, rules: 2, top: 40, judged: 30, smallCell: 11) > 100)
        #expect(attack(total: 615, rules: 4, top: 16, judged: 12, smallCell: 4) > 100)
    }

    @Test("no table of four rules in a site of 30 narrows a small number down")
    func fourRulesTo30() {
        #expect(attack(total: 30, rules: 4, top: 30, judged: 30, smallCell: 11) > 100)
    }

    @Test("no two shown numbers differ by 1 to 10, and none is 1 to 10")
    func subtraction() {
        chains(length: 4, top: 26) { remaining in
            let table = AttritionDisclosure(total: 300, remaining: remaining, smallCell: 11)
            let shown = [300] + table.remaining.compactMap(\.value) + [0]
            for first in shown {
                for second in shown where (1...10).contains(first - second) {
                    Issue.record("\(first) and \(second) are shown together")
                }
            }
            for (step, count) in table.removed.enumerated() {
                let before = step == 0 ? 300 : remaining[step - 1]
                let honest =
                    switch count {
                    case .exact(let number): number == before - remaining[step] && number != 5
                    case .hidden(let bound): before - remaining[step] < bound
                    }
                if !honest { Issue.record("a step of \(remaining) is misstated") }
            }
            for (count, number) in zip(table.remaining, remaining) {
                if case .hidden(let bound) = count, number >= bound {
                    Issue.record("a count of \(remaining) is misstated")
                }
            }
        }
    }

    @Test("a table with room between its numbers is shown in full")
    func nothingHidden() {
        let table = AttritionDisclosure(total: 615, remaining: [92, 92, 60, 11, 0], smallCell: 11)
        #expect(table.remaining == [.exact(92), .exact(92), .exact(60), .exact(11), .exact(0)])
        #expect(
            table.removed == [.exact(523), .exact(0), .exact(32), .exact(49), .exact(11)])
        let open = AttritionDisclosure(total: 9, remaining: [5, 1], smallCell: 1)
        #expect(open.remaining == [.exact(5), .exact(1)])
    }

    @Test("hiding one count hides what would give it away, and the final count stays if it can")
    func examples() {
        let removedFew = AttritionDisclosure(total: 615, remaining: [92, 87, 27], smallCell: 11)
        #expect(removedFew.remaining.map(\.text) == ["92", "<92", "27"])
        #expect(removedFew.removed.map(\.text) == ["523", "<11", "<65"])
        let fewLeft = AttritionDisclosure(total: 615, remaining: [92, 7], smallCell: 11)
        #expect(fewLeft.remaining.map(\.text) == ["92", "<11"])
        #expect(fewLeft.removed.map(\.text) == ["523", "<92"])
        let twins = AttritionDisclosure(total: 615, remaining: [92, 87], smallCell: 11)
        #expect(twins.remaining.map(\.text) == ["<98", "87"])
        let tiny = AttritionDisclosure(total: 9, remaining: [9, 0], smallCell: 11)
        #expect((tiny.remaining + tiny.removed).allSatisfy { $0 == .hidden(below: 11) })
    }

    @Test("no small cell of a table whose sum is known can be told from the others")
    func tables() {
        let k = 4
        struct Printed: Hashable {
            var counts: [SmallCount]
            var total: Int?
        }
        var worlds: [Printed: [Set<Int>]] = [:]
        let population = 24
        chains(length: 4, top: population) { bounds in
            // A falling chain below the population is a way to cut it into cells and a rest.
            let cells = [
                population - bounds[0], bounds[0] - bounds[1], bounds[1] - bounds[2],
                bounds[2] - bounds[3],
            ]
            let total = cells.reduce(0, +)
            let printed = TableDisclosure.release(cells, population: population, smallCell: k)
            let isTold = !(1..<k).contains(total) && !(1..<k).contains(population - total)
            let key = Printed(counts: printed, total: isTold ? total : nil)
            var possible = worlds[key] ?? cells.map { _ in [] }
            for (cell, count) in cells.enumerated() { possible[cell].insert(count) }
            worlds[key] = possible
        }
        for (printed, possible) in worlds {
            for (count, set) in zip(printed.counts, possible)
            where set.contains(where: { (1..<k).contains($0) }) {
                if case .exact = count { Issue.record("a small cell is shown") }
                #expect(set.count >= k - 2, "\(printed)")
            }
        }
    }

    @Test("a table of ages and sexes adds up to the cohort where nothing is hidden")
    func ageSexTable() throws {
        let scratch = try ScratchDirectory()
        let store = try RandomSite.store(seed: 3, subjects: 400, in: scratch)
        let engine = CohortEngine(store: store)
        let definition = CohortDefinition(
            name: "all", index: IndexEvent(anyOf: RandomSite.codes.map(\.code), occurrence: .first),
            rules: [])
        let members = engine.evaluate(definition).members
        let open = engine.ageSexTable(members, smallCell: 1)
        #expect(open.compactMap(\.count.value).reduce(0, +) == members.count)
        #expect(open.count == 40 && open.contains { $0.band == "unknown" })
        for cell in open where cell.band == "90+" && cell.sex == .male {
            let aged = members.count { store.isAged($0.subject) && store.sex($0.subject) == .male }
            #expect(cell.count == .exact(aged))
        }
        // Almost everybody is a member, so the total is hidden and every cell with it.
        let most = engine.ageSexTable(Array(members.dropLast(5)))
        #expect(most.allSatisfy { $0.count == .hidden(below: 401) })
        let few = engine.ageSexTable(Array(members.prefix(4)))
        #expect(few.allSatisfy { $0.count == .hidden(below: 11) })
        let controlled = engine.ageSexTable(Array(members.prefix(200)))
        #expect(controlled.contains { $0.count == .hidden(below: 11) })
        for cell in controlled where cell.count.value == nil {
            // The 200 are shown, so no cell is said to be possibly larger.
            #expect([.hidden(below: 11), .hidden(below: 201)].contains(cell.count))
        }
        #expect(controlled.allSatisfy { !(1...10).contains($0.count.value ?? 0) })
    }
}
