// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Picks every n-th, beginning with the first.
final class SampleCount: Sendable {
    private let every: Int
    private let count = Atomic(0)

    init(every: Int) {
        self.every = max(1, every)
    }

    var isNext: Bool {
        guard every > 1 else { return true }
        return count.wrappingAdd(1, ordering: .relaxed).oldValue.isMultiple(of: every)
    }
}
