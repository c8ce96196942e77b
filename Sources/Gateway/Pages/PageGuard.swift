// SPDX-License-Identifier: Apache-2.0
import Hummingbird

/// What every page comes with, and who may ask for one.
///
/// Pages have no sign-in: they are for whoever sits at this machine. So a request must name this
/// machine in its `Host` header, and forms must carry the session's token.
struct PageGuard: RouterMiddleware {
    /// Scripts, styles and images from here only; no frame, no plug-in, no inline code.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        guard LoopbackHost.isLocal(authority: request.head.authority) else {
            return PageGuard.plain(
                "These pages answer to localhost and 127.0.0.1 only.", status: .misdirectedRequest)
        }
        var response = try await next(request, context)
        PageGuard.protect(&response)
        return response
    }

    static func protect(_ response: inout Response) {
        response.headers[HeaderName.contentSecurityPolicy] = policy
        response.headers[HeaderName.contentTypeOptions] = "nosniff"
        response.headers[HeaderName.referrerPolicy] = "no-referrer"
        response.headers[.cacheControl] = "no-store"
    }

    static func plain(_ text: String, status: HTTPResponse.Status) -> Response {
        var response = Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
        protect(&response)
        return response
    }
}
