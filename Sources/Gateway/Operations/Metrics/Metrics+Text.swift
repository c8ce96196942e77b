// SPDX-License-Identifier: Apache-2.0
import Site

/// What the ledger says of itself when it is asked.
struct LedgerFigures: Sendable {
    /// Durable entries.
    var entries: Int
    /// Entries the newest checkpoint on disk does not cover yet.
    var uncovered: Int?
    /// Seconds since that checkpoint was written.
    var checkpointAge: Double?
}

extension Metrics {
    /// What a scrape needs besides the counters.
    struct Surroundings {
        var process: ProcessFigures
        /// Nil in a gateway that holds no log.
        var ledger: LedgerFigures?
        var connections = 0
        var acceptedConnections = 0
        var heldBodyBytes = 0
        var droppedLogLines = 0
        var isReady = true
        var spilledEntries: Int?
    }

    /// Everything as Prometheus text.
    func text(_ surroundings: Surroundings) -> String {
        let state = snapshot
        var text = MetricsText()
        Metrics.addRequests(state, to: &text)
        Metrics.addCalls(state, to: &text)
        Metrics.addConnections(state, surroundings, to: &text)
        Metrics.addLedger(state, surroundings, to: &text)
        Metrics.addProcess(surroundings.process, to: &text)
        return text.text
    }

    private static func addRequests(_ state: State, to text: inout MetricsText) {
        let routes = state.routes.sorted { $0.key < $1.key }
        text.metric(
            "bedside_http_requests_total", .counter,
            "Requests answered, by pattern of the route, dialect and status.")
        for (route, figures) in routes {
            for (status, count) in figures.statuses.sorted(by: { $0.key < $1.key }) {
                text.sample(
                    "bedside_http_requests_total",
                    [
                        ("route", route), ("dialect", RouteDialect.of(route)),
                        ("status", String(status)),
                    ], count)
            }
        }
        let name = "bedside_http_request_duration_seconds"
        text.metric(
            name, .histogram, "Time from a request's head to its answer's, by pattern of the route."
        )
        for (route, figures) in routes {
            var sum = 0
            for (bound, count) in zip(bounds, figures.buckets) {
                sum += count
                text.sample(
                    "\(name)_bucket",
                    [("route", route), ("le", MetricsText.number(Double(bound) / 1_000_000))], sum)
            }
            text.sample("\(name)_bucket", [("route", route), ("le", "+Inf")], figures.count)
            text.sample("\(name)_sum", [("route", route)], Double(figures.micros) / 1_000_000)
            text.sample("\(name)_count", [("route", route)], figures.count)
        }
        text.metric(
            "bedside_http_refused_total", .counter,
            "Requests refused before they had a route, by the code of the refusal.")
        for (code, count) in state.refusals.sorted(by: { $0.key < $1.key }) {
            text.sample("bedside_http_refused_total", [("code", code)], count)
        }
    }

    private static func addCalls(_ state: State, to text: inout MetricsText) {
        let models = state.models.sorted { $0.key < $1.key }
        text.metric("bedside_calls_total", .counter, "Calls of a model, by what became of them.")
        for (model, figures) in models {
            for (outcome, count) in [
                ("settled", figures.settled), ("replayed", figures.replayed),
                ("refused", figures.refused), ("released", figures.released),
            ] {
                text.sample(
                    "bedside_calls_total", [("model", model), ("outcome", outcome)], count)
            }
        }
        text.metric("bedside_tokens_total", .counter, "Tokens of settled calls.")
        for (model, figures) in models {
            text.sample(
                "bedside_tokens_total", [("model", model), ("kind", "prompt")],
                figures.used.promptTokens)
            text.sample(
                "bedside_tokens_total", [("model", model), ("kind", "completion")],
                figures.used.completionTokens)
        }
        text.metric("bedside_predictions_total", .counter, "Predictions of settled calls.")
        for (model, figures) in models {
            text.sample("bedside_predictions_total", [("model", model)], figures.used.predictions)
        }
        text.metric(
            "bedside_price_micros_total", .counter,
            "Price of settled calls in millionths of the site's currency.")
        for (model, figures) in models {
            text.sample("bedside_price_micros_total", [("model", model)], figures.priceMicros)
        }
    }

    private static func addConnections(
        _ state: State, _ surroundings: Surroundings, to text: inout MetricsText
    ) {
        text.metric("bedside_connections", .gauge, "Connections open now.")
        text.sample("bedside_connections", surroundings.connections)
        text.metric("bedside_connections_accepted_total", .counter, "Connections ever let in.")
        text.sample("bedside_connections_accepted_total", surroundings.acceptedConnections)
        text.metric(
            "bedside_connections_closed_total", .counter,
            "Connections the gateway closed or refused, by why.")
        for reason in ConnectionTable.Reason.allCases {
            text.sample(
                "bedside_connections_closed_total", [("reason", reason.rawValue)],
                state.closed[reason, default: 0])
        }
        text.metric("bedside_request_body_bytes_held", .gauge, "Bytes of bodies held in memory.")
        text.sample("bedside_request_body_bytes_held", surroundings.heldBodyBytes)
        text.metric(
            "bedside_log_lines_dropped_total", .counter, "Lines of the log nobody took in time.")
        text.sample("bedside_log_lines_dropped_total", surroundings.droppedLogLines)
        text.metric("bedside_ready", .gauge, "1 where /ready says so.")
        text.sample("bedside_ready", surroundings.isReady ? 1 : 0)
    }

    private static func addLedger(
        _ state: State, _ surroundings: Surroundings, to text: inout MetricsText
    ) {
        text.metric(
            "bedside_ledger_append_failures_total", .counter,
            "Calls that were not answered because they could not be recorded.")
        text.sample("bedside_ledger_append_failures_total", state.appendFailures)
        if let spilled = surroundings.spilledEntries {
            text.metric(
                "bedside_spilled_entries", .gauge,
                "Entries kept here until the writer of the ledger takes them.")
            text.sample("bedside_spilled_entries", spilled)
        }
        guard let ledger = surroundings.ledger else { return }
        text.metric("bedside_ledger_entries_total", .counter, "Durable entries of the ledger.")
        text.sample("bedside_ledger_entries_total", ledger.entries)
        if let uncovered = ledger.uncovered {
            text.metric(
                "bedside_ledger_uncovered_entries", .gauge,
                "Durable entries the signed checkpoint on disk does not cover yet.")
            text.sample("bedside_ledger_uncovered_entries", uncovered)
        }
        if let age = ledger.checkpointAge {
            text.metric(
                "bedside_ledger_checkpoint_age_seconds", .gauge,
                "Age of the signed checkpoint on disk.")
            text.sample("bedside_ledger_checkpoint_age_seconds", age)
        }
    }

    private static func addProcess(_ process: ProcessFigures, to text: inout MetricsText) {
        text.metric(
            "process_cpu_seconds_total", .counter, "User and system time of the process.")
        text.sample("process_cpu_seconds_total", process.cpuSeconds)
        text.metric("process_resident_memory_bytes", .gauge, "Resident memory of the process.")
        text.sample("process_resident_memory_bytes", process.residentBytes)
        text.metric("process_start_time_seconds", .gauge, "Start, in seconds since 1970.")
        text.sample("process_start_time_seconds", process.startTime)
        text.metric("process_open_fds", .gauge, "Open files and sockets.")
        text.sample("process_open_fds", process.openFiles)
        text.metric("process_max_fds", .gauge, "Most files and sockets the process may open.")
        text.sample("process_max_fds", process.maxFiles)
    }
}

/// The dialect a route belongs to, from its pattern.
enum RouteDialect {
    static func of(_ route: String) -> String {
        if route.hasSuffix("/chat/completions") {
            if route.hasPrefix("/openai/deployments") { return Dialect.deployment.rawValue }
            return route.hasPrefix("/models")
                ? Dialect.inference.rawValue : Dialect.chat.rawValue
        }
        if route.hasSuffix("/responses") { return Dialect.responses.rawValue }
        if route.hasSuffix(":predict") { return Dialect.native.rawValue }
        return ""
    }
}
