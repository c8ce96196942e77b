// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Synchronization

/// The writer's side: answers what replicas ask of the desk, each question once.
///
/// A reservation belongs to a replica until it is settled, released, or its time is up: a replica that
/// dies holds nobody's money for ever.
final class ReplicaDesk: Sendable {
    /// What the ledger's holder does for replicas besides being a desk.
    struct Ledger: Sendable {
        var origin: String
        var merge: @Sendable ([SpilledCall]) async throws(SiteError) -> Int
        /// A call that was settled before this process began, or longer ago than answers are kept.
        var settlement:
            @Sendable (_ call: String, _ since: Int) async throws(SiteError)
                -> SettledCall?
    }

    /// How long a call may take before its reservation is given back.
    static let lease = Duration.seconds(900)
    /// How long a replica may still repeat a question.
    private static let kept = Duration.seconds(20)

    private struct Grant {
        var reservation: Reservation
        var until: ContinuousClock.Instant
    }

    private let desk: any CallDesk
    private let ledger: Ledger
    private let replies = OnceTable<[UInt8]>(kept: ReplicaDesk.kept)
    private let grants = Mutex<[String: Grant]>([:])

    init(desk: any CallDesk, ledger: Ledger) {
        self.desk = desk
        self.ledger = ledger
    }

    /// Reservations of replicas that are neither settled nor released.
    var open: Int { grants.withLock { $0.count } }

    /// Answers a question; the JSON of the reply.
    ///
    /// - Throws: `APIError` 400 for what is not one.
    func answer(_ question: DeskQuestion, _ body: [UInt8]) async throws(APIError) -> [UInt8] {
        guard let message = try? JSONDecoder().decode(DeskMessage.self, from: Data(body)) else {
            throw .invalid("expected a question of a replica of the same version")
        }
        switch question {
        case .ping, .release: return await encoded(question, message)
        case .reserve, .settle, .refuse, .merge:
            return await replies.value("\(question.rawValue) \(message.id)") {
                await self.encoded(question, message)
            }
        }
    }

    private func encoded(_ question: DeskQuestion, _ message: DeskMessage) async -> [UInt8] {
        var reply = DeskReply()
        do throws(SiteError) {
            reply = try await self.reply(question, message)
        } catch { reply.error = DeskError(error) }
        return Array(JSONBody.text(reply).utf8)
    }

    private func reply(_ question: DeskQuestion, _ message: DeskMessage) async throws(SiteError)
        -> DeskReply
    {
        var reply = DeskReply()
        switch (question, message.ask, message.call) {
        case (.ping, _, _):
            reply.origin = ledger.origin
        case (.reserve, let ask?, _):
            switch try await desk.reserve(ask.value) {
            case .granted(let reservation):
                keep(reservation)
                reply.granted = .init(
                    call: reservation.call, holdMicros: reservation.holdMicros,
                    milliseconds: reservation.milliseconds)
            case .replay(let settled):
                reply.settled = .init(settled)
            }
        case (.refuse, let ask?, _):
            reply.receipt = try await desk.refuse(ask.value, reason: message.reason ?? "refused")
        case (.settle, _, let call?):
            reply.settled = .init(try await settle(call, message))
        case (.release, _, let call?):
            if let reservation = take(call) {
                await desk.release(reservation, reason: message.reason ?? "released")
            }
        case (.merge, _, _):
            let spilled = message.spilled ?? []
            grants.withLock { grants in
                for call in spilled { grants[call.call] = nil }
            }
            reply.merged = try await ledger.merge(spilled)
        case (.reserve, nil, _), (.refuse, nil, _), (.settle, _, nil), (.release, _, nil):
            throw .refused("a part of the question is missing")
        }
        return reply
    }

    private func settle(_ call: String, _ message: DeskMessage) async throws(SiteError)
        -> SettledCall
    {
        guard let reservation = grants.withLock({ $0[call]?.reservation }) else {
            // Settled by a process before this one whose answer got lost, or by nobody.
            if let settled = try await ledger.settlement(call, message.since ?? 0) {
                return settled
            }
            throw .notRecorded("the call's reservation is no longer held")
        }
        let settled = try await desk.settle(
            reservation, used: message.used ?? CallQuantities(),
            answer: message.answer.map(Array.init) ?? [],
            keepsAnswer: message.keepsAnswer ?? false, status: message.status ?? 200)
        _ = take(call)
        return settled
    }

    private func keep(_ reservation: Reservation) {
        grants.withLock {
            $0[reservation.call] = Grant(
                reservation: reservation, until: .now + ReplicaDesk.lease)
        }
    }

    private func take(_ call: String) -> Reservation? {
        grants.withLock { $0.removeValue(forKey: call)?.reservation }
    }

    /// Gives back what replicas left behind; called about once a second.
    func sweep(now: ContinuousClock.Instant = .now) async {
        let late = grants.withLock { grants in
            let late = grants.values.filter { $0.until < now }.map(\.reservation)
            for reservation in late { grants[reservation.call] = nil }
            return late
        }
        for reservation in late { await desk.release(reservation, reason: "replica_lost") }
    }
}

extension ReplicaDesk.Ledger {
    /// The ledger of an open site.
    init(_ service: Service) {
        let desk = service.desk
        self.init(
            origin: service.site.origin,
            merge: { spilled throws(SiteError) in try await desk.merge(spilled) },
            settlement: { call, since throws(SiteError) in
                // Reads back through the log: not on a thread that answers.
                do {
                    return try await Background.run {
                        try desk.settlement(of: call, since: since)
                    }
                } catch { throw .notRecorded("the ledger could not be read back") }
            })
    }
}
