// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import ServiceLifecycle
package import Site
import UnixSignals

/// Serves one open site, or a replica of one, until the process is told to stop.
package struct GatewayServer: Sendable {
    private enum Role {
        /// Holds the ledger.
        case writer(Site.Service)
        /// Has its calls recorded by another gateway.
        case replica(Replica)
    }

    private let role: Role
    private let settings: GatewaySettings

    /// Connections the system keeps for us while we set up others.
    private static let backlog = 4096
    /// What cancelled calls get to wind up before the process goes on without them.
    private static let windingUp = 2

    package init(service: Site.Service, settings: GatewaySettings) {
        role = .writer(service)
        self.settings = settings
    }

    package init(replica: Replica, settings: GatewaySettings) {
        role = .replica(replica)
        self.settings = settings
    }

    /// Listens, answers, and on SIGTERM or SIGINT drains: says so on `/ready`, stops accepting, lets
    /// what is in flight end within the drain time, and gives the ledger back with a last checkpoint.
    ///
    /// - Parameters:
    ///   - stop: drains as a signal does when it returns; nil waits for the signal.
    ///   - onReady: called once with the port that is bound.
    /// - Throws: `GatewayError`; the ledger is closed then too.
    package func run(
        until stop: (@Sendable () async -> Void)? = nil, onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        OpenFiles.raise()
        switch role {
        case .writer(let service):
            defer { service.close() }
            try await serve(service, until: stop, onReady)
        case .replica(let replica):
            do {
                try await serve(replica, until: stop, onReady)
            } catch {
                await replica.close()
                throw error
            }
            await replica.close()
        }
    }

    private func serve(
        _ service: Site.Service, until stop: (@Sendable () async -> Void)?,
        _ onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        let tls = try certificates()
        let operations = Operations(
            settings: settings, log: LogWriter(descriptor: STDERR_FILENO),
            ledgerDirectory: service.site.ledgerPath, ledger: GatewayServer.figures(of: service))
        defer { operations.log.flush() }
        let replicas = ReplicaDesk(
            desk: CountingDesk(
                desk: service.desk, metrics: operations.metrics, readiness: operations.readiness),
            ledger: .init(service))
        let router = router(
            service: service, operations: operations,
            replicas: ReplicaRoutes(
                desk: replicas, secret: try ReplicaSecret(service.site),
                bodyLimit: settings.wholeBodyBytes))
        try await serve(router, operations, tls, until: stop, onReady) {
            await Watch.site(service, replicas, operations, tls)
        }
    }

    private func serve(
        _ replica: Replica, until stop: (@Sendable () async -> Void)?,
        _ onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        let tls = try certificates()
        var spilled: (@Sendable () -> Int)?
        if let spill = replica.spill { spilled = { spill.unmerged } }
        let operations = Operations(
            settings: settings, log: LogWriter(descriptor: STDERR_FILENO),
            spilled: spilled)
        defer { operations.log.flush() }
        _ = try await replica.meet(operations)
        try await serve(
            replicaRouter(calls: replica.calls, operations: operations), operations, tls,
            until: stop, onReady
        ) {
            await Watch.replica(replica, operations, tls)
        }
        // What was answered while we stopped goes to the writer too, where it is there.
        _ = try? await replica.meet(operations)
    }

    private func certificates() throws(GatewayError) -> TLSCertificates? {
        guard let files = settings.configuration.tls else { return nil }
        return try TLSCertificates(files)
    }

    /// Serves a router, with what is looked after beside it.
    private func serve(
        _ router: Router<GatewayContext>, _ operations: Operations, _ tls: TLSCertificates?,
        until stop: (@Sendable () async -> Void)?, _ onReady: @escaping @Sendable (Int) -> Void,
        watch: @escaping @Sendable () async -> Void
    ) async throws {
        let application = application(router, operations, tls, onReady)
        let watches = [Task { await Watch.connections(operations) }, Task { await watch() }]
        let failure = await run(application, operations, stop)
        for watch in watches { watch.cancel() }
        for watch in watches { await watch.value }
        if let failure { throw failure }
        operations.note(.info, "stopped")
    }

    /// Runs the server to its end; what stopped it, where that was not the signal.
    private func run(
        _ application: Application<RouterResponder<GatewayContext>>, _ operations: Operations,
        _ stop: (@Sendable () async -> Void)?
    ) async -> (any Error)? {
        let configuration = settings.configuration
        let drain = Drain(
            operations: operations, notice: .seconds(configuration.drainNoticeSeconds),
            limit: .seconds(configuration.drainSeconds))
        // The group stops the last first: it is to be known that we stop before we do.
        var group = ServiceGroupConfiguration(
            services: [application, drain],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        group.maximumGracefulShutdownDuration = .seconds(
            configuration.drainNoticeSeconds + configuration.drainSeconds
                + GatewayServer.windingUp)
        do {
            let services = ServiceGroup(configuration: group)
            let stopping = stop.map { stop in
                Task {
                    await stop()
                    if !Task.isCancelled { await services.triggerGracefulShutdown() }
                }
            }
            defer { stopping?.cancel() }
            try await services.run()
            return nil
        } catch let error as IOError {
            return GatewayError.cannotListen(
                host: settings.host, port: settings.port,
                reason: String(cString: strerror(error.errnoCode)))
        } catch {
            // Calls that did not end in time are cancelled, which is no failure of the server's.
            return operations.readiness.isDraining ? nil : error
        }
    }

    private var quiet: Logger {
        var logger = Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }

    private func application(
        _ router: Router<GatewayContext>, _ operations: Operations, _ tls: TLSCertificates?,
        _ onReady: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<GatewayContext>> {
        let port = settings.port
        let settings = settings
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                GatewayChannel(
                    table: operations.connections, limits: settings.requestLimits,
                    decoder: settings.decoderLimits, tls: tls,
                    isDraining: { operations.readiness.isDraining },
                    report: { operations.refused($0) }, responder: responder)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: port), backlog: GatewayServer.backlog),
            onServerRunning: { channel in
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(AcceptGuard(), position: .first)
                }.get()
                onReady(channel.localAddress?.port ?? port)
            },
            logger: quiet)
    }

    private static func figures(of service: Site.Service) -> @Sendable () -> LedgerFigures {
        {
            LedgerFigures(
                entries: service.log.size,
                checkpointAge: FileStamp("\(service.site.ledgerPath)/checkpoint")?.age())
        }
    }
}
