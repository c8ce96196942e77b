// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site

/// Every address the gateway serves, each dialect over the same service.
///
/// - Parameters:
///   - service: the open site that answers and records.
///   - operations: counters, log and readiness; its settings say whether the pages are served.
///   - client: asks the upstreams.
///   - replicas: where replicas ask the desk; nil where none may.
func router(
    service: Service, operations: Operations, client: any UpstreamClient = UpstreamClients.shared,
    replicas: ReplicaRoutes? = nil
) -> Router<GatewayContext> {
    let settings = operations.settings
    let description = OpenAPI(calls: service.calls, upstreams: settings.upstreams)
    let router = emptyRouter(operations, description)
    let maker = PageMaker(service: service, settings: settings)
    if settings.servesWorkbench { router.add(middleware: UnknownPage(maker: maker)) }
    LedgerRoutes(service: service).addCheckpoint(to: router)
    TileRoutes(service: service).add(to: router.group().add(middleware: OffLoop()))
    let keyed = addCalls(to: router, calls: service.calls, operations: operations, client: client)
    LedgerRoutes(service: service).add(to: keyed.group("v1").add(middleware: OffLoop()))
    replicas?.add(to: router)
    if settings.servesWorkbench {
        WorkbenchRoutes(service: service, maker: maker).add(to: router)
    }
    return router
}

/// What a replica serves: the calls, and nothing of the ledger, which it does not have.
func replicaRouter(
    calls: CallService, operations: Operations,
    client: any UpstreamClient = UpstreamClients.shared
) -> Router<GatewayContext> {
    let description = OpenAPI(
        calls: calls, upstreams: operations.settings.upstreams, hasLedger: false)
    let router = emptyRouter(operations, description)
    _ = addCalls(to: router, calls: calls, operations: operations, client: client)
    return router
}

private func emptyRouter(_ operations: Operations, _ description: OpenAPI)
    -> Router<GatewayContext>
{
    // Whatever can be got can be asked for by its head, as load balancers do.
    let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestGuard(operations: operations))
    router.add(middleware: MethodGuard(description.operations))
    OpenAPIRoutes(description).add(to: router)
    return router
}

/// Adds health, metrics and every dialect; what else needs a key goes into the group returned.
private func addCalls(
    to router: Router<GatewayContext>, calls: CallService, operations: Operations,
    client: any UpstreamClient
) -> RouterGroup<GatewayContext> {
    let settings = operations.settings
    var calls = calls
    calls.desk = CountingDesk(
        desk: calls.desk, metrics: operations.metrics, readiness: operations.readiness)
    OperationsRoutes(calls: calls, operations: operations).add(to: router)
    let keyed = router.group().add(middleware: Authentication(calls: calls))
    let passThrough = PassThrough(
        upstreams: settings.upstreams, client: client, desk: calls.desk)
    let chat = ChatRoutes(calls: calls, settings: settings, passThrough: passThrough)
    let models = ModelRoutes(calls: calls, upstreams: settings.upstreams)
    let responses = ResponsesRoutes(
        calls: calls, settings: settings, passThrough: passThrough)
    for prefix in ["v1", "openai/v1"] {
        let group = keyed.group(RouterPath(prefix))
        models.add(to: group)
        chat.add(to: group, path: "chat/completions", dialect: .chat)
        responses.add(to: group)
        UnsupportedRoutes.add(UnsupportedRoutes.paths, to: group)
    }
    PanelRoutes(calls: calls, settings: settings)
        .add(to: keyed.group("v1").add(middleware: OffLoop()))
    let deployments = keyed.group("openai/deployments")
    chat.add(to: deployments, path: "{model}/chat/completions", dialect: .deployment)
    UnsupportedRoutes.add(UnsupportedRoutes.paths, to: deployments, under: "{model}/")
    let inference = keyed.group("models")
    UnsupportedRoutes.add(UnsupportedRoutes.inference, to: inference)
    models.addInfo(to: inference)
    chat.add(to: inference, path: "chat/completions", dialect: .inference)
    return keyed
}
