// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@Suite("Bootstrap interval of a mean")
struct BootstrapTests {
    private func values(_ seed: UInt64, _ count: Int) -> [Double] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in random.uniform() * 1_000 }
    }

    @Test("the interval holds the mean, in order, within the values", arguments: UInt64(1)...20)
    func holds(_ seed: UInt64) throws {
        let values = values(seed, 5 + Int(seed) * 3)
        let mean = values.reduce(0, +) / Double(values.count)
        let interval = Bootstrap.meanInterval(values, seed: seed)
        #expect(interval.lower < mean && mean < interval.upper)
        #expect(interval.lower >= (try #require(values.min())))
        #expect(interval.upper <= (try #require(values.max())))
    }

    @Test("the same values and seed give the same interval, another seed another")
    func deterministic() {
        let values = values(7, 50)
        #expect(Bootstrap.meanInterval(values) == Bootstrap.meanInterval(values))
        #expect(
            Bootstrap.meanInterval(values, seed: 1) != Bootstrap.meanInterval(values, seed: 2))
    }

    @Test("constant values, one value and none have an interval without width")
    func constant() {
        let same = Bootstrap.meanInterval(Array(repeating: 12.5, count: 40))
        #expect(same == (12.5, 12.5))
        #expect(Bootstrap.meanInterval([3]) == (3, 3))
        #expect(Bootstrap.meanInterval([]) == (0, 0))
    }

    @Test("the width agrees with the normal approximation for many values")
    func width() {
        let values = values(11, 400)
        let mean = values.reduce(0, +) / 400
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        let expected = 2 * 1.96 * (variance / 400).squareRoot()
        let interval = Bootstrap.meanInterval(values)
        let ratio = (interval.upper - interval.lower) / expected
        #expect((0.9...1.1).contains(ratio))
    }

    @Test("few draws give an interval too", arguments: [1, 2, 10, 39])
    func fewDraws(_ draws: Int) {
        let interval = Bootstrap.meanInterval(values(3, 10), draws: draws)
        #expect(interval.lower <= interval.upper)
    }
}
