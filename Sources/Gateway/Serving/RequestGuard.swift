// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird

/// The outermost layer: names each request, turns every error into the one shape, counts it and logs
/// one line.
///
/// The line holds the route's pattern, never the address as sent, and no body, header or query.
struct RequestGuard: RouterMiddleware {
    let operations: Operations

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let refusal = APIError(
                thrown: error, bodyLimit: operations.settings.maxBodyBytes)
            if refusal == .unexpected {
                // Only the kind of error: its contents might hold what a caller sent.
                operations.log.write(
                    LogLine(.error, "unexpected").adding("request", context.requestID)
                        .adding("kind", String(reflecting: type(of: error))).bytes)
            }
            response = refusal.response
        }
        // A body here would be taken for the start of the next answer on the connection.
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[HeaderName.requestID] = context.requestID
        response.headers[HeaderName.contentTypeOptions] = "nosniff"
        let status = response.status.code
        if let bytes = response.body.contentLength {
            operations.answered(request, context, status: status, bytes: bytes)
        } else {
            response.body = told(response.body) { isWhole in
                operations.answered(
                    request, context, status: status, bytes: nil, isWhole: isWhole)
            }
        }
        return response
    }

    /// A body of unknown length, such as a stream, which is told of when it has ended.
    private func told(_ body: ResponseBody, _ tell: @escaping @Sendable (Bool) -> Void)
        -> ResponseBody
    {
        ResponseBody { writer in
            do {
                try await body.write(writer)
                tell(true)
            } catch {
                tell(false)
                throw error
            }
        }
    }
}

/// Lines for the person who runs the server.
enum StandardError {
    @Sendable static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
