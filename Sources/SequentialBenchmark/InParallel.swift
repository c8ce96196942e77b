// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// Work on each index, results in their order: each is worked out alone, so the number of threads
/// changes nothing but the time.
func inParallel<Value: Sendable>(_ count: Int, _ work: @Sendable (Int) -> Value) -> [Value] {
    let blocks = min(8, count)
    let results = Mutex([[Value]](repeating: [], count: blocks))
    DispatchQueue.concurrentPerform(iterations: blocks) { block in
        let part = (count * block / blocks..<count * (block + 1) / blocks).map(work)
        results.withLock { $0[block] = part }
    }
    return results.withLock { $0.flatMap { $0 } }
}
