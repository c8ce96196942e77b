// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

extension LedgerLog {
    /// What the last batch says about how many callers to expect and how long to wait for them.
    struct Pace: Sendable {
        /// Requests of the last batch and those that came while it was written.
        var expected = 1
        /// How long it took to write and flush.
        var flush = Duration.zero
        var ended = ContinuousClock.now
    }

    /// As many requests are enough for one flush; nothing waits for more.
    private static let enough = 256
    /// The longest that a batch waits for more requests.
    private static let longestWait = Duration.milliseconds(5)

    /// Waits a moment for the callers of the last batch to come back, so that they share a flush.
    ///
    /// Callers that await each append return just after their batch ended; without this the first
    /// of them would get a flush of its own and all others wait for it. Never longer than the last
    /// flush took or 5 ms after it ended, and not at all where the last caller was alone: an append
    /// that finds the log idle goes at once.
    func gather() {
        let pace = pace.withLock { $0 }
        guard pace.expected > 1 else { return }
        let left = min(pace.flush, LedgerLog.longestWait) - pace.ended.duration(to: .now)
        guard left > .zero else { return }
        let wanted = min(pace.expected, LedgerLog.enough)
        let isNeeded = state.withLock { state in
            guard state.awaited < wanted, !state.isClosed else { return false }
            state.gathering = wanted
            return true
        }
        guard isNeeded else { return }
        let nanoseconds = Int(left.components.attoseconds / 1_000_000_000)
        guard gathered.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .timedOut else {
            return
        }
        let wasSignalled = state.withLock { state in
            defer { state.gathering = nil }
            return state.gathering == nil
        }
        // The signal came between the end of the wait and here: it is used up for the next wait.
        if wasSignalled { gathered.wait() }
    }
}
