// SPDX-License-Identifier: Apache-2.0
import Ledger
import Site
import Synchronization
import Workbench

/// The last hour of calls, folded from the ledger's end as it grows.
///
/// A fold and never the truth: it begins where the hour began, or so many entries back, and reads
/// on from there each time it is asked.
final class UsageTail: Sendable {
    private struct State {
        /// The next entry to read; nil before the first time.
        var next: Int?
        /// By the minute's number since 1970.
        var minutes: [Int: UsageMinute] = [:]
        var isCut = false
    }

    private let log: LedgerLog
    private let currency: String
    private let state = Mutex(State())
    static let minutesShown = 60
    /// How many entries are read for a first picture.
    private static let bound = 200_000
    private static let chunk = 2048

    init(log: LedgerLog, currency: String) {
        self.log = log
        self.currency = currency
    }

    /// The minutes up to a moment in milliseconds since 1970.
    ///
    /// Blocks while it reads what is new.
    func view(at now: Int) throws(LedgerError) -> UsageView {
        let last = now / 60_000
        let first = last - UsageTail.minutesShown + 1
        let outcome: Result<UsageView, LedgerError> = state.withLock { state in
            do throws(LedgerError) {
                try UsageTail.read(log, into: &state, from: first * 60_000)
                state.minutes = state.minutes.filter { $0.key >= first }
                return .success(UsageTail.view(of: state, first...last, currency: currency))
            } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    private static func read(_ log: LedgerLog, into state: inout State, from moment: Int)
        throws(LedgerError)
    {
        let size = log.size
        if state.next == nil {
            let begin = try LedgerSearch.first(notBefore: moment, in: log)
            state.isCut = size - begin > bound
            state.next = max(begin, size - bound)
        }
        while let next = state.next, next < size {
            let range = next..<min(size, next + chunk)
            for record in try log.records(range) { add(record, to: &state.minutes) }
            state.next = range.upperBound
        }
    }

    private static func add(_ record: [UInt8], to minutes: inout [Int: UsageMinute]) {
        guard let entry = try? CanonicalJSON(parsing: record), let time = entry["ts"]?.intValue,
            let type = entry["type"]?.stringValue.flatMap(EntryType.init(rawValue:)),
            type == .callSettled || type == .callRefused, let body = entry["body"]
        else { return }
        let model = body["model"]?.stringValue ?? ""
        let team = body["team"]?.stringValue ?? ""
        var minute = minutes[time / 60_000] ?? UsageMinute()
        if type == .callSettled {
            let price = body["price_micros"]?.intValue ?? 0
            let latency = body["micros"]?.intValue
            minute.all.settle(price: price, latency: latency)
            minute.models[model, default: UsageCount()].settle(price: price, latency: latency)
            minute.teams[team, default: UsageCount()].settle(price: price, latency: latency)
        } else {
            minute.all.refused += 1
            minute.models[model, default: UsageCount()].refused += 1
            minute.teams[team, default: UsageCount()].refused += 1
            minute.reasons[body["reason"]?.stringValue ?? "", default: 0] += 1
        }
        minutes[time / 60_000] = minute
    }

    private static func view(of state: State, _ range: ClosedRange<Int>, currency: String)
        -> UsageView
    {
        var sum = UsageMinute()
        let minutes = range.map { number in
            let minute = state.minutes[number] ?? UsageMinute()
            sum.add(minute)
            return UsageView.Minute(
                time: PageTime.minute(number * 60_000), calls: minute.all.calls,
                refused: minute.all.refused, micros: minute.all.micros,
                median: minute.all.latencies.quantile(0.5),
                high: minute.all.latencies.quantile(0.95))
        }
        return UsageView(
            minutes: minutes, median: sum.all.latencies.quantile(0.5),
            high: sum.all.latencies.quantile(0.95), models: shares(sum.models),
            teams: shares(sum.teams),
            reasons: sum.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { UsageView.Reason(code: $0.key, count: $0.value) },
            currency: currency, isCut: state.isCut)
    }

    /// Most calls first.
    private static func shares(_ counts: [String: UsageCount]) -> [UsageView.Share] {
        counts.sorted { ($1.value.calls, $0.key) < ($0.value.calls, $1.key) }.map { name, count in
            UsageView.Share(
                name: name, calls: count.calls, refused: count.refused, micros: count.micros,
                median: count.latencies.quantile(0.5), high: count.latencies.quantile(0.95))
        }
    }
}

/// What one minute holds.
struct UsageMinute: Sendable {
    var all = UsageCount()
    var models: [String: UsageCount] = [:]
    var teams: [String: UsageCount] = [:]
    /// Refusals by reason.
    var reasons: [String: Int] = [:]

    mutating func add(_ other: UsageMinute) {
        all.add(other.all)
        for (name, count) in other.models { models[name, default: UsageCount()].add(count) }
        for (name, count) in other.teams { teams[name, default: UsageCount()].add(count) }
        reasons.merge(other.reasons, uniquingKeysWith: +)
    }
}

/// Calls, money and latencies of some kind of call.
struct UsageCount: Sendable {
    var calls = 0
    var refused = 0
    var micros = 0
    var latencies = LatencyBuckets()

    mutating func settle(price: Int, latency: Int?) {
        calls += 1
        micros += price
        if let latency { latencies.add(latency) }
    }

    mutating func add(_ other: UsageCount) {
        calls += other.calls
        refused += other.refused
        micros += other.micros
        latencies.add(other.latencies)
    }
}

/// Latencies counted in buckets that are 1/16 of their size wide: sums of minutes stay small, and
/// a quantile is off by at most 1/16.
struct LatencyBuckets: Sendable, Equatable {
    private var counts: [Int: Int] = [:]
    private(set) var total = 0

    /// Microseconds below 32 have a bucket each; above, 16 buckets for each doubling.
    private static func bucket(_ micros: Int) -> Int {
        let value = max(0, micros)
        guard value >= 32 else { return value }
        let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
        return (exponent - 4) * 16 + (value >> (exponent - 4))
    }

    /// The largest latency of a bucket.
    private static func top(_ bucket: Int) -> Int {
        guard bucket >= 32 else { return bucket }
        let exponent = bucket / 16 - 1 + 4
        let mantissa = bucket % 16 + 16
        return ((mantissa + 1) << (exponent - 4)) - 1
    }

    mutating func add(_ micros: Int) {
        counts[LatencyBuckets.bucket(micros), default: 0] += 1
        total += 1
    }

    mutating func add(_ other: LatencyBuckets) {
        counts.merge(other.counts, uniquingKeysWith: +)
        total += other.total
    }

    /// The latency that a share (0...1) of the calls did not exceed; nil without calls.
    func quantile(_ share: Double) -> Int? {
        guard total > 0 else { return nil }
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        var seen = 0
        for bucket in counts.keys.sorted() {
            seen += counts[bucket] ?? 0
            if seen >= rank { return LatencyBuckets.top(bucket) }
        }
        return nil
    }
}
