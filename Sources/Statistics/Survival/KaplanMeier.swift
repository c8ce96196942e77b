// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The share of subjects still free of an event, over time, when some are lost from sight.
///
/// Source: Kaplan and Meier, JASA 1958; standard errors by Greenwood 1926, intervals as in Collett,
/// Modelling Survival Data in Medical Research, chapter 2.
package struct KaplanMeier: Sendable, Hashable {
    /// How an interval is laid around an estimate.
    package enum Interval: String, Sendable, Codable {
        /// Symmetric for log(-log S); stays within 0...1.
        case logLog
        /// Symmetric for S, cut at 0 and 1.
        case plain
    }

    /// What happened at one time.
    package struct Step: Sendable, Hashable {
        /// 0 or more.
        package var time: Double
        /// Subjects watched just before; as many as have events and are lost, or more.
        package var atRisk: Int
        package var events: Int
        /// Lost from sight at this time, after the events.
        package var censored: Int

        package init(time: Double, atRisk: Int, events: Int, censored: Int) {
            self.time = time
            self.atRisk = atRisk
            self.events = events
            self.censored = censored
        }
    }

    /// The estimate from one time until the next.
    package struct Point: Sendable, Hashable {
        package var step: Step
        /// 0...1.
        package var survival: Double
        /// Greenwood's, on the scale of `survival`; nil once it is 0.
        package var standardError: Double?
        /// The 95 % interval; nil once the estimate is 0.
        package var interval: ClosedRange<Double>?
    }

    /// One for each time at which something happened, ascending.
    package let points: [Point]
    /// Subjects at time 0.
    package let count: Int
    package let kind: Interval

    /// - Parameters:
    ///   - times: one for each subject, finite, 0 or more; the event's, or of the last sight.
    ///   - isEvent: beside `times`; false for a subject that was lost.
    /// - Complexity: O(n log n).
    package init(times: [Double], isEvent: [Bool], interval: Interval = .logLog) {
        precondition(times.count == isEvent.count)
        let order = times.indices.sorted { times[$0] < times[$1] }
        var steps: [Step] = []
        for (place, subject) in order.enumerated() {
            let time = times[subject]
            if steps.last?.time != time {
                steps.append(
                    Step(time: time, atRisk: times.count - place, events: 0, censored: 0))
            }
            if isEvent[subject] {
                steps[steps.count - 1].events += 1
            } else {
                steps[steps.count - 1].censored += 1
            }
        }
        self.init(steps: steps, count: times.count, interval: interval)
    }

    /// The estimate from a table, such as one whose counts were rounded before release.
    ///
    /// - Parameters:
    ///   - steps: in ascending order of time.
    ///   - count: subjects at time 0.
    package init(steps: [Step], count: Int, interval: Interval = .logLog) {
        var survival = 1.0
        var sum = 0.0
        points = steps.map { step in
            let atRisk = Double(step.atRisk)
            let events = Double(min(step.events, step.atRisk))
            if events > 0 {
                survival = events == atRisk ? 0 : survival * (1 - events / atRisk)
                sum += events / (atRisk * (atRisk - events))
            }
            return Point(
                step: step, survival: survival,
                standardError: survival > 0 ? survival * sum.squareRoot() : nil,
                interval: KaplanMeier.interval(interval, survival, sum: sum))
        }
        self.count = count
        kind = interval
    }

    private static func interval(_ kind: Interval, _ survival: Double, sum: Double)
        -> ClosedRange<Double>?
    {
        guard survival > 0 else { return nil }
        guard survival < 1 else { return 1...1 }
        let reach = 1.959_963_984_540_054 * sum.squareRoot()
        switch kind {
        case .plain:
            return max(0, survival * (1 - reach))...min(1, survival * (1 + reach))
        case .logLog:
            let power = exp(reach / abs(log(survival)))
            return pow(survival, power)...pow(survival, 1 / power)
        }
    }

    /// The estimate at a time; 1 before the first.
    package func survival(at time: Double) -> Double {
        points.last { $0.step.time <= time }?.survival ?? 1
    }

    /// Subjects still watched just before each of the times.
    package func atRisk(at times: [Double]) -> [Int] {
        times.map { time in points.first { $0.step.time >= time }?.step.atRisk ?? 0 }
    }

    /// A time, and the times its 95 % interval ends at; nil where the curve does not get so far.
    package struct Time: Sendable, Hashable {
        package var estimate: Double?
        package var lower: Double?
        package var upper: Double?

        package init(estimate: Double? = nil, lower: Double? = nil, upper: Double? = nil) {
            self.estimate = estimate
            self.lower = lower
            self.upper = upper
        }
    }

    /// The first time at which half the subjects or fewer are free of the event.
    ///
    /// The interval holds the times at which the curve's own interval takes in one half
    /// (Brookmeyer and Crowley, Biometrics 1982).
    package var median: Time {
        let half = 0.5 + 1e-12
        return Time(
            estimate: points.first { $0.survival <= half }?.step.time,
            lower: points.first { ($0.interval?.lowerBound ?? 0) <= half }?.step.time,
            upper: points.first { ($0.interval?.upperBound ?? 1) <= half }?.step.time)
    }

    /// The mean time free of the event up to a limit: the area under the curve.
    ///
    /// - Returns: the mean and its standard error, both in the unit of time. Times after the last
    ///   one in the table count with the last estimate.
    ///
    /// Source: Collett, as above; variance Σ A² d / (n(n - d)), A the area to the right of a time.
    package func restrictedMean(to limit: Double) -> (mean: Double, standardError: Double) {
        let inside = points.prefix { $0.step.time < limit }
        var area = 0.0
        var variance = 0.0
        var end = limit
        for point in inside.reversed() {
            area += (end - point.step.time) * point.survival
            end = point.step.time
            let atRisk = Double(point.step.atRisk)
            let events = Double(point.step.events)
            if events > 0, events < atRisk {
                variance += area * area * events / (atRisk * (atRisk - events))
            }
        }
        return (area + max(0, end), variance.squareRoot())
    }
}
