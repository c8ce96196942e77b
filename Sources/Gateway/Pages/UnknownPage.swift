// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Workbench

/// Answers a browser that asks for an address nothing is served at with a page instead of JSON.
///
/// Addresses of the API keep its error shape whatever a client says it accepts.
struct UnknownPage: RouterMiddleware {
    let maker: PageMaker

    /// First parts of the addresses whose clients read JSON.
    private static let interfaces: Set<Substring> = ["v1", "openai", "models"]

    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError
            where error.status == .notFound && UnknownPage.isForBrowser(request)
        {
            var response = maker.response(to: PageRefusal.noPage, for: maker.visit(request))
            PageGuard.protect(&response)
            return response
        }
    }

    private static func isForBrowser(_ request: Request) -> Bool {
        guard LoopbackHost.isLocal(authority: request.head.authority),
            let accepted = request.headers[.accept]?.lowercased(), accepted.contains("text/html")
        else { return false }
        return !interfaces.contains(request.uri.path.split(separator: "/").first ?? "")
    }
}
