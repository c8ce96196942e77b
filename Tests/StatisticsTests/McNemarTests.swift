// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@Suite("McNemar's exact test")
struct McNemarTests {
    @Test("known values: 0 to 5 is 1/16, 1 to 9 is 22/1024, even splits are 1")
    func known() {
        #expect(abs(McNemar.probability(onlyFirst: 0, onlySecond: 5) - 0.0625) < 1e-12)
        #expect(abs(McNemar.probability(onlyFirst: 1, onlySecond: 9) - 22.0 / 1024) < 1e-12)
        #expect(abs(McNemar.probability(onlyFirst: 0, onlySecond: 1) - 1) < 1e-12)
        #expect(McNemar.probability(onlyFirst: 0, onlySecond: 0) == 1)
        #expect(McNemar.probability(onlyFirst: 10, onlySecond: 10) == 1)
    }

    @Test("every split of up to 60 cases is twice the binomial tail, at most 1, either way round")
    func binomial() {
        var row: [Double] = [1]
        for count in 1...60 {
            var next = [Double](repeating: 1, count: count + 1)
            for place in 1..<max(1, count) { next[place] = row[place - 1] + row[place] }
            row = next
            var all = 1.0
            for _ in 0..<count { all *= 2 }
            for first in 0...count {
                let tail = row[...min(first, count - first)].reduce(0, +) / all
                let found = McNemar.probability(onlyFirst: first, onlySecond: count - first)
                #expect(abs(found - min(1, 2 * tail)) < 1e-10)
                #expect(found == McNemar.probability(onlyFirst: count - first, onlySecond: first))
            }
        }
    }

    @Test("large counts stay probabilities")
    func large() {
        for (first, second) in [(0, 5_000), (5_000, 4_000), (100_000, 100_001)] {
            let found = McNemar.probability(onlyFirst: first, onlySecond: second)
            #expect((0...1).contains(found))
        }
        #expect(McNemar.probability(onlyFirst: 5_000, onlySecond: 4_000) < 1e-20)
    }
}
