// SPDX-License-Identifier: Apache-2.0
import Site

/// A replica's desk while the writer is lost: it answers nothing, unless the site has said that its
/// panels go on answering; then what they answer is kept here and merged later, marked.
///
/// Only the hospital's own panels: what an upstream answers costs money that nobody could hold.
struct FailOpenDesk: CallDesk {
    let forwarding: ForwardingDesk
    /// Where calls are kept; nil where the site fails closed.
    let spill: Spill?
    let digests: CallDigests
    /// Models that may answer without a record.
    let panels: Set<String>

    /// Calls that the writer never heard of begin with this; its own are hexadecimal.
    private static let mark = "s-"

    private func spill(for ask: CallAsk) -> Spill? {
        panels.contains(ask.model.id) ? spill : nil
    }

    func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
        if let spill, spill.unmerged > 0,
            let key = digests.idempotency(ask.idempotencyKey, of: ask.principal.name),
            let earlier = try spill.earlier(key, request: digests.keyed(ask.request))
        {
            // The writer does not know of it yet, and would bill it again.
            return .replay(earlier)
        }
        if forwarding.link.isLost {
            // It was lost a moment ago and somebody is looking for it: callers need not.
            guard let spill = spill(for: ask) else { throw DeskFailure.lost.siteError }
            return try grant(ask, spill)
        }
        do throws(DeskFailure) {
            return try await forwarding.tryReserve(ask)
        } catch {
            guard error == .lost, let spill = spill(for: ask) else { throw error.siteError }
            return try grant(ask, spill)
        }
    }

    private func grant(_ ask: CallAsk, _ spill: Spill) throws(SiteError) -> Leave {
        if let key = digests.idempotency(ask.idempotencyKey, of: ask.principal.name),
            let earlier = try spill.begin(key, request: digests.keyed(ask.request))
        {
            return .replay(earlier)
        }
        return .granted(
            Reservation(
                call: FailOpenDesk.mark + CallDigests.callID(), ask: ask, holdMicros: 0,
                milliseconds: Entry.now))
    }

    func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall {
        if !reservation.call.hasPrefix(FailOpenDesk.mark) {
            do throws(DeskFailure) {
                return try await forwarding.trySettle(
                    reservation, used: used, answer: answer, keepsAnswer: keepsAnswer,
                    status: status)
            } catch {
                // It may be settled there all the same; merging finds that out by the call's id.
                guard error == .lost, spill(for: reservation.ask) != nil else {
                    throw error.siteError
                }
            }
        }
        guard let spill = spill(for: reservation.ask) else { throw DeskFailure.lost.siteError }
        return try await spill.keep(
            SpilledCall(
                reservation, used: used, answer: answer, status: status, digests: digests,
                at: Entry.now))
    }

    func release(_ reservation: Reservation, reason: String) async {
        guard reservation.call.hasPrefix(FailOpenDesk.mark) else {
            return await forwarding.release(reservation, reason: reason)
        }
        let ask = reservation.ask
        if let key = digests.idempotency(ask.idempotencyKey, of: ask.principal.name) {
            spill?.abandon(key)
        }
    }

    func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
        if forwarding.link.isLost { throw DeskFailure.lost.siteError }
        return try await forwarding.refuse(ask, reason: reason)
    }
}
