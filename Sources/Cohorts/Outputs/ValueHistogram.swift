// SPDX-License-Identifier: Apache-2.0
package import Records
import Statistics
package import Timelines

/// How a number is spread among the members of a cohort, one number for each member.
package struct ValueHistogram: Hashable, Sendable, Encodable {
    /// From the lower edge to below the upper one; the outermost may be open.
    package struct Bin: Hashable, Sendable, Encodable {
        package let lower: Double?
        package let upper: Double?
        package let count: ReleasedCount
    }

    package struct Quantile: Hashable, Sendable, Encodable {
        /// 0...1; 0 and 1 (least and greatest) only where everything may be told.
        package let share: Double
        /// Nil where too few members lie on one side.
        package let value: Double?
    }

    package let name: String
    package let unit: String
    /// Members with a number.
    package let persons: ReleasedCount
    package let mean: Double?
    package let standardDeviation: Double?
    package let quantiles: [Quantile]
    package let bins: [Bin]
}

extension ValueHistogram {
    /// Counts and summarises; under control, bins are opened outwards until the outermost hold k
    /// people or more, quantiles are means of the k nearest numbers, and nothing is told of fewer
    /// than two blocks of people.
    ///
    /// - Parameters:
    ///   - values: one for each member who has one.
    ///   - group: the members, as told.
    ///   - members: how many they are.
    ///   - width: of the bins; nil for one that fits (Freedman and Diaconis).
    package init(
        name: String, unit: String, values: [Double], of group: ReleasedCount,
        holding members: Int, width: Double? = nil, policy: ReleasePolicy
    ) {
        let sample = SortedSample(values)
        let count = sample.values.count
        self.name = name
        self.unit = unit
        persons = policy.share(count, of: group, holding: members)
        guard !policy.isControlled || count >= 2 * policy.block && persons.value != nil else {
            mean = nil
            standardDeviation = nil
            quantiles = []
            bins = []
            return
        }
        let isMeanTold = policy.allowsMean(of: sample.values)
        mean = isMeanTold ? policy.number(sample.mean) : nil
        standardDeviation = isMeanTold ? policy.number(sample.variance?.squareRoot()) : nil
        let inner = [0.05, 0.25, 0.5, 0.75, 0.95]
        quantiles = (policy.isControlled ? inner : [0] + inner + [1]).map { share in
            let value =
                policy.isControlled
                ? sample.guardedQuantile(share, nearest: policy.smallCell)
                : sample.quantile(share)
            return Quantile(share: share, value: policy.number(value))
        }
        let histogram = Histogram(sample, width: width ?? Histogram.automaticWidth(sample))
        bins = ValueHistogram.bins(of: histogram, in: group, policy)
    }

    /// The same without mean, deviation and quantiles.
    var withoutSummaries: ValueHistogram {
        ValueHistogram(
            name: name, unit: unit, persons: persons, mean: nil, standardDeviation: nil,
            quantiles: [], bins: bins)
    }

    private static func bins(
        of histogram: Histogram, in group: ReleasedCount, _ policy: ReleasePolicy
    ) -> [Bin] {
        var counts = histogram.counts
        var edges = histogram.edges.map(Optional.init)
        guard !counts.isEmpty else { return [] }
        if policy.isControlled {
            while counts.count > 1, counts[0] < policy.smallCell {
                counts[1] += counts.removeFirst()
                edges.removeFirst()
            }
            while counts.count > 1, counts[counts.count - 1] < policy.smallCell {
                counts[counts.count - 2] += counts.removeLast()
                edges.removeLast()
            }
            edges[0] = nil
            edges[edges.count - 1] = nil
        }
        let told = counts.map { policy.share($0, of: group) }
        return told.indices.map {
            Bin(lower: edges[$0], upper: edges[$0 + 1], count: told[$0])
        }
    }
}

/// The numbers that a cohort's members have at their first row.
package struct MemberValues {
    private let store: TimelineStore
    private let rows: CohortRows

    package init(_ rows: CohortRows, in store: TimelineStore) {
        self.store = store
        self.rows = rows.firstOfEach()
    }

    /// Completed years at the start; those whose age is unknown are left out.
    package func ages() -> [Double] {
        let engine = CohortEngine(store: store)
        return zip(rows.subjects, rows.starts).compactMap { subject, start in
            engine.age(of: Int(subject), at: start).map(Double.init)
        }
    }

    /// Days from start to end; rows without a known end are left out.
    package func days() -> [Double] {
        zip(rows.starts, rows.ends).compactMap { start, end in
            end == .max ? nil : Double(DayNumber.of(end)) - Double(DayNumber.of(start))
        }
    }

    /// The last plain number of a code in a window around the start, in one unit.
    ///
    /// - Parameter unit: as the store has it; nil for the unit most members' numbers are in.
    /// - Returns: one number for each member who has one, and their unit.
    package func numbers(of code: Code, window: DayWindow, unit: String? = nil)
        -> (values: [Double], unit: String)
    {
        guard let postings = store.codeIndex(code).flatMap({ store.postings(code: $0) }) else {
            return ([], unit ?? "")
        }
        let days = FirstRows(rows, subjects: store.subjectCount).days
        var latest: [String: [UInt32: Double]] = [:]
        for row in 0..<postings.count where postings.kind(row) == .number {
            let subject = postings.subject(row)
            guard Int(subject) < days.count, days[Int(subject)] != IndexStarts.noDay else {
                continue
            }
            let day = Int(DayNumber.of(postings.start(row))) - Int(days[Int(subject)])
            guard window.contains(day) else { continue }
            let name = postings.unit(row).flatMap {
                store.units.indices.contains($0) ? store.units[$0] : nil
            }
            // Rows of a subject are in order of start: the last one stays.
            latest[name ?? "", default: [:]][subject] = postings.number(row)
        }
        let most = latest.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
        let chosen = unit ?? most ?? ""
        let found = latest[chosen] ?? [:]
        return (found.keys.sorted().compactMap { found[$0] }, chosen)
    }
}
