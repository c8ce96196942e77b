// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Does each piece of work once, however often it is asked for, and gives everybody the same answer.
///
/// Answers are kept for some time after they were given: as long as somebody may still ask again.
final class OnceTable<Value: Sendable>: Sendable {
    private enum Work {
        case running(Task<Value, Never>)
        case done(Value)
    }

    private struct State {
        var works: [String: Work] = [:]
        /// Ids in the order in which their work ended.
        var ended: [(id: String, at: ContinuousClock.Instant)] = []
        var first = 0
    }

    private let state = Mutex(State())
    private let kept: Duration

    init(kept: Duration) {
        self.kept = kept
    }

    /// How many answers are remembered or on their way.
    var count: Int { state.withLock { $0.works.count } }

    /// The answer of the work of this id, which is done now unless it was, or is being, done.
    ///
    /// The work goes on when whoever asked goes away.
    func value(_ id: String, _ work: @escaping @Sendable () async -> Value) async -> Value {
        let found = state.withLock { state in
            OnceTable.forget(&state, before: .now - kept)
            if let found = state.works[id] { return found }
            let task = Task {
                let value = await work()
                self.end(id, value)
                return value
            }
            state.works[id] = .running(task)
            return .running(task)
        }
        switch found {
        case .running(let task): return await task.value
        case .done(let value): return value
        }
    }

    /// Keeps the value alone: a task would keep all it worked with.
    private func end(_ id: String, _ value: Value) {
        state.withLock {
            $0.works[id] = .done(value)
            $0.ended.append((id, .now))
        }
    }

    private static func forget(_ state: inout State, before instant: ContinuousClock.Instant) {
        while state.first < state.ended.count, state.ended[state.first].at < instant {
            state.works[state.ended[state.first].id] = nil
            state.first += 1
        }
        if state.first > 1024, state.first * 2 > state.ended.count {
            state.ended.removeFirst(state.first)
            state.first = 0
        }
    }
}
