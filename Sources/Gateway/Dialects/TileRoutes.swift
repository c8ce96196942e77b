// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Ledger
import Site

/// The log as static files (C2SP tlog-tiles), so that anybody can mirror it and check it alone.
///
/// Hashes say nothing of what was recorded, so they are for everybody; the records themselves name
/// principals and prices, and are for this machine and for keys that open the ledger.
struct TileRoutes: Sendable {
    let service: Service

    func add(to router: some RouterMethods<GatewayContext>) {
        for name in ["retired", "witnessed"] {
            router.get(RouterPath(name)) { _, _ in try response(to: name) }
        }
        router.get("tile/**") { request, context in
            let path = context.parameters.getCatchAll().joined(separator: "/")
            if path.hasPrefix("entries/") { try checkReader(request, context) }
            return try response(to: "tile/" + path)
        }
    }

    private func checkReader(_ request: Request, _ context: GatewayContext) throws(APIError) {
        if context.isDirect(request) { return }
        let holder = Authentication(calls: service.calls).principal(of: request)
        guard let holder else { throw .invalidKey }
        guard holder.allows(.ledger) else { throw .outsideScope(.ledger) }
    }

    private func response(to path: String) throws(APIError) -> Response {
        let found: LedgerResource?
        do throws(LedgerError) {
            found = try service.log.resource(path)
        } catch .retired {
            throw .retired
        } catch { throw .ledgerUnavailable }
        guard let found else { throw .unknownRoute }
        let isShared = !path.hasPrefix("tile/entries/")
        return Response(
            status: .ok,
            headers: [
                .contentType: found.contentType,
                .cacheControl: found.isImmutable
                    ? "\(isShared ? "public" : "private"), max-age=31536000, immutable"
                    : "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: found.bytes)))
    }
}
