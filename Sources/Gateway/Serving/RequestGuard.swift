// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird

/// The outermost layer: names each request, turns every error into the one shape, logs one line.
///
/// The line holds the route's pattern, never the address as sent, and no body, header or query.
struct RequestGuard: RouterMiddleware {
    let settings: GatewaySettings
    /// Takes a line of the log.
    let write: @Sendable (String) -> Void

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let refusal = APIError(thrown: error, bodyLimit: settings.maxBodyBytes)
            if refusal == .unexpected { log("error \(context.requestID) \(name(of: error))") }
            response = refusal.response
        }
        // A body here would be taken for the start of the next answer on the connection.
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[HeaderName.requestID] = context.requestID
        response.headers[HeaderName.contentTypeOptions] = "nosniff"
        log(
            "\(request.method.rawValue) \(context.endpointPath ?? "-") \(response.status.code) "
                + "\(context.elapsedMicroseconds)us \(context.requestID)")
        return response
    }

    /// Only the kind of error: its contents might hold what a caller sent.
    private func name(of error: any Error) -> String {
        String(reflecting: type(of: error))
    }

    private func log(_ line: String) {
        guard settings.accessLog else { return }
        write(line)
    }
}

/// Lines for the person who runs the server.
enum StandardError {
    @Sendable static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
