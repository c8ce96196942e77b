// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@testable import Cohorts

@Suite("Attrition with rules that can be switched off")
struct AttritionTableTests {
    /// Random entry rows and bits: about two rows for each subject.
    private func bitsets(seed: UInt64, subjects: Int, rules: Int) throws -> (
        RuleBitsets, [[Bool]]
    ) {
        var random = SeededRandom(seed: seed)
        let owners = (0..<subjects * 2).map { _ in UInt32(random.below(subjects)) }.sorted()
        let entries = CohortRows(subjects: owners, starts: owners.indices.map { Int32($0) })
        let bits = (0..<rules).map { _ in owners.map { _ in random.chance(0.6) } }
        let words = bits.map { rule in
            rule.enumerated().reduce(into: [UInt64](repeating: 0, count: (owners.count + 63) / 64))
            {
                if $1.element { $0[$1.offset / 64] |= 1 << UInt64($1.offset % 64) }
            }
        }
        let names = (0..<rules).map { "rule \($0)" }
        return (try RuleBitsets(rules: names, words: words, entries: entries), bits)
    }

    @Test("every choice of rules counts what a loop over rows counts", arguments: 0..<5)
    func plain(seed: UInt64) throws {
        let (bitsets, bits) = try bitsets(seed: seed, subjects: 70, rules: 4)
        let owners = bitsets.entries.subjects
        func persons(_ rules: [Int]) -> Set<UInt32> {
            Set(
                owners.indices.filter { row in rules.allSatisfy { bits[$0][row] } }
                    .map { owners[$0] })
        }
        #expect(
            try RuleBitsets(rules: bitsets.rules, entries: bitsets.entries) { bits[$0][$1] }
                == bitsets)
        let groups = RuleGroups(bitsets, population: 100, policy: .exact)
        for choice in 0..<16 {
            let enabled = (0..<4).filter { choice >> $0 & 1 == 1 }
            let table = groups.attrition(enabled: Set(enabled))
            #expect(table.entered == .exact(persons([]).count))
            #expect(table.persons == .exact(persons(enabled).count))
            var before: [Int] = []
            for (rule, step) in table.steps.enumerated() {
                let earlier = persons(before)
                if enabled.contains(rule) { before.append(rule) }
                let others = persons(enabled.filter { $0 != rule })
                #expect(step.isEnabled == enabled.contains(rule))
                #expect(step.alone == .exact(persons([rule]).count))
                #expect(step.remaining == .exact(persons(before).count))
                #expect(step.lost == .exact(earlier.subtracting(persons(before)).count))
                let whole = persons(enabled.filter { $0 != rule } + [rule])
                #expect(step.gain == .exact(others.subtracting(whole).count))
            }
            let passing = bitsets.passing(enabled: Set(enabled))
            #expect(Set(passing.subjects) == persons(enabled))
            let failing = Set(bitsets.failing(enabled: Set(enabled)).subjects)
            #expect(failing == persons([]).subtracting(persons(enabled)))
        }
        let total = groups.attrition().intersections.compactMap(\.persons.value).reduce(0, +)
        #expect(total == persons([]).count)
    }

    @Test(
        "no choice of two rules narrows a small group of people down", arguments: [10, 13, 19])
    func attack(population: Int) throws {
        let k = 4
        let policy = ReleasePolicy(smallCell: k)
        var worlds: [[String]: [[Int]]] = [:]
        for none in 0...population {
            for first in 0...population - none {
                for second in 0...population - none - first {
                    for both in 0...population - none - first - second {
                        let cells = [none, first, second, both]
                        let printed = try print(cells, population: population, policy)
                        worlds[printed, default: []].append(cells)
                    }
                }
            }
        }
        for (printed, cells) in worlds {
            // Any union of groups, and those who did not enter.
            for choice in 1..<16 {
                let sums = cells.map { cells in
                    (0..<4).reduce(0) { $0 + (choice >> $1 & 1 == 1 ? cells[$1] : 0) }
                }
                let outside = sums.map { population - $0 }
                for numbers in choice == 15 ? [sums, outside] : [sums] {
                    let possible = Set(numbers)
                    let isSmall = possible.contains { (1..<k).contains($0) }
                    if isSmall, possible.count < k - 1 {
                        Issue.record("\(population): \(printed) narrows \(choice) to \(possible)")
                    }
                }
            }
        }
        #expect(worlds.count > 1)
    }

    /// Everything the four choices of two rules print.
    private func print(_ cells: [Int], population: Int, _ policy: ReleasePolicy) throws
        -> [String]
    {
        let masks = cells.indices.flatMap { [UInt64](repeating: UInt64($0), count: cells[$0]) }
        let entries = CohortRows(
            subjects: masks.indices.map { UInt32($0) }, starts: masks.map { _ in 0 })
        let words = (0..<2).map { rule in
            masks.isEmpty
                ? [UInt64]()
                : [masks.indices.reduce(UInt64(0)) { $0 | (masks[$1] >> UInt64(rule) & 1) << $1 }]
        }
        let groups = RuleGroups(
            try RuleBitsets(rules: ["a", "b"], words: words, entries: entries),
            population: population, policy: policy)
        return [[], [0], [1], [0, 1]].flatMap { enabled in
            let table = groups.attrition(enabled: Set(enabled))
            return [table.csv(), table.intersectionsCSV(), table.persons.text]
        }
    }

    @Test("shares of nested groups differ by no few people that can be told", arguments: [4, 11])
    func shares(k: Int) {
        let policy = ReleasePolicy(smallCell: k)
        for total in [k, 2 * k, 3 * policy.block - 1, 3 * policy.block, 5 * policy.block + 3] {
            let group = ReleasedCount.exact(total)
            var worlds: [[ReleasedCount]: [(Int, Int)]] = [:]
            for outer in 0...total {
                for inner in 0...outer {
                    let printed = [policy.share(outer, of: group), policy.share(inner, of: group)]
                    for (count, told) in zip([outer, inner], printed) {
                        #expect(told.range.contains(count))
                    }
                    worlds[printed, default: []].append((outer, inner))
                }
            }
            for (printed, pairs) in worlds {
                let numbers: [[Int]] = [
                    pairs.map { $0.0 }, pairs.map { $0.1 }, pairs.map { $0.0 - $0.1 },
                    pairs.map { total - $0.0 },
                ]
                for possible in numbers.map({ Set($0) })
                where possible.contains(where: { (1..<k).contains($0) }) && possible.count < k - 1 {
                    Issue.record("\(total): \(printed.map(\.text)) narrows to \(possible)")
                }
            }
        }
    }

    @Test("bits that do not cover the rows and too many rules are refused by name")
    func refusals() {
        let entries = CohortRows(subjects: [0, 1], starts: [0, 0])
        #expect(throws: OutputsError.bitsMissing(rule: "b", words: 0, expected: 1)) {
            try RuleBitsets(rules: ["a", "b"], words: [[1]], entries: entries)
        }
        #expect(throws: OutputsError.tooManyRules(count: 65, limit: 64)) {
            try RuleBitsets(
                rules: (0..<65).map(String.init), words: [], entries: entries)
        }
        let error = OutputsError.bitsMissing(rule: "b", words: 0, expected: 1)
        #expect(error.sentence == "Rule \"b\" has 0 words of bits; expected 1.")
    }
}
