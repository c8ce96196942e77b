// SPDX-License-Identifier: Apache-2.0

/// A test that was done and what it cost.
package struct BilledTest: Sendable, Hashable, Codable {
    /// Catalogue id, or the words of the name where the catalogue lacks the test.
    package var id: String
    package var name: String
    /// US cents; nil where the schedule has no price.
    package var cents: Int?
    /// Done before in the same encounter.
    package var isRepeat: Bool

    package init(id: String, name: String, cents: Int?, isRepeat: Bool = false) {
        self.id = id
        self.name = name
        self.cents = cents
        self.isRepeat = isRepeat
    }
}

/// What an encounter cost: visits and tests, in the order they came.
package struct EncounterBill: Sendable, Hashable, Codable {
    package var visits: Int
    /// Price of one visit, US cents.
    package var visitCents: Int
    package var tests: [BilledTest]

    package init(visits: Int = 0, visitCents: Int, tests: [BilledTest] = []) {
        self.visits = visits
        self.visitCents = visitCents
        self.tests = tests
    }

    /// Tests with a price, US cents.
    package var testCents: Int { tests.reduce(0) { $0 + ($1.cents ?? 0) } }

    /// Everything with a price, US cents.
    package var totalCents: Int { visits * visitCents + testCents }

    /// Names of tests done without a price, each once, in their order.
    package var unpriced: [String] {
        var seen: Set<String> = []
        return tests.filter { $0.cents == nil && seen.insert($0.id).inserted }.map(\.name)
    }

    /// The bill of several runs on one patient: a test that more than one run had is paid once;
    /// visits add up, because each run asks its own questions.
    ///
    /// A test that one run repeated stays repeated: it counts as often as in the run that had it
    /// most often. Source of the rule: arXiv 2506.22405, cost of an ensemble.
    package static func union(of runs: [EncounterBill]) -> EncounterBill {
        var union = EncounterBill(visitCents: runs.first?.visitCents ?? 0)
        var counts: [String: Int] = [:]
        for run in runs {
            union.visits += run.visits
            var own: [String: Int] = [:]
            for test in run.tests {
                own[test.id, default: 0] += 1
                if own[test.id, default: 0] > counts[test.id, default: 0] {
                    counts[test.id] = own[test.id]
                    union.tests.append(test)
                }
            }
        }
        return union
    }
}
