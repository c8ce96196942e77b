// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// Every address the gateway serves, each dialect over the same service.
///
/// - Parameters:
///   - service: the open site that answers and records.
///   - settings: limits, and whether the pages are served.
///   - log: takes the lines of the access log.
func router(
    service: Service, settings: GatewaySettings,
    log: @escaping @Sendable (String) -> Void = StandardError.write
) -> Router<GatewayContext> {
    // Whatever can be got can be asked for by its head, as load balancers do.
    let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestGuard(settings: settings, write: log))
    let maker = PageMaker(service: service, settings: settings)
    if settings.servesWorkbench { router.add(middleware: UnknownPage(maker: maker)) }
    HealthRoutes(service: service).add(to: router)
    LedgerRoutes(service: service).addCheckpoint(to: router)
    let keyed = router.group().add(middleware: Authentication(service: service))
    let chat = ChatRoutes(service: service, settings: settings)
    let models = ModelRoutes(service: service)
    let responses = ResponsesRoutes(service: service, settings: settings)
    for prefix in ["v1", "openai/v1"] {
        let group = keyed.group(RouterPath(prefix))
        models.add(to: group)
        chat.add(to: group, path: "chat/completions", dialect: .chat)
        responses.add(to: group)
    }
    PanelRoutes(service: service, settings: settings).add(to: keyed.group("v1"))
    LedgerRoutes(service: service).add(to: keyed.group("v1"))
    chat.add(
        to: keyed.group("openai/deployments"), path: "{model}/chat/completions",
        dialect: .deployment)
    let inference = keyed.group("models")
    models.addInfo(to: inference)
    chat.add(to: inference, path: "chat/completions", dialect: .inference)
    if settings.servesWorkbench {
        WorkbenchRoutes(service: service, maker: maker).add(to: router)
    }
    return router
}

/// Whether the process lives, and whether it can answer.
struct HealthRoutes: Sendable {
    let service: Service

    func add(to router: Router<GatewayContext>) {
        router.get("health") { _, _ in JSONBody.response(HealthBody(status: "alive")) }
        router.get("ready") { _, _ in
            service.models.isEmpty
                ? JSONBody.response(HealthBody(status: "no model"), status: .serviceUnavailable)
                : JSONBody.response(HealthBody(status: "ready"))
        }
    }
}

private struct HealthBody: Encodable {
    var status: String
}
