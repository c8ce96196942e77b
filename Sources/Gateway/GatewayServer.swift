// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
package import Site

/// Serves one open site until the process is told to stop.
package struct GatewayServer: Sendable {
    private let service: Service
    private let settings: GatewaySettings

    /// Connections open at once; more wait in the system's queue.
    ///
    /// With few, one client that opens and holds them would keep the others out.
    private static let maxConnections = 4096
    /// A connection on which nothing arrives for so long is closed.
    ///
    /// Clients reconnect at once, and one that sends nothing must not hold a place for long.
    private static let idleSeconds: Int64 = 10

    package init(service: Service, settings: GatewaySettings) {
        self.service = service
        self.settings = settings
    }

    /// Listens, answers, and on SIGTERM or SIGINT stops accepting, finishes what is in flight, and
    /// gives the ledger back with a last checkpoint.
    ///
    /// - Parameter onReady: called once with the port that is bound.
    /// - Throws: `GatewayError.cannotListen` where the address can't be bound.
    package func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        let inbox = Task { await takeInbox() }
        var failure: (any Error)?
        do {
            try await application(onReady).runService()
        } catch let error as IOError {
            failure = GatewayError.cannotListen(
                host: settings.host, port: settings.port,
                reason: String(cString: strerror(error.errnoCode)))
        } catch {
            failure = error
        }
        inbox.cancel()
        await inbox.value
        service.close()
        if let failure { throw failure }
    }

    private func application(_ onReady: @escaping @Sendable (Int) -> Void)
        -> Application<RouterResponder<GatewayContext>>
    {
        var logger = Logger(label: "gateway")
        logger.logLevel = .warning
        let port = settings.port
        return Application(
            router: router(service: service, settings: settings),
            server: .http1(
                configuration: .init(idleTimeout: .seconds(GatewayServer.idleSeconds))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    GatewayServer.maxConnections)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    /// Each second takes in what commands beside the server left for the ledger.
    private func takeInbox() async {
        let service = service
        var isFailing = false
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            do {
                try await Background.run { try service.drainInbox() }
                isFailing = false
            } catch {
                // Once until it works again; the error's contents stay out of the log.
                if !isFailing { StandardError.write("error ledger inbox \(type(of: error))") }
                isFailing = true
            }
        }
    }
}

/// Why the server did not start.
package enum GatewayError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address is taken, not this machine's, or not allowed.
    case cannotListen(host: String, port: Int, reason: String)

    /// One sentence for whoever starts the server.
    package var sentence: String {
        switch self {
        case .cannotListen(let host, let port, let reason):
            "\(host):\(port): the server cannot listen here (\(reason)); choose another with --port"
        }
    }

    package var description: String { sentence }
}
