// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// Lets a request through under the name of the principal whose key it carries.
///
/// Keys come as `Authorization: Bearer KEY` or `api-key: KEY`; some clients send both, and then
/// either may be the valid one.
struct Authentication: RouterMiddleware {
    let calls: CallService

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard let principal = principal(of: request) else { throw APIError.invalidKey }
        var context = context
        context.principal = principal.name
        context.holder = principal
        return try await next(request, context)
    }

    /// The holder of the key that came; nil where none is valid.
    func principal(of request: Request) -> Principal? {
        let bearer = request.headers[.authorization].flatMap(Authentication.bearerToken)
        let keys = [request.headers[HeaderName.apiKey], bearer].compactMap { $0 }
        return keys.lazy.compactMap { calls.principal(forKey: $0) }.first
    }

    /// The token of a `Bearer` header; the scheme's capitals don't count.
    static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
