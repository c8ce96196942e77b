// SPDX-License-Identifier: Apache-2.0
import Ledger
import Synchronization

/// What the ledger says about calls, held in memory: a fold over its entries, never the truth.
///
/// It answers two questions on the request path: was this idempotency key answered before, and is
/// it being answered now. Rebuilt from the log on opening.
final class CallBook: Sendable {
    struct Call: Sendable {
        var id: String
        var principal: String
        var idempotency: String?
        var request: String
        /// Model version that answers.
        var version = ""
        var settledAt = -1
        /// Milliseconds since 1970, UTC.
        var settledTime = 0
    }

    private struct State {
        /// Reserved, not yet settled or released.
        var open: [String: Call] = [:]
        /// Settled calls that carried an idempotency key, by that key's digest.
        var settled: [String: Call] = [:]
        /// Keys being answered by this process.
        var running: Set<String> = []
        /// Calls settled since keys past the window were last dropped.
        var sinceTrim = 0
    }

    private let state = Mutex(State())
    /// How long an idempotency key is remembered, in milliseconds: 24 hours.
    private let window = 24 * 3600 * 1000

    /// Reads all entries once, in order.
    init(replaying log: LedgerLog) throws(SiteError) {
        var fold = State()
        let size = log.size
        var next = 0
        while next < size {
            let range = next..<min(size, next + 4096)
            let records = try stage { try log.records(range) }
            for (offset, record) in records.enumerated() {
                CallBook.apply(record, at: range.lowerBound + offset, to: &fold)
            }
            next = range.upperBound
        }
        let oldest = Entry.now - window
        fold.settled = fold.settled.filter { $0.value.settledTime > oldest }
        let folded = fold
        state.withLock { $0 = folded }
    }

    private static func apply(_ record: [UInt8], at index: Int, to state: inout State) {
        guard let json = try? CanonicalJSON(parsing: record),
            let type = json["type"]?.stringValue.flatMap(EntryType.init(rawValue:)),
            let body = json["body"], let id = body["call"]?.stringValue
        else { return }
        switch type {
        case .callReserved:
            state.open[id] = Call(
                id: id, principal: json["actor"]?.stringValue ?? "",
                idempotency: body["idempotency"]?.stringValue,
                request: body["request"]?.stringValue ?? "",
                version: body["version"]?.stringValue ?? "")
        case .callSettled:
            guard var call = state.open.removeValue(forKey: id) else { return }
            call.settledAt = index
            call.settledTime = json["ts"]?.intValue ?? 0
            if let key = call.idempotency { state.settled[key] = call }
        case .callReleased:
            state.open[id] = nil
        default: return
        }
    }

    /// Reservations without an end: a crash came between.
    var openReservations: [Call] {
        state.withLock { Array($0.open.values) }.sorted { $0.id < $1.id }
    }

    /// Starts a call, or returns the one that was settled under the same idempotency key.
    func begin(id: String, principal: String, idempotency: String?, request: String)
        throws(SiteError) -> Call?
    {
        let outcome: Result<Call?, SiteError> = state.withLock { state in
            if let key = idempotency {
                if let earlier = state.settled[key], earlier.settledTime > Entry.now - window {
                    return earlier.request == request
                        ? .success(earlier) : .failure(.idempotencyKeyReused)
                }
                guard state.running.insert(key).inserted else { return .failure(.callInProgress) }
            }
            state.open[id] = Call(
                id: id, principal: principal, idempotency: idempotency, request: request)
            return .success(nil)
        }
        return try outcome.get()
    }

    func settle(_ id: String, at index: Int, version: String) {
        let now = Entry.now
        let window = window
        state.withLock { state in
            guard var call = state.open.removeValue(forKey: id) else { return }
            call.settledAt = index
            call.version = version
            call.settledTime = now
            // Trimming now and then keeps memory to a day's keys at a constant cost a call.
            state.sinceTrim += 1
            if state.sinceTrim > state.settled.count {
                state.sinceTrim = 0
                state.settled = state.settled.filter { $0.value.settledTime > now - window }
            }
            if let key = call.idempotency {
                state.settled[key] = call
                state.running.remove(key)
            }
        }
    }

    /// Forgets a call that was not answered, so that it can be tried again.
    func abandon(_ id: String) {
        state.withLock { state in
            if let key = state.open.removeValue(forKey: id)?.idempotency {
                state.running.remove(key)
            }
        }
    }
}
