// SPDX-License-Identifier: Apache-2.0
import Foundation
import Statistics
import Testing

/// Weeks in remission of Freireich et al., Blood 1963;21:699, as printed in Kleinbaum and Klein,
/// Survival Analysis, chapter 2.
enum Leukemia {
    static let drug: [(weeks: Double, relapse: Bool)] = [
        (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true),
        (10, false), (11, false), (13, true), (16, true), (17, false), (19, false), (20, false),
        (22, true), (23, true), (25, false), (32, false), (32, false), (34, false), (35, false),
    ]
    static let placebo: [Double] = [
        1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
    ]

    static func drugCurve(_ interval: KaplanMeier.Interval = .logLog) -> KaplanMeier {
        KaplanMeier(times: drug.map(\.weeks), isEvent: drug.map(\.relapse), interval: interval)
    }

    static let placeboCurve = KaplanMeier(
        times: placebo, isEvent: placebo.map { _ in true })
}

private func isNear(_ first: Double?, _ second: Double, _ tolerance: Double = 1e-6) -> Bool {
    first.map { abs($0 - second) <= tolerance } ?? false
}

@Suite("Survival")
struct SurvivalTests {
    @Test("the remission times of 1963 give the published curve, errors and limits")
    func leukemia() throws {
        let curve = Leukemia.drugCurve()
        let steps = curve.points.filter { $0.step.events > 0 }
        #expect(steps.map(\.step.time) == [6, 7, 10, 13, 16, 22, 23])
        #expect(steps.map(\.step.atRisk) == [21, 17, 15, 12, 11, 7, 6])
        let survival = [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179]
        let errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
        for (index, point) in steps.enumerated() {
            #expect(isNear(point.survival, survival[index]))
            #expect(isNear(point.standardError, errors[index], 6e-5))
        }
        // Limits as lifelines 0.30.3 gives them.
        #expect(isNear(steps[0].interval?.lowerBound, 0.619718))
        #expect(isNear(steps[0].interval?.upperBound, 0.951552))
        #expect(isNear(steps[6].interval?.lowerBound, 0.188052))
        #expect(isNear(steps[6].interval?.upperBound, 0.680143))
        #expect(curve.median == KaplanMeier.Time(estimate: 23, lower: 13, upper: nil))
        #expect(Leukemia.placeboCurve.median == .init(estimate: 8, lower: 4, upper: 11))
        #expect(curve.atRisk(at: [0, 6, 6.5, 10, 35, 36]) == [21, 21, 17, 15, 1, 0])
        #expect(isNear(curve.restrictedMean(to: 35).mean, 23.287395))
    }

    @Test("plain limits are the estimate and 1.96 standard errors, cut at 0 and 1")
    func plain() throws {
        let points = Leukemia.drugCurve(.plain).points
        let seventh = try #require(points.first { $0.step.time == 23 })
        let error = try #require(seventh.standardError)
        #expect(isNear(seventh.interval?.lowerBound, seventh.survival - 1.959964 * error))
        #expect(isNear(seventh.interval?.upperBound, seventh.survival + 1.959964 * error))
        #expect(points[0].interval?.upperBound == 1)
    }

    @Test("the log-rank test of the remission times is 16.79 on one degree")
    func logRank() throws {
        let test = try #require(LogRank([Leukemia.drugCurve(), Leukemia.placeboCurve]))
        #expect(isNear(test.chiSquare, 16.792941))
        #expect(isNear(test.probability, 4.168809e-5, 1e-10))
        #expect(test.observed == [9, 21])
        #expect(isNear(test.expected[0], 19.25, 0.01))
        #expect(test.degrees == 1)
    }

    @Test("three groups agree with lifelines, an empty group changes nothing")
    func threeGroups() throws {
        func curve(_ weeks: ArraySlice<Double>) -> KaplanMeier {
            KaplanMeier(times: Array(weeks), isEvent: weeks.map { _ in true })
        }
        let groups = [
            Leukemia.drugCurve(), curve(Leukemia.placebo[..<10]), curve(Leukemia.placebo[10...]),
        ]
        let test = try #require(LogRank(groups))
        #expect(isNear(test.chiSquare, 52.340678))
        #expect(test.degrees == 2)
        let padded = try #require(LogRank(groups + [curve([])]))
        #expect(isNear(padded.chiSquare, test.chiSquare, 1e-9))
        #expect(padded.degrees == 2)
        #expect(LogRank([groups[0]]) == nil)
        #expect(LogRank([curve([]), curve([])]) == nil)
    }

    @Test("no subject, no event, and the death of the last leave no interval open")
    func edges() {
        let empty = KaplanMeier(times: [], isEvent: [])
        #expect(empty.points.isEmpty)
        #expect(empty.survival(at: 3) == 1)
        #expect(empty.median == KaplanMeier.Time())
        let lost = KaplanMeier(times: [2, 3], isEvent: [false, false])
        #expect(lost.points.map(\.survival) == [1, 1])
        #expect(lost.points[1].interval == 1...1)
        let dead = KaplanMeier(times: [2], isEvent: [true])
        #expect(dead.points[0].survival == 0)
        #expect(dead.points[0].interval == nil)
        #expect(dead.restrictedMean(to: 5).mean == 2)
    }

    @Test(
        "curve, error, mean and test equal a slow second way on random subjects", arguments: 0..<20)
    func random(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let groups = (0..<2).map { _ in
            (0..<(5 + random.below(60))).map { _ in
                (time: Double(random.below(15)), event: random.chance(0.5))
            }
        }
        let curves = groups.map {
            KaplanMeier(times: $0.map(\.time), isEvent: $0.map(\.event))
        }
        for (group, curve) in zip(groups, curves) {
            for time in stride(from: 0.0, through: 15, by: 0.5) {
                // The product over days, each counted afresh.
                var survival = 1.0
                var sum = 0.0
                for day in 0...14 where Double(day) <= time {
                    let atRisk = Double(group.count { $0.time >= Double(day) })
                    let events = Double(group.count { $0.time == Double(day) && $0.event })
                    guard atRisk > 0, events > 0 else { continue }
                    survival *= (atRisk - events) / atRisk
                    sum += events / atRisk / (atRisk - events)
                }
                #expect(isNear(curve.survival(at: time), survival, 1e-12))
                let point = curve.points.last { $0.step.time <= time }
                if let point, survival > 0 {
                    #expect(isNear(point.standardError, survival * sum.squareRoot(), 1e-12))
                }
            }
            let fine = (0..<1500).map { curve.survival(at: (Double($0) + 0.5) / 100) }
            #expect(isNear(curve.restrictedMean(to: 15).mean, fine.reduce(0, +) / 100, 1e-9))
        }
        var difference = 0.0
        var variance = 0.0
        for day in 0...14 {
            let atRisk = groups.map { group in Double(group.count { $0.time >= Double(day) }) }
            let events = groups.map { group in
                Double(group.count { $0.time == Double(day) && $0.event })
            }
            let (n, d) = (atRisk[0] + atRisk[1], events[0] + events[1])
            guard n > 1 else { continue }
            difference += events[0] - d * atRisk[0] / n
            variance += d * (n - d) * atRisk[0] * atRisk[1] / (n * n * (n - 1))
        }
        let test = try #require(LogRank(curves))
        #expect(isNear(test.chiSquare, difference * difference / variance, 1e-9))
    }
}

@Suite("Rates")
struct RateTests {
    @Test("exact Poisson limits equal those of SciPy 1.17 for counts from 0 to 1,000")
    func poisson() {
        let expected = [
            (0, 0, 3.688879454114), (1, 0.025317807984, 5.571643390939),
            (5, 1.623486390118, 11.668332079323), (30, 20.240874021421, 42.826865394808),
            (1000, 938.973018407696, 1063.952136016302),
        ]
        for (events, lower, upper) in expected {
            let interval = IncidenceRate(events: events, personTime: 1).interval
            #expect(isNear(interval.lower, lower, 1e-8))
            #expect(isNear(interval.upper, upper, 1e-8))
        }
        let rate = IncidenceRate(events: 5, personTime: 20)
        #expect(rate.value == 0.25)
        #expect(isNear(rate.interval.upper, 11.668332079323 / 20, 1e-9))
        #expect(IncidenceRate(events: 0, personTime: 0).interval.upper == .infinity)
    }

    @Test("chi-square tails equal those of SciPy 1.17")
    func chiSquare() {
        let expected = [
            (3.841458820694124, 1, 0.05), (7, 3, 0.0718977724964651),
            (0.1, 10, 0.9999999975020487), (80, 50, 0.00448265656557319),
        ]
        for (value, degrees, tail) in expected {
            #expect(isNear(GammaFunction.chiSquareTail(value, degrees: degrees), tail, 1e-13))
        }
        #expect(GammaFunction.chiSquareTail(0, degrees: 2) == 1)
    }

    @Test("standardised differences of shares and means follow the formula")
    func difference() {
        // (0.5 - 0.3) / sqrt((0.25 + 0.21) / 2)
        #expect(isNear(StandardisedDifference.ofShares(0.5, 0.3), 0.2 / 0.23.squareRoot(), 1e-12))
        #expect(StandardisedDifference.ofShares(1, 1) == 0)
        #expect(StandardisedDifference.ofShares(1, 0) == nil)
        #expect(
            isNear(
                StandardisedDifference.ofMeans(60, variance: 100, 55, variance: 44),
                5 / 72.0.squareRoot(), 1e-12))
    }

    @Test("midpoint-6 makes 3 of 1 to 6 and 9 of 7 to 12")
    func midpoint() {
        let six = MidpointRounding()
        #expect([0, 1, 6, 7, 12, 13].map { six($0) } == [0, 3, 3, 9, 9, 15])
        #expect([0, 1, 11, 12].map { MidpointRounding(base: 11)($0) } == [0, 6, 6, 17])
        #expect(MidpointRounding(base: 1)(7) == 7)
        for count in 1..<300 { #expect(abs(six(count) - count) <= 3) }
    }

    @Test("quantiles equal NumPy's; guarded ones need enough values on either side")
    func quantiles() {
        let sample = SortedSample([16, 1, .nan, 4, 2, 8])
        let expected = [(0.1, 1.4), (0.25, 2), (0.5, 4), (0.9, 12.8), (1, 16)]
        for (share, value) in expected { #expect(isNear(sample.quantile(share), value, 1e-12)) }
        #expect(isNear(sample.mean, 6.2, 1e-12))
        #expect(SortedSample([]).quantile(0.5) == nil)
        let hundred = SortedSample((1...100).map(Double.init))
        #expect(hundred.guardedQuantile(0.05, nearest: 11) == nil)
        #expect(hundred.guardedQuantile(0.5, nearest: 11) == 51)
    }

    @Test("bins hold every value once, on edges that are multiples of the width")
    func histogram() {
        let sample = SortedSample([-1, 0, 4.9, 5, 9.99, 10, 21])
        let bins = Histogram(sample, width: 5)
        #expect(bins.edges == [-5, 0, 5, 10, 15, 20, 25])
        #expect(bins.counts == [1, 2, 2, 1, 0, 1])
        #expect(Histogram(SortedSample([]), width: 1).counts.isEmpty)
        #expect(Histogram(SortedSample([0, 1e6]), width: 1).counts.count <= 200)
        // IQR 50 and n = 101: 2 · 50 / 4.657 = 21.5, rounded to 20.
        #expect(Histogram.automaticWidth(SortedSample((0...100).map(Double.init))) == 20)
        #expect(Histogram.automaticWidth(SortedSample([3, 3])) == 1)
    }
}
