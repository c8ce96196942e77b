// SPDX-License-Identifier: Apache-2.0

/// What came of a run.
package struct LoadResult: Sendable {
    /// How a request can fail to get an answer.
    package enum Failure: String, Sendable, CaseIterable {
        /// No connection was to be had.
        case connect
        /// The connection broke, or ended before the answer did.
        case closed
        /// The whole answer did not come in time.
        case timeout
        /// What came was not HTTP.
        case malformed
    }

    /// Requests that got a whole answer, whatever its status.
    package var requests = 0
    /// Requests that got none, by reason.
    package var failures: [Failure: Int] = [:]
    /// Answers with a status other than 2xx, by status.
    package var refusals: [Int: Int] = [:]
    /// Time from sending a request to the end of its answer, of those with a 2xx status.
    package var latency = LatencyHistogram()
    /// Bytes received.
    package var bytes = 0
    /// From the first counted request to the end of the last answer.
    package var seconds = 0.0
    /// CPU time of the thread that made the load.
    package var ownCPUSeconds = 0.0
    /// Number of the first request that was not sent.
    package var nextNumber = 0

    package init() {}

    /// Failed requests and refused ones together.
    package var errors: Int {
        failures.values.reduce(0, +) + refusals.values.reduce(0, +)
    }

    /// Answers with a 2xx status a second.
    package var rate: Double { seconds > 0 ? Double(latency.count) / seconds : 0 }

    /// What failed, in words; empty where nothing did.
    package var failureText: String {
        let failed = failures.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }
        let refused = refusals.sorted { $0.key < $1.key }.map { "\($0.value) status \($0.key)" }
        return (failed + refused).joined(separator: ", ")
    }
}
