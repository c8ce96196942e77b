// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@Suite("Statistics")
struct StatisticsTests {
    @Test("SplitMix64 gives the published sequence for seed 1234567")
    func splitMix() {
        var random = SeededRandom(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test("the Wilson interval of 260 of 304 is 81.1 to 89.0 %, as computed for SDBench")
    func wilson() {
        let interval = Proportion(260, of: 304).interval
        #expect((interval.lower * 1000).rounded() == 811)
        #expect((interval.upper * 1000).rounded() == 890)
        #expect(Proportion(0, of: 0).interval == (0, 1))
    }

    @Test("calibration error is zero for honest answers and large for boasts")
    func calibration() {
        var honest = Calibration()
        var boastful = Calibration()
        for trial in 0..<10 {
            honest.add(probability: 0.75, isCorrect: trial < 8)
            boastful.add(probability: 1, isCorrect: trial < 5)
        }
        #expect(abs(honest.expectedError - 0.05) < 1e-12)
        #expect(abs(boastful.expectedError - 0.5) < 1e-12)
    }

    @Test("a bounded draw stays in its bounds and a split stream differs from its parent")
    func draws() {
        var random = SeededRandom(seed: 9)
        var child = random.split(1)
        #expect(child.next() != random.next())
        for bound in 1...50 { #expect((0..<bound).contains(random.below(bound))) }
    }
}
