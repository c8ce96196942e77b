// SPDX-License-Identifier: Apache-2.0
import Site

/// A desk that counts what passes it, for `/metrics`.
///
/// It also notices whether the ledger takes entries: what it sees is what callers see.
struct CountingDesk: CallDesk {
    let desk: any CallDesk
    let metrics: Metrics
    let readiness: Readiness

    func reserve(_ ask: CallAsk) async throws(SiteError) -> Leave {
        let leave: Leave
        do throws(SiteError) {
            leave = try await desk.reserve(ask)
        } catch {
            note(error)
            metrics.model(ask.model.id) { $0.refused += 1 }
            throw error
        }
        if case .replay = leave { metrics.model(ask.model.id) { $0.replayed += 1 } }
        return leave
    }

    func settle(
        _ reservation: Reservation, used: CallQuantities, answer: [UInt8], keepsAnswer: Bool,
        status: Int
    ) async throws(SiteError) -> SettledCall {
        do throws(SiteError) {
            let settled = try await desk.settle(
                reservation, used: used, answer: answer, keepsAnswer: keepsAnswer, status: status)
            readiness.ledgerTook()
            metrics.model(reservation.ask.model.id) {
                $0.settled += 1
                $0.used.predictions += used.predictions
                $0.used.promptTokens += used.promptTokens
                $0.used.completionTokens += used.completionTokens
                $0.priceMicros += settled.priceMicros
            }
            return settled
        } catch {
            note(error)
            throw error
        }
    }

    func release(_ reservation: Reservation, reason: String) async {
        await desk.release(reservation, reason: reason)
        metrics.model(reservation.ask.model.id) { $0.released += 1 }
    }

    func refuse(_ ask: CallAsk, reason: String) async throws(SiteError) -> Receipt {
        do throws(SiteError) {
            let receipt = try await desk.refuse(ask, reason: reason)
            metrics.model(ask.model.id) { $0.refused += 1 }
            return receipt
        } catch {
            note(error)
            throw error
        }
    }

    private func note(_ error: SiteError) {
        guard case .notRecorded = error else { return }
        metrics.appendFailed()
        readiness.ledgerRefused()
    }
}
