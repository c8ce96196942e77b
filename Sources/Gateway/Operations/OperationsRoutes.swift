// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import Site

/// Whether the process lives, whether callers should be sent here, and its counters.
struct OperationsRoutes: Sendable {
    let calls: CallService
    let operations: Operations

    func add(to router: Router<GatewayContext>) {
        router.get("health") { _, _ in JSONBody.response(HealthBody(status: "alive")) }
        router.get("ready") { _, _ in ready }
        // Asks the system for figures, which the connections' loops don't wait for.
        router.group().add(middleware: OffLoop()).get("metrics") { request, context in
            guard mayRead(request, context) else { throw APIError.unknownRoute }
            return Response(
                status: .ok, headers: [.contentType: MetricsText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: operations.metricsText())))
        }
    }

    private var ready: Response {
        guard let obstacle = operations.readiness.obstacle else {
            return JSONBody.response(HealthBody(status: "ready"))
        }
        var response = JSONBody.response(
            HealthBody(status: obstacle.rawValue), status: .serviceUnavailable)
        response.headers[HeaderName.retryAfter] = "5"
        return response
    }

    /// Counters tell of a hospital's business, so they are for this machine and for keys made for
    /// them, unless the site opens them.
    private func mayRead(_ request: Request, _ context: GatewayContext) -> Bool {
        if operations.settings.metrics == .open || context.isDirect(request) { return true }
        let principal = Authentication(calls: calls).principal(of: request)
        return principal?.terms.scopes?.contains(.metrics) == true
    }
}

private struct HealthBody: Encodable {
    var status: String
}
