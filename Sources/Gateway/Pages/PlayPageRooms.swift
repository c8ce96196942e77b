// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import SequentialBenchmark
import Synchronization
import Workbench

/// A case in play, as the server keeps it; own cases are invented, so nothing here is a patient's.
struct PlayState: Sendable {
    let id: String
    /// Whose play it is; nobody else is shown it.
    let session: String
    let item: BenchmarkCase
    let number: Int
    let arm: PlayArm
    let speciality: String
    let began = ContinuousClock.now
    var gatekeeper: Gatekeeper
    var answers: [EncounterAnswer] = []
    /// What was last looked up.
    var looked: String?
    /// Stated and asked whether it is sure.
    var pending: PlayStatement?
    /// Was asked already; the next statement counts at once.
    var hasConfirmed = false
    /// The statement that counts is being judged.
    var isJudging = false
    var verdict: PlayVerdict?

    /// No play needs nearly so many; keeps one visitor from filling the memory.
    static let requestLimit = 300

    /// Answers, charges and remembers a request; a sentence where it can't.
    mutating func answer(_ request: EncounterRequest) -> String? {
        guard answers.count < PlayState.requestLimit else {
            return "This play has had \(PlayState.requestLimit) requests; commit to a diagnosis."
        }
        pending = nil
        answers.append(gatekeeper.answer(request))
        return nil
    }

    /// The statement that counts, if this one does; else it waits for the answer to "are you sure?".
    mutating func commit(_ statement: PlayStatement, isSure: Bool) -> PlayStatement? {
        // The same form sent twice is still the first statement.
        if isSure && pending != nil || hasConfirmed && pending == nil {
            isJudging = true
            return statement
        }
        pending = statement
        hasConfirmed = true
        return nil
    }
}

/// The plays in progress: bounded in number and age, gone with the process.
final class PlayRooms: Sendable {
    private struct Kept: Sendable {
        var state: PlayState
        var touched: ContinuousClock.Instant
    }

    private let rooms = Mutex<[String: Kept]>([:])
    private let most: Int
    private let patience: Duration

    init(most: Int = 200, patience: Duration = .seconds(6 * 3600)) {
        self.most = most
        self.patience = patience
    }

    var count: Int { rooms.withLock { $0.count } }

    /// Takes a play in; those left for too long go, then the one touched longest ago.
    func add(_ state: PlayState) {
        let now = ContinuousClock.now
        rooms.withLock { rooms in
            rooms = rooms.filter { now - $0.value.touched <= patience }
            while rooms.count >= most,
                let oldest = rooms.min(by: { left, right in
                    left.value.touched != right.value.touched
                        ? left.value.touched < right.value.touched : left.key < right.key
                })
            {
                rooms[oldest.key] = nil
            }
            rooms[state.id] = Kept(state: state, touched: now)
        }
    }

    /// Changes a play of a session and gives it back; nil where that session has none of this id.
    func change<Value: Sendable>(
        _ id: String, of session: String, _ work: (inout PlayState) -> Value
    ) -> (state: PlayState, value: Value)? {
        let now = ContinuousClock.now
        return rooms.withLock { rooms -> (state: PlayState, value: Value)? in
            guard var kept = rooms[id], kept.state.session == session,
                now - kept.touched <= patience
            else { return nil }
            let value = work(&kept.state)
            kept.touched = now
            rooms[id] = kept
            return (kept.state, value)
        }
    }
}
