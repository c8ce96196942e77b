// SPDX-License-Identifier: Apache-2.0

/// The `gateway:` section of `site.yaml`: where the gateway listens, what it lets through, and what
/// it keeps.
package struct GatewayConfiguration: Sendable, Equatable {
    /// Which requests get a line in the log.
    package enum AccessLog: String, Sendable, CaseIterable {
        case all, errors, off
    }

    /// Who may read `/metrics` without a key.
    package enum MetricsReaders: String, Sendable, CaseIterable {
        /// Callers on this machine; others need a key with the scope `metrics`.
        case local
        /// Everybody who reaches the port.
        case open
    }

    /// Files that make the gateway speak TLS.
    package struct TLSFiles: Sendable, Equatable {
        /// PEM: the server's certificate, then those that lead to its authority.
        package var certificate: String
        /// PEM: the private key of the first certificate.
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// An OpenAI-compatible endpoint that is offered under this site's keys, budgets and ledger.
    package struct Upstream: Sendable, Equatable {
        package var name: String
        package var url: String
        /// A file that holds the endpoint's own key; never the key itself.
        package var keyFile: String?
        /// An environment variable that holds the endpoint's own key.
        package var keyEnvironment: String?
        /// Models offered from there; empty asks the endpoint.
        package var models: [String]

        package init(
            name: String, url: String, keyFile: String? = nil, keyEnvironment: String? = nil,
            models: [String] = []
        ) {
            self.name = name
            self.url = url
            self.keyFile = keyFile
            self.keyEnvironment = keyEnvironment
            self.models = models
        }
    }

    /// How the ledger is stored.
    package struct LedgerStorage: Sendable, Equatable {
        /// Months after which segments may be retired; 0 keeps all.
        package var retainMonths = 0
        /// Size at which a new segment begins.
        package var segmentMegabytes = 64

        package init() {}
    }

    package var host = "127.0.0.1"
    package var port = 8080
    /// Largest request body in bytes.
    package var bodyBytes = 1 << 20
    /// Largest sum of a request's header names and values in bytes.
    package var headerBytes = 32 << 10
    package var headerCount = 100
    /// Longest request target in bytes.
    package var uriBytes = 8 << 10
    /// Connections open at once; above it the one longest idle goes.
    package var connections = 4096
    /// Connections open at once from one address, or one /64 of IPv6.
    package var connectionsPerPeer = 1024
    /// Bodies of all requests held in memory at once.
    package var bodyMegabytes = 64
    /// A connection without a request is closed after this.
    package var idleSeconds = 60
    /// A request's head has to be there this long after its first byte, however it drips.
    package var headSeconds = 10
    /// A request's body has to be there this long after its head.
    package var requestSeconds = 30
    /// Calls in flight have this long to end when the server is told to stop.
    package var drainSeconds = 30
    /// Time between saying "draining" and no longer accepting, so that load balancers look away.
    package var drainNoticeSeconds = 0
    package var accessLog = AccessLog.all
    /// Of the lines of requests that went well every n-th is written.
    package var accessLogEvery = 1
    package var metrics = MetricsReaders.local
    package var tls: TLSFiles?
    package var upstreams: [Upstream] = []
    /// Panels go on answering where nothing can be recorded, and the entries are merged later.
    package var clinicalFailOpen = false
    /// What a principal without a budget of its own may spend a month; nil sets no limit.
    package var defaultBudgetMicros: Int?
    package var ledger = LedgerStorage()
    /// Requests and answers are kept sealed, each under a key that can be deleted.
    package var keepBodies = false

    package init() {}

    static let schema = ConfigurationSchema<GatewayConfiguration>()
        .text("host", \.host)
        .whole("port", 0...65535, \.port)
        .whole("body_bytes", 1024...(1 << 30), \.bodyBytes)
        .whole("header_bytes", 1024...(1 << 20), \.headerBytes)
        .whole("header_count", 10...10_000, \.headerCount)
        .whole("uri_bytes", 256...(1 << 16), \.uriBytes)
        .whole("connections", 16...1_000_000, \.connections)
        .whole("connections_per_peer", 1...1_000_000, \.connectionsPerPeer)
        .whole("body_megabytes", 1...65_536, \.bodyMegabytes)
        .whole("idle_seconds", 1...86_400, \.idleSeconds)
        .whole("head_seconds", 1...3600, \.headSeconds)
        .whole("request_seconds", 1...3600, \.requestSeconds)
        .whole("drain_seconds", 0...3600, \.drainSeconds)
        .whole("drain_notice_seconds", 0...600, \.drainNoticeSeconds)
        .word("access_log", \.accessLog)
        .whole("access_log_every", 1...1_000_000, \.accessLogEvery)
        .word("metrics", \.metrics)
        .section("tls", \.tls, empty: TLSFiles(certificate: "", key: ""), tlsSchema)
        .list("upstreams", \.upstreams, empty: Upstream(name: "", url: ""), upstreamSchema)
        .flag("clinical_fail_open", \.clinicalFailOpen)
        .whole("default_budget_micros", 0...1_000_000_000_000_000, \.defaultBudgetMicros)
        .section("ledger", \.ledger, ledgerSchema)
        .flag("keep_bodies", \.keepBodies)

    private static let tlsSchema = ConfigurationSchema<TLSFiles>()
        .text("certificate", \.certificate, isRequired: true)
        .text("key", \.key, isRequired: true)

    private static let upstreamSchema = ConfigurationSchema<Upstream>()
        .text("name", \.name, isRequired: true)
        .text("url", \.url, isRequired: true)
        .text("key_file", \.keyFile)
        .text("key_environment", \.keyEnvironment)
        .texts("models", \.models)

    private static let ledgerSchema = ConfigurationSchema<LedgerStorage>()
        .whole("retain_months", 0...1200, \.retainMonths)
        .whole("segment_megabytes", 1...4096, \.segmentMegabytes)

    /// The section as `bedside init` writes it: every key, each with what it means.
    var yaml: String {
        """
        # The gateway. What an address, a limit or a file means is said beside it.
        gateway:
          # Where it listens; pages are served on addresses of this machine only.
          host: \(host)
          port: \(port)
          # Largest request: body, all headers, how many headers, address.
          body_bytes: \(bodyBytes)
          header_bytes: \(headerBytes)
          header_count: \(headerCount)
          uri_bytes: \(uriBytes)
          # Connections at once, and from one address; above it the one longest idle is closed.
          connections: \(connections)
          connections_per_peer: \(connectionsPerPeer)
          # Memory for the bodies of all requests being read at once.
          body_megabytes: \(bodyMegabytes)
          # A connection without a request is closed after idle_seconds; a head that takes longer than
          # head_seconds to arrive, or a body longer than request_seconds, is not waited for.
          idle_seconds: \(idleSeconds)
          head_seconds: \(headSeconds)
          request_seconds: \(requestSeconds)
          # When told to stop: how long to say so before refusing, and how long calls may take to end.
          drain_notice_seconds: \(drainNoticeSeconds)
          drain_seconds: \(drainSeconds)
          # Lines on standard error: all, errors or off; of what went well every n-th.
          access_log: \(accessLog.rawValue)
          access_log_every: \(accessLogEvery)
          # Who reads /metrics without a key of scope metrics: local or open.
          metrics: \(metrics.rawValue)
        \(tlsYAML)
        \(upstreamsYAML)
          # Panels answer even while nothing can be recorded; their entries are merged later and marked.
          clinical_fail_open: \(clinicalFailOpen)
        \(budgetYAML)
          # Segments of the ledger may be retired after so many months (0: never); size of one.
          ledger:
            retain_months: \(ledger.retainMonths)
            segment_megabytes: \(ledger.segmentMegabytes)
          # Keep requests and answers, sealed, each erasable by deleting its key.
          keep_bodies: \(keepBodies)

        """
    }

    private var tlsYAML: String {
        let comment = "  # TLS: files in PEM; renewed files are taken up without a restart."
        guard let tls else {
            return """
                \(comment)
                  # tls:
                  #   certificate: /etc/bedside/tls/fullchain.pem
                  #   key: /etc/bedside/tls/privkey.pem
                """
        }
        return """
            \(comment)
              tls:
                certificate: \(Configuration.quoted(tls.certificate))
                key: \(Configuration.quoted(tls.key))
            """
    }

    private var budgetYAML: String {
        let comment =
            "  # What a principal without a budget of its own may spend a month; without it, no limit."
        guard let defaultBudgetMicros else {
            return "\(comment)\n  # default_budget_micros: 0"
        }
        return "\(comment)\n  default_budget_micros: \(defaultBudgetMicros)"
    }

    private var upstreamsYAML: String {
        let comment = "  # OpenAI-compatible endpoints offered under this site's keys and ledger."
        guard !upstreams.isEmpty else {
            return """
                \(comment)
                  # upstreams:
                  #   - name: local
                  #     url: http://127.0.0.1:11434/v1
                  #     key_file: /etc/bedside/upstream.key
                  #     models: [llama]
                """
        }
        var lines = [comment, "  upstreams:"]
        for upstream in upstreams {
            lines.append("    - name: \(Configuration.quoted(upstream.name))")
            lines.append("      url: \(Configuration.quoted(upstream.url))")
            if let file = upstream.keyFile {
                lines.append("      key_file: \(Configuration.quoted(file))")
            }
            if let name = upstream.keyEnvironment {
                lines.append("      key_environment: \(Configuration.quoted(name))")
            }
            if !upstream.models.isEmpty {
                let models = upstream.models.map(Configuration.quoted).joined(separator: ", ")
                lines.append("      models: [\(models)]")
            }
        }
        return lines.joined(separator: "\n")
    }
}
