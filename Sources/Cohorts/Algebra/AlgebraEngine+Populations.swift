// SPDX-License-Identifier: Apache-2.0
import Timelines

/// How many subjects of a stratum there are, and how many of them have rows.
package struct AlgebraPrevalence: Hashable, Sendable {
    package var stratum: Int
    package var subjects: Int
    package var affected: Int
}

extension AlgebraEngine {
    /// Counts all subjects, and those with rows of an expression, by stratum.
    ///
    /// - Returns: strata with subjects, ascending.
    /// - Complexity: O(strata) and the expression's.
    package func prevalence(of expression: AlgebraExpression, by strata: PopulationStrata)
        -> [AlgebraPrevalence]
    {
        var evaluation = AlgebraEvaluation(store: store, facts: facts)
        let rows = evaluation.rows(expression, RowSet.Needs(), AlgebraEvaluation.Scope())
        var affected = [Int](repeating: 0, count: strata.subjects.count)
        var previous: UInt32?
        for subject in rows.subjects where subject != previous {
            previous = subject
            let stratum = Int(strata.stratum[Int(subject)])
            if stratum >= 0 { affected[stratum] += 1 }
        }
        return strata.subjects.indices.filter { strata.subjects[$0] > 0 }.map {
            AlgebraPrevalence(
                stratum: $0, subjects: strata.subjects[$0], affected: affected[$0])
        }
    }

    /// For each subject, the number of spans of 3,652 days from the start of 1870 to their birth; -1
    /// where the release keeps no day of birth.
    func birthDecades() -> [Int32] {
        facts.birthDays.map { day in
            // 1870-01-01 is day -36,525 of 1970.
            day == SubjectFacts.missing ? -1 : (day + 36_525) / 3652
        }
    }

    /// For every code of the store, how many subjects have it in a window around one of their rows;
    /// of several rows of a subject, the days between their windows count as well.
    ///
    /// - Complexity: O(events of the subjects with rows).
    package func subjectsByCode(around rows: CohortRows, _ window: AlgebraWindow) -> [Int] {
        let rows = RowSet(subjects: rows.subjects, starts: rows.starts, ends: rows.ends)
        let bounds = SubjectBounds(
            around: rows, of: window.of, days: DayHull(window), subjects: store.subjectCount)
        var counts = [Int](repeating: 0, count: store.codes.count)
        var lastSeen = [UInt32](repeating: .max, count: store.codes.count)
        var previous: UInt32?
        for subject in rows.subjects where subject != previous {
            previous = subject
            let limits = bounds.limits[Int(subject)]
            store.withTimeline(subject: Int(subject)) { codes, starts in
                // Timelines are in order of start.
                var (low, high) = (0, starts.count)
                while low < high {
                    let middle = low + (high - low) / 2
                    if starts[middle] < limits.first { low = middle + 1 } else { high = middle }
                }
                while low < starts.count, starts[low] <= limits.last {
                    let code = Int(codes[low])
                    low += 1
                    guard code < counts.count, lastSeen[code] != subject else { continue }
                    lastSeen[code] = subject
                    counts[code] += 1
                }
            }
        }
        return counts
    }
}

/// Counts of stays by day, the steps of a survival curve.
struct DaySteps {
    /// Ascending, each once.
    private(set) var days: [Int32] = []
    /// Share still free after each of the days, by Kaplan and Meier (1958).
    private(set) var shares: [Double] = []
    private(set) var events = 0

    /// - Complexity: O(n + longest stay).
    init(days all: [Int32], isEvent: [Bool]) {
        let longest = Int(all.max() ?? 0)
        var ended = [Int32](repeating: 0, count: longest + 1)
        var stopped = ended
        for (day, isEvent) in zip(all, isEvent) where day >= 0 {
            ended[Int(day)] += 1
            if isEvent { stopped[Int(day)] += 1 }
        }
        var atRisk = all.count
        var share = 1.0
        for day in 0...longest where ended[day] > 0 {
            if stopped[day] > 0 { share *= 1 - Double(stopped[day]) / Double(atRisk) }
            events += Int(stopped[day])
            atRisk -= Int(ended[day])
            days.append(Int32(day))
            shares.append(share)
        }
    }

    /// The share still free after a day.
    func survival(at day: Int32) -> Double {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = low + (high - low) / 2
            if days[middle] <= day { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 1 : shares[low - 1]
    }
}

/// Which stratum each subject of a site is in, and how many are in each: made once for a site, since
/// neither depends on what is asked.
package struct PopulationStrata: Sendable {
    /// One number from 0 for each subject; -1 for those in none.
    let stratum: [Int16]
    /// By stratum.
    let subjects: [Int]

    /// - Parameter strata: numbers from 0 for each subject; others are in none.
    /// - Complexity: O(subjects).
    package init(_ strata: [Int]) {
        stratum = strata.map { Int16(exactly: $0).map { max(-1, $0) } ?? -1 }
        var counts: [Int] = []
        for number in stratum where number >= 0 {
            while counts.count <= Int(number) { counts.append(0) }
            counts[Int(number)] += 1
        }
        subjects = counts
    }
}
