// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore

/// Runs tasks on the event loop of their connection.
///
/// A call then goes from the socket through the gateway to the upstream and back on one thread:
/// without it each of some ten steps wakes another one. What computes an answer itself leaves the
/// loop (`OffLoop`), for other connections wait on it.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Answers routes that compute on threads of their own, away from the connections' loops.
struct OffLoop: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        try await OffLoop.run { try await next(request, context) }
    }

    /// Runs work that computes on threads of its own.
    static func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
    }
}
