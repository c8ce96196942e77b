// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle

/// Says that the server stops before it does, and ends what takes longer than there is time for.
struct Drain: ServiceLifecycle.Service {
    let operations: Operations
    let notice: Duration
    let limit: Duration

    func run() async throws {
        try await gracefulShutdown()
        operations.readiness.drain()
        operations.note(.info, "draining")
        try await Task.sleep(for: notice)
        let operations = operations
        let limit = limit
        // Outlives this service on purpose: the server stops after it.
        Task {
            try await Task.sleep(for: limit)
            operations.connections.closeAll()
        }
    }
}
