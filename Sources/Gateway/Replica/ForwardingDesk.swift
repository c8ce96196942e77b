// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site

/// The desk of a replica: it decides nothing itself and asks the writer of the ledger.
///
/// A question without an answer is asked again under the same id, so that the writer acts once. Where
/// no answer comes at all, the call is not answered.
struct ForwardingDesk: CallDesk {
    let transport: any DeskTransport
    let link: WriterLink
    var attempts = 3
    /// How long one attempt may take; a settlement waits for a disk.
    var timeout = Duration.seconds(4)
    var pause = Duration.milliseconds(100)

    func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
        do throws(DeskFailure) {
            return try await tryReserve(ask)
        } catch { throw error.siteError }
    }

    func tryReserve(_ ask: CallAsk) async throws(DeskFailure) -> Leave {
        var message = DeskMessage(id: CallDigests.callID())
        message.ask = .init(ask)
        let reply = try await exchange(.reserve, message)
        if let settled = reply.settled { return .replay(settled.value) }
        guard let granted = reply.granted else { throw .lost }
        return .granted(
            Reservation(
                call: granted.call, ask: ask, holdMicros: granted.holdMicros,
                milliseconds: granted.milliseconds))
    }

    func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall {
        do throws(DeskFailure) {
            return try await trySettle(
                reservation, used: used, answer: answer, keepsAnswer: keepsAnswer, status: status)
        } catch { throw error.siteError }
    }

    func trySettle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(DeskFailure) -> SettledCall {
        // The call's own id: settling it twice is the same as settling it once.
        var message = DeskMessage(id: "settle-\(reservation.call)")
        message.call = reservation.call
        message.since = reservation.milliseconds
        message.used = used
        message.answer = Data(answer)
        message.keepsAnswer = keepsAnswer
        message.status = status
        let reply = try await exchange(.settle, message)
        guard let settled = reply.settled else { throw .lost }
        return settled.value
    }

    func release(_ reservation: Reservation, reason: String) async {
        var message = DeskMessage(id: "release-\(reservation.call)")
        message.call = reservation.call
        message.reason = reason
        // What is not released in words is released when its time is up.
        _ = try? await exchange(.release, message)
    }

    func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
        var message = DeskMessage(id: CallDigests.callID())
        message.ask = .init(ask)
        message.reason = reason
        do throws(DeskFailure) {
            let reply = try await exchange(.refuse, message)
            guard let receipt = reply.receipt else { throw .lost }
            return receipt
        } catch { throw error.siteError }
    }

    /// Hands over calls that were answered while the writer was lost; how many were new to it.
    func merge(_ spilled: [SpilledCall]) async throws(DeskFailure) -> Int {
        var message = DeskMessage(id: CallDigests.callID())
        message.spilled = spilled
        guard let merged = try await exchange(.merge, message).merged else { throw .lost }
        return merged
    }

    /// Asks whether the writer is there; its ledger's name.
    func ping() async throws(DeskFailure) -> String {
        let reply = try await exchange(.ping, DeskMessage(id: CallDigests.callID()), attempts: 1)
        guard let origin = reply.origin else { throw .lost }
        return origin
    }

    private func exchange(_ question: DeskQuestion, _ message: DeskMessage, attempts: Int? = nil)
        async throws(DeskFailure) -> DeskReply
    {
        // Encoding texts and numbers can't fail.
        guard let body = try? JSONEncoder().encode(message) else { throw .lost }
        for attempt in 0..<(attempts ?? self.attempts) {
            if attempt > 0 { try? await Task.sleep(for: pause * (1 << attempt)) }
            guard
                let answer = try? await transport.ask(question, Array(body), timeout: timeout),
                let reply = try? JSONDecoder().decode(DeskReply.self, from: Data(answer))
            else { continue }
            link.set(isLost: false)
            if let error = reply.error { throw .refused(error.value) }
            return reply
        }
        link.set(isLost: true)
        throw .lost
    }
}
