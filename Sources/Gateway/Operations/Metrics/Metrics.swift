// SPDX-License-Identifier: Apache-2.0
import Site
import Synchronization

/// What the gateway counts about itself.
///
/// Labels come from this program only (patterns of routes, dialects, statuses, names of served
/// models), so no caller can make a new series; sets that grow with configuration are cut off at
/// `mostSeries`. Counting one request is one lock that nobody holds for longer than that.
final class Metrics: Sendable {
    /// Upper bounds of the duration histogram's buckets in microseconds.
    static let bounds = [
        250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
        30_000_000,
    ]
    private static let mostSeries = 256
    private static let others = "other"

    /// One route: how its requests ended and how long they took.
    struct Route: Sendable {
        var statuses: [Int: Int] = [:]
        var buckets = [Int](repeating: 0, count: Metrics.bounds.count + 1)
        var micros = 0
        var count = 0

        mutating func add(status: Int, micros: Int) {
            statuses[status, default: 0] += 1
            let bucket = Metrics.bounds.firstIndex { micros <= $0 } ?? Metrics.bounds.count
            buckets[bucket] += 1
            self.micros += micros
            count += 1
        }
    }

    /// One model: its calls and what they used.
    struct Model: Sendable {
        var settled = 0
        var replayed = 0
        var refused = 0
        var released = 0
        var used = CallQuantities()
        var priceMicros = 0
    }

    struct State: Sendable {
        var routes: [String: Route] = [:]
        var models: [String: Model] = [:]
        var refusals: [String: Int] = [:]
        var closed: [ConnectionTable.Reason: Int] = [:]
        var appendFailures = 0
    }

    private let state = Mutex(State())

    /// Everything counted so far.
    var snapshot: State { state.withLock { $0 } }

    /// Counts an answered request under the pattern of its route.
    func request(route: String, status: Int, micros: Int) {
        state.withLock {
            let isKnown = $0.routes[route] != nil || $0.routes.count < Metrics.mostSeries
            $0.routes[isKnown ? route : Metrics.others, default: Route()]
                .add(status: status, micros: micros)
        }
    }

    /// Counts a request that was refused before it had a route, by the code of the refusal.
    func refusal(code: String) {
        state.withLock { $0.refusals[code, default: 0] += 1 }
    }

    /// Counts a connection that was closed or refused.
    func closed(_ reason: ConnectionTable.Reason) {
        state.withLock { $0.closed[reason, default: 0] += 1 }
    }

    /// Counts an entry that could not be recorded.
    func appendFailed() {
        state.withLock { $0.appendFailures += 1 }
    }

    /// Counts what became of a call of a model.
    func model(_ name: String, _ change: (inout Model) -> Void) {
        state.withLock {
            let isKnown = $0.models[name] != nil || $0.models.count < Metrics.mostSeries
            change(&$0.models[isKnown ? name : Metrics.others, default: Model()])
        }
    }
}
