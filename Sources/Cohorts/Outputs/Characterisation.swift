// SPDX-License-Identifier: Apache-2.0
package import Records
import Statistics
package import Timelines

/// What sets a cohort apart from others: codes in windows around the start, ages and sexes.
///
/// Each person counts once, at their first row. Differences are Austin's standardised ones; under
/// control they are computed from the shares as told, and a hidden count has none.
package struct Characterisation: Hashable, Sendable, Encodable {
    /// One code in one window, or one age band or sex.
    package struct Row: Hashable, Sendable, Encodable {
        /// Name of the window; "age" or "sex" for demographic rows.
        package let window: String
        /// Nil for demographic rows.
        package let code: Code?
        package let name: String
        package let domain: String?
        package let cohort: Prevalence
        package let comparator: Prevalence
        package let difference: Double?
    }

    /// The age at the start in both groups.
    package struct Age: Hashable, Sendable, Encodable {
        package let cohortMean: Double?
        package let comparatorMean: Double?
        package let difference: Double?
    }

    package let comparatorName: String
    package let cohortPersons: ReleasedCount
    package let comparatorPersons: ReleasedCount
    package let age: Age
    package let demographics: [Row]
    /// Largest difference first within a window; codes too rare in both groups are left out.
    package let codes: [Row]
}

/// Whom a cohort is compared with.
package enum Comparator: Sendable {
    /// People with the entry event none of whose rows passes the rules, at their own entry: alike in
    /// what brought them in, and measured over the same windows. The one to choose where there are
    /// rules.
    case failing(CohortRows)
    /// Another cohort, at its own start.
    case cohort(name: String, CohortRows)

    var name: String {
        switch self {
        case .failing: "entry event without passing the rules"
        case .cohort(let name, _): name
        }
    }

    var rows: CohortRows {
        switch self {
        case .failing(let rows): rows
        case .cohort(_, let rows): rows
        }
    }
}

extension Characterisation {
    /// Counts both groups in one pass over the store's events each.
    ///
    /// - Parameters:
    ///   - persons: the cohort's size as told.
    ///   - otherPersons: the comparator's size as told.
    ///   - minimumShare: codes below it in both groups (as told) are left out, hidden ones too.
    package init(
        _ rows: CohortRows, persons: ReleasedCount, against comparator: Comparator,
        others otherPersons: ReleasedCount, windows: [DayWindow], minimumShare: Double = 0.01,
        in store: TimelineStore,
        policy: ReleasePolicy
    ) {
        let other = comparator.rows.firstOfEach()
        comparatorName = comparator.name
        cohortPersons = persons
        comparatorPersons = otherPersons
        let groups = (
            Group(rows: rows.firstOfEach(), persons: persons, store: store, policy: policy),
            Group(rows: other, persons: otherPersons, store: store, policy: policy)
        )
        age = Characterisation.age(groups.0, groups.1, policy)
        let ages = zip(groups.0.bands, groups.1.bands).map { cohort, other in
            Row(
                window: "age", code: nil, name: cohort.name, domain: nil,
                cohort.prevalence, other.prevalence)
        }
        let sexes = zip(groups.0.sexes, groups.1.sexes).map { cohort, other in
            Row(
                window: "sex", code: nil, name: cohort.name, domain: nil,
                cohort.prevalence, other.prevalence)
        }
        demographics = (ages + sexes).filter {
            $0.cohort.count.range != 0...0 || $0.comparator.count.range != 0...0
        }
        // Groups that are hidden have no shares.
        guard persons.value != nil || otherPersons.value != nil else {
            codes = []
            return
        }
        let counts = WindowCounts(groups.0.rows, windows: windows, in: store)
        let otherCounts = WindowCounts(other, windows: windows, in: store)
        codes = windows.indices.flatMap { window in
            store.codes.indices.compactMap { code -> Row? in
                let numbers = (counts.persons[window][code], otherCounts.persons[window][code])
                guard numbers.0 + numbers.1 > 0, !store.isBookkeeping(code) else { return nil }
                let entry = store.codes[code]
                let row = Row(
                    window: windows[window].name, code: entry.code,
                    name: entry.display.isEmpty ? entry.code.description : entry.display,
                    domain: store.domain(code), groups.0.prevalence(numbers.0),
                    groups.1.prevalence(numbers.1))
                let most = max(row.cohort.share ?? 0, row.comparator.share ?? 0)
                return most >= minimumShare && most > 0 ? row : nil
            }
            .sorted(by: Characterisation.isBefore)
        }
    }

    private static func isBefore(_ left: Row, _ right: Row) -> Bool {
        let sizes = (abs(left.difference ?? 0), abs(right.difference ?? 0))
        if sizes.0 != sizes.1 { return sizes.0 > sizes.1 }
        let shares = (left.cohort.share ?? 0, right.cohort.share ?? 0)
        if shares.0 != shares.1 { return shares.0 > shares.1 }
        return (left.code?.description ?? "") < (right.code?.description ?? "")
    }

    private static func age(_ cohort: Group, _ other: Group, _ policy: ReleasePolicy) -> Age {
        let samples = (SortedSample(cohort.ages), SortedSample(other.ages))
        let means = (
            policy.allowsMean(of: cohort.ages) && cohort.persons.value != nil
                ? policy.number(samples.0.mean) : nil,
            policy.allowsMean(of: other.ages) && other.persons.value != nil
                ? policy.number(samples.1.mean) : nil
        )
        var difference: Double?
        if let first = means.0, let second = means.1, let firstVariance = samples.0.variance,
            let secondVariance = samples.1.variance
        {
            difference = StandardisedDifference.ofMeans(
                first, variance: firstVariance, second, variance: secondVariance)
        }
        return Age(
            cohortMean: means.0, comparatorMean: means.1, difference: policy.number(difference))
    }
}

extension Characterisation.Row {
    fileprivate init(
        window: String, code: Code?, name: String, domain: String?, _ cohort: Prevalence,
        _ comparator: Prevalence
    ) {
        self.window = window
        self.code = code
        self.name = name
        self.domain = domain
        self.cohort = cohort
        self.comparator = comparator
        if let share = cohort.share, let other = comparator.share {
            difference = StandardisedDifference.ofShares(share, other)
        } else {
            difference = nil
        }
    }
}

/// One side of the comparison.
private struct Group {
    let rows: CohortRows
    let persons: ReleasedCount
    let policy: ReleasePolicy
    let ages: [Double]
    let bands: [(name: String, prevalence: Prevalence)]
    let sexes: [(name: String, prevalence: Prevalence)]

    init(rows: CohortRows, persons: ReleasedCount, store: TimelineStore, policy: ReleasePolicy) {
        self.rows = rows
        self.persons = persons
        self.policy = policy
        let ages = MemberValues(rows, in: store).ages()
        self.ages = ages
        let limits = [0, 18, 30, 40, 50, 60, 70, 80, 90]
        var counts = [Int](repeating: 0, count: limits.count)
        for age in ages { counts[limits.lastIndex { Double($0) <= age } ?? 0] += 1 }
        let names = limits.indices.map { place in
            place == limits.count - 1
                ? "\(limits[place])+" : "\(limits[place])–\(limits[place + 1] - 1)"
        }
        var bySex: [Sex: Int] = [:]
        for subject in rows.subjects { bySex[store.sex(Int(subject)), default: 0] += 1 }
        // Everybody is of one band and one sex: these are tables whose sum is known.
        func told(_ names: [String], _ counts: [Int]) -> [(name: String, prevalence: Prevalence)] {
            let cells = counts.map { policy.share($0, of: persons) }
            return zip(names, cells).map { ($0, Prevalence(told: $1, of: persons)) }
        }
        bands = told(names + ["unknown"], counts + [rows.count - ages.count])
        sexes = told(Sex.allCases.map(\.rawValue), Sex.allCases.map { bySex[$0] ?? 0 })
    }

    func prevalence(_ count: Int) -> Prevalence {
        Prevalence(count, of: persons, policy: policy)
    }
}
