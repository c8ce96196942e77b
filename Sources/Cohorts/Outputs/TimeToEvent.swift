// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
package import Timelines

/// How long after the start of a cohort an outcome comes: curves and rates, for all members and by
/// sex.
package struct TimeToEvent: Hashable, Sendable, Encodable {
    /// The curve from one day until the next.
    package struct Point: Hashable, Sendable, Encodable {
        /// Days after the start.
        package let day: Double
        /// Share of members without the outcome.
        package let survival: Double
        /// The 95 % interval (log-log); nil once the share is 0.
        package let lower: Double?
        package let upper: Double?
    }

    package struct AtRisk: Hashable, Sendable, Encodable {
        package let day: Int
        package let persons: ReleasedCount
    }

    /// Outcomes per 100 years that members were watched, in one calendar year or all.
    package struct Rate: Hashable, Sendable, Encodable {
        package let year: Int?
        package let events: ReleasedCount
        package let personYears: Double?
        package let per100Years: Double?
        /// The exact 95 % interval.
        package let lower: Double?
        package let upper: Double?
    }

    package struct Stratum: Hashable, Sendable, Encodable {
        /// "all" or a sex.
        package let name: String
        /// Members watched for a first outcome.
        package let persons: ReleasedCount
        /// Outcomes up to the horizon; where hidden, no curve is told.
        package let outcomes: ReleasedCount
        package let curve: [Point]
        package let atRisk: [AtRisk]
        /// Days; nil where half have not had the outcome.
        package let median: Double?
        package let medianLower: Double?
        package let medianUpper: Double?
        /// Mean days without the outcome up to `horizon`.
        package let restrictedMean: Double?
        /// Share of members in whom the outcome was seen, with its 95 % Wilson interval.
        package let proportion: Double?
        package let proportionLower: Double?
        package let proportionUpper: Double?
        /// All years first, then calendar years where the release keeps dates.
        package let rates: [Rate]
    }

    package let outcome: String
    package let leftOutPrior: ReleasedCount
    package let leftOutUnwatched: ReleasedCount
    /// Days that curves and tables run to.
    package let horizon: Int
    /// All members first, then the sexes that may be told apart.
    package let strata: [Stratum]
    /// Log-rank test between the sexes; nil where fewer than two can be compared.
    package let logRankChiSquare: Double?
    package let logRankProbability: Double?
}

extension TimeToEvent {
    /// Follows each member from their first row.
    ///
    /// Under control, curves come from events and losses counted up to the ends of periods of equal
    /// length and rounded to the middle of a block (midpoint rounding, as OpenSAFELY asks of life
    /// tables); everything else is computed from those tables.
    ///
    /// - Parameter horizon: days; nil for the longest time, or under control for the time that a
    ///   block of members or more is watched.
    package init(
        _ rows: CohortRows, persons: ReleasedCount, outcome: Outcome,
        rules: FollowUpRules = FollowUpRules(),
        horizon: Int? = nil, in store: TimelineStore, policy: ReleasePolicy
    ) {
        let followUp = FollowUp(rows, outcome: outcome, rules: rules, in: store)
        self.outcome = outcome.name
        leftOutPrior = policy.share(followUp.prior, of: persons)
        leftOutUnwatched = policy.share(followUp.unwatched, of: persons)
        let ordered = followUp.members.map(\.days).sorted(by: >)
        let longest = ordered.dropFirst(policy.block - 1).first ?? 0
        // One member's time is not told: whole weeks.
        let end = policy.isControlled ? max(7, longest / 7 * 7) : max(1, longest)
        let horizon = max(1, min(horizon ?? end, end))
        self.horizon = horizon
        let drawer = StratumDrawer(
            horizon: horizon, persons: persons, size: rows.persons, rules: rules, store: store,
            policy: policy)
        let sexes = Sex.allCases.map { sex in
            followUp.members.filter { store.sex($0.subject) == sex }
        }
        // Everybody is of one sex: who may be told apart is a table whose sum is known.
        let sizes = sexes.map { policy.share($0.count, of: persons) }
        let everybody = drawer.draw("all", followUp.members)
        let told = Sex.allCases.indices.filter { place in
            sizes[place].value != nil && !sexes[place].isEmpty
        }
        let bySex = told.map { drawer.draw(Sex.allCases[$0].rawValue, sexes[$0]) }
        strata = [everybody.stratum] + bySex.map(\.stratum)
        let test = LogRank(bySex.filter { !$0.stratum.curve.isEmpty }.map(\.curve))
        logRankChiSquare = policy.number(test?.chiSquare)
        logRankProbability = policy.number(test?.probability)
    }
}

/// Makes the curve and the rates of one group of members.
private struct StratumDrawer {
    let horizon: Int
    /// Members of the cohort, as told: every other count is told as a share of them.
    let persons: ReleasedCount
    /// How many they are.
    let size: Int
    let rules: FollowUpRules
    let store: TimelineStore
    let policy: ReleasePolicy

    func draw(_ name: String, _ members: [FollowUp.Member])
        -> (stratum: TimeToEvent.Stratum, curve: KaplanMeier)
    {
        let curve = policy.isControlled ? rounded(members) : exact(members)
        let count = policy.share(members.count, of: persons, holding: size)
        let outcomes = policy.share(
            members.count { $0.hasOutcome && $0.days <= horizon }, of: persons)
        let isTold = count.value != nil && outcomes.value != nil
        let events = curve.points.reduce(0) { $0 + $1.step.events }
        let proportion =
            isTold && curve.count > 0 ? Proportion(min(events, curve.count), of: curve.count) : nil
        let median = curve.median
        let stratum = TimeToEvent.Stratum(
            name: name, persons: count, outcomes: outcomes,
            curve: isTold ? points(curve) : [],
            atRisk: isTold ? atRisk(curve) : [],
            median: isTold ? median.estimate : nil, medianLower: isTold ? median.lower : nil,
            medianUpper: isTold ? median.upper : nil,
            restrictedMean: isTold ? curve.restrictedMean(to: Double(horizon)).mean : nil,
            proportion: proportion?.value, proportionLower: proportion?.interval.lower,
            proportionUpper: proportion?.interval.upper,
            rates: persons.value != nil ? rates(members) : [])
        return (stratum, curve)
    }

    private func exact(_ members: [FollowUp.Member]) -> KaplanMeier {
        KaplanMeier(
            times: members.map { Double(min($0.days, horizon)) },
            isEvent: members.map { $0.hasOutcome && $0.days <= horizon })
    }

    /// A life table of rounded cumulative counts; events of a period stand at its end.
    private func rounded(_ members: [FollowUp.Member]) -> KaplanMeier {
        let length = max(7, (horizon + 51) / 52)
        let periods = (horizon + length - 1) / length
        var events = [Int](repeating: 0, count: periods + 1)
        var losses = events
        for member in members {
            let period = min(periods, (member.days + length - 1) / length)
            if member.hasOutcome && member.days <= horizon {
                events[period] += 1
            } else {
                losses[period] += 1
            }
        }
        let round = MidpointRounding(base: policy.block)
        let count = round(members.count)
        var (happened, lost) = (0, 0)
        var (told, toldLost) = (0, 0)
        var steps: [KaplanMeier.Step] = []
        for period in 0...periods {
            happened += events[period]
            lost += losses[period]
            let atRisk = max(0, count - told - toldLost)
            let newEvents = min(atRisk, round(happened) - told)
            let newLosses = min(atRisk - newEvents, round(lost) - toldLost)
            guard newEvents + newLosses > 0 else { continue }
            steps.append(
                KaplanMeier.Step(
                    time: Double(min(period * length, horizon)), atRisk: atRisk,
                    events: newEvents, censored: newLosses))
            told += newEvents
            toldLost += newLosses
        }
        return KaplanMeier(steps: steps, count: count)
    }

    private func points(_ curve: KaplanMeier) -> [TimeToEvent.Point] {
        [TimeToEvent.Point(day: 0, survival: 1, lower: 1, upper: 1)]
            + curve.points.filter { $0.step.events > 0 }.map { point in
                TimeToEvent.Point(
                    day: point.step.time, survival: point.survival,
                    lower: point.interval?.lowerBound, upper: point.interval?.upperBound)
            }
    }

    private func atRisk(_ curve: KaplanMeier) -> [TimeToEvent.AtRisk] {
        let days = (0...4).map { horizon * $0 / 4 }
        let counts = curve.atRisk(at: days.map(Double.init))
        return zip(days, counts).map { day, count in
            guard policy.isControlled else {
                return TimeToEvent.AtRisk(day: day, persons: .exact(count))
            }
            // The curve's counts are differences of middles of blocks already.
            let persons =
                count < policy.smallCell
                ? ReleasedCount.hidden(0...policy.smallCell - 1)
                : ReleasedCount(
                    value: count, range: max(0, count - policy.block)...count + policy.block)
            return TimeToEvent.AtRisk(day: day, persons: persons)
        }
    }

    /// One rate over all time, then one for each calendar year where days are known.
    private func rates(_ members: [FollowUp.Member]) -> [TimeToEvent.Rate] {
        var all = Watched()
        var years: [Int: Watched] = [:]
        for member in members {
            // Both the first day and the last one are watched.
            all.add(days: member.days - rules.firstDay + 1, hasOutcome: member.hasOutcome)
            guard let anchor = store.anchorDay(member.subject) else { continue }
            let start = Int(anchor) + Int(DayNumber.of(member.start))
            let last = start + member.days
            var day = start + rules.firstDay
            while day <= last {
                let year = CivilDay(number: Int32(clamping: day)).parts.year
                let next = CivilDay(year: year + 1, month: 1, day: 1).map { Int($0.number) }
                let end = min(last, (next ?? .max) - 1)
                years[year, default: Watched()].add(
                    days: end - day + 1, hasOutcome: member.hasOutcome && end == last)
                day = end + 1
            }
        }
        // Years add up to the whole, so that under control a small one would follow from the others.
        guard !policy.isControlled else { return [rate(all, year: nil)] }
        let byYear = years.sorted { $0.key < $1.key }.map { rate($0.value, year: $0.key) }
        return [rate(all, year: nil)] + byYear
    }

    private func rate(_ watched: Watched, year: Int?) -> TimeToEvent.Rate {
        let events = policy.share(watched.events, of: persons)
        let exactYears = Double(watched.days) / 365.25
        guard let count = events.value, !policy.isControlled || watched.persons >= policy.block
        else {
            return TimeToEvent.Rate(
                year: year, events: events, personYears: nil, per100Years: nil, lower: nil,
                upper: nil)
        }
        let years = policy.number(exactYears) ?? 0
        let rate = IncidenceRate(events: count, personTime: years / 100)
        let interval = rate.interval
        return TimeToEvent.Rate(
            year: year, events: events, personYears: years, per100Years: rate.value,
            lower: interval.lower, upper: interval.upper.isFinite ? interval.upper : nil)
    }
}

/// Time that some people were watched, and what was seen.
private struct Watched {
    var persons = 0
    var days = 0
    var events = 0

    mutating func add(days: Int, hasOutcome: Bool) {
        persons += 1
        self.days += days
        events += hasOutcome ? 1 : 0
    }
}
