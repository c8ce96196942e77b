// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Logging
import Site

/// What runs beside the calls: counters, log, connections and readiness of one gateway.
final class Operations: Sendable {
    let settings: GatewaySettings
    let metrics: Metrics
    let log: LogWriter
    let connections: ConnectionTable
    let readiness: Readiness
    /// Asks the ledger for its figures; nil in a gateway that holds no log.
    private let ledger: (@Sendable () -> LedgerFigures)?
    /// Counts calls that wait to be merged; nil where none ever do.
    private let spilled: (@Sendable () -> Int)?
    private let sample: SampleCount

    init(
        settings: GatewaySettings, log: LogWriter, ledgerDirectory: String? = nil,
        ledger: (@Sendable () -> LedgerFigures)? = nil, spilled: (@Sendable () -> Int)? = nil
    ) {
        self.settings = settings
        self.log = log
        self.ledger = ledger
        self.spilled = spilled
        sample = SampleCount(every: settings.accessLogEvery)
        let metrics = Metrics()
        self.metrics = metrics
        connections = ConnectionTable(limits: settings.connectionLimits) { metrics.closed($0) }
        readiness = Readiness(ledgerDirectory: ledgerDirectory)
    }

    /// Counts a request, and writes its line where the settings want one.
    ///
    /// - Parameters:
    ///   - bytes: the body's length, where it was known beforehand.
    ///   - isWhole: false where the caller went away, or the source failed, before its end.
    func answered(
        _ request: Request, _ context: GatewayContext, status: Int, bytes: Int?,
        isWhole: Bool = true
    ) {
        let route = context.routePattern
        let micros = context.elapsedMicroseconds
        metrics.request(route: route, status: status, micros: micros)
        guard isLogged(status: status) else { return }
        var line = LogLine(status < 500 ? .info : .error, "request")
        line.add("method", request.method.isKnown ? request.method.rawValue : "other")
        line.add("route", route)
        line.add("status", status)
        line.add("micros", micros)
        line.add("request", context.requestID)
        let principal = context.notes.principal
        if !principal.isEmpty { line.add("principal", principal) }
        if let bytes { line.add("bytes", bytes) }
        if !isWhole { line.add("cut", 1) }
        log.write(line.bytes)
    }

    private func isLogged(status: Int) -> Bool {
        switch settings.accessLog {
        case .off: false
        case .errors: status >= 400
        case .all: status >= 400 || sample.isNext
        }
    }

    /// A refusal by the connection, which no route and no access log sees.
    func refused(_ refusal: APIError) {
        metrics.refusal(code: refusal.code ?? "none")
        guard settings.accessLog != .off else { return }
        log.write(
            LogLine(.info, "refused").adding("status", refusal.status.code)
                .adding("code", refusal.code ?? "none").bytes)
    }

    /// Something that is not one request's business.
    func note(_ level: LogLine.Level, _ event: StaticString, _ reason: String = "") {
        let line = LogLine(level, event)
        log.write((reason.isEmpty ? line : line.adding("reason", reason)).bytes)
    }

    /// The text of `/metrics`.
    func metricsText() -> String {
        metrics.text(
            .init(
                process: .read(), ledger: ledger?(), connections: connections.count,
                acceptedConnections: connections.accepted, heldBodyBytes: connections.heldBytes,
                droppedLogLines: log.dropped, isReady: readiness.obstacle == nil,
                spilledEntries: spilled?()))
    }
}

extension HTTPRequest.Method {
    /// Whether it is one of HTTP's own; others are a caller's words.
    fileprivate var isKnown: Bool {
        switch self {
        case .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch: true
        default: false
        }
    }
}
