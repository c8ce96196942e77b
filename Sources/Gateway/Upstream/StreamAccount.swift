// SPDX-License-Identifier: Apache-2.0
import Crypto
import HTTPTypes
import Site
import Synchronization

/// What a stream has used and delivered so far; it sees that the call is settled however it ends.
final class StreamAccount: Sendable {
    private struct State {
        /// What the upstream says; the last word counts.
        var usage: UpstreamUsage?
        var words = 0
        var isDelivered = false
        var isEnded = false
        var digest = SHA256()
        /// The bytes sent, where a repetition or the patient's record needs them.
        var kept: [UInt8] = []
    }

    private let call: PassThrough.Call
    private let reservation: Reservation
    private let desk: any CallDesk
    private let state = Mutex(State())
    /// Longest stream that is kept whole.
    private static let mostKept = 4 << 20

    init(call: PassThrough.Call, reservation: Reservation, desk: any CallDesk) {
        self.call = call
        self.reservation = reservation
        self.desk = desk
    }

    /// A body that was never read, for its connection was gone: nothing was delivered.
    deinit {
        let reservation = reservation
        let desk = desk
        guard !state.withLock({ $0.isEnded }) else { return }
        Task { await desk.release(reservation, reason: "caller_gone") }
    }

    /// Takes in what an event says of the usage.
    func note(_ event: UpstreamEvent) {
        let usage = event.usage
        let words = event.words
        state.withLock { state in
            if let usage { state.usage = usage }
            state.words += words
        }
    }

    /// Takes in bytes that go to the caller.
    func deliver(_ bytes: [UInt8]) {
        state.withLock { state in
            state.isDelivered = true
            state.digest.update(data: bytes)
            if call.keepsAnswer, state.kept.count <= StreamAccount.mostKept {
                state.kept += bytes
            }
        }
    }

    /// Settles with the usage the upstream told, or else what was counted.
    ///
    /// The answer on record is the bytes sent where they were kept, else their SHA-256.
    func settle(status: Int) async throws(SiteError) -> SettledCall {
        let (usage, answer, isWhole) = state.withLock { state in
            state.isEnded = true
            let isWhole = call.keepsAnswer && state.kept.count <= StreamAccount.mostKept
            return (
                state.usage
                    ?? UpstreamUsage(
                        promptTokens: call.countedPrompt,
                        completionTokens: UpstreamUsage.tokens(bytes: state.words)),
                isWhole ? state.kept : Array(state.digest.finalize()), isWhole
            )
        }
        return try await desk.settle(
            reservation, used: usage.quantities, answer: answer,
            keepsAnswer: isWhole && status == 200, status: status)
    }

    /// Gives back what is held.
    func release(reason: String) async {
        state.withLock { $0.isEnded = true }
        await desk.release(reservation, reason: reason)
    }

    /// Ends a call whose upstream broke off: what was delivered is billed, nothing where nothing was.
    func end(_ failure: UpstreamFailure) async throws(SiteError) {
        guard state.withLock({ $0.isDelivered }) else {
            return await release(reason: failure.apiError.code ?? "upstream_failed")
        }
        _ = try await settle(status: failure.apiError.status.code)
    }
}
