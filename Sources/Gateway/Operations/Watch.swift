// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site

/// What is looked after while the server runs.
enum Watch {
    private static let pause = Duration.seconds(1)

    /// Closes connections whose time is up.
    static func connections(_ operations: Operations) async {
        while (try? await Task.sleep(for: pause)) != nil { operations.connections.sweep() }
    }

    /// Takes in what commands beside the server left for the ledger, looks at the disk, and takes up
    /// renewed certificates.
    static func site(
        _ service: Site.Service, _ replicas: ReplicaDesk, _ operations: Operations,
        _ tls: TLSCertificates?
    ) async {
        var isFailing = false
        while (try? await Task.sleep(for: pause)) != nil {
            do {
                try await Background.run {
                    operations.readiness.look()
                    try service.drainInbox()
                }
                isFailing = false
            } catch {
                // Once until it works again; the error's contents stay out of the log.
                if !isFailing {
                    operations.note(.error, "ledger.inbox", String(reflecting: type(of: error)))
                }
                isFailing = true
            }
            await replicas.sweep()
            if let tls { await renew(tls, operations) }
        }
    }

    /// Looks for the writer, hands over what waits for it, and takes up renewed certificates.
    static func replica(_ replica: Replica, _ operations: Operations, _ tls: TLSCertificates?) async
    {
        var wasLost = false
        while (try? await Task.sleep(for: pause)) != nil {
            let handed = try? await replica.meet(operations)
            if let handed, handed > 0 {
                operations.log.write(
                    LogLine(.info, "spill.merged").adding("calls", handed).bytes)
            }
            let isLost = replica.forwarding.link.isLost
            if isLost != wasLost {
                operations.note(isLost ? .error : .info, isLost ? "writer.lost" : "writer.found")
            }
            wasLost = isLost
            if let tls { await renew(tls, operations) }
        }
    }

    private static func renew(_ tls: TLSCertificates, _ operations: Operations) async {
        do {
            if try await Background.run({ try tls.renew() }) {
                operations.note(.info, "tls.renewed")
            }
        } catch let error as GatewayError {
            operations.note(.error, "tls.kept", error.sentence)
        } catch {
            operations.note(.error, "tls.kept")
        }
    }
}
