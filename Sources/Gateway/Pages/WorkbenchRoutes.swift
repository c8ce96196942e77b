// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site
import Workbench

/// The pages, for whoever sits at this machine.
struct WorkbenchRoutes: Sendable {
    private let service: Service
    private let maker: PageMaker

    init(service: Service, maker: PageMaker) {
        self.service = service
        self.maker = maker
    }

    func add(to router: Router<GatewayContext>) {
        let pages = router.group().add(middleware: PageGuard())
        let work = WorkUpPage(service: service)
        let play = PlayPage(service: service)
        let cohort = CohortPage(service: service)
        let discover = DiscoverPage(service: service)
        let ledger = LedgerPage(service: service)
        let overview = OverviewPage(service: service)
        show(pages, Place.overview.path) { _, _, _ in try await overview.view() }
        show(pages, Place.workUp.path) { _, _, _ in work.start() }
        post(pages, Place.workUp.path) { form, visit in
            try await work.view(form, in: visit.session)
        }
        show(pages, Place.play.path) { _, _, _ in try await play.start() }
        post(pages, Place.play.path) { form, visit in try await play.begin(form, visit.session) }
        show(pages, "play/{id}") { _, context, visit in
            try await play.view(context.parameters.get("id"), visit.session)
        }
        answer(pages, "play/{id}") { form, context, visit in
            try await play.act(form, context.parameters.get("id"), visit.session)
        }
        show(pages, Place.cohort.path) { _, _, _ in cohort.start() }
        post(pages, Place.cohort.path) { form, _ in try await cohort.view(form) }
        add(discover, to: pages)
        show(pages, Place.ledger.path) { request, _, _ in
            try ledger.view(before: request.uri.queryParameters["before"].flatMap { Int($0) })
        }
        post(pages, RouterPath(Place.verification)) { _, _ in try await ledger.verified() }
        show(pages, "ledger/{index}") { _, context, _ in
            try ledger.entry(context.parameters.get("index").flatMap(Int.init))
        }
        show(pages, Place.api.path) { request, _, _ in
            APIPage(service: service).view(authority: request.head.authority)
        }
        pages.get("assets/{file}") { request, context in
            let name = context.parameters.get("file") ?? ""
            guard let file = WorkbenchAssets.file(named: name) else {
                return maker.response(to: PageRefusal.noFile, for: maker.visit(request))
            }
            return Response(
                status: .ok, headers: [.contentType: file.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
        }
    }

    private func add(_ discover: DiscoverPage, to pages: RouterGroup<GatewayContext>) {
        show(pages, Place.discover.path) { _, _, _ in try await discover.start() }
        post(pages, Place.discover.path) { form, _ in try await discover.view(form) }
        show(pages, "discover/{digest}") { request, context, _ in
            try await discover.view(context.parameters.get("digest"), request.uri.query)
        }
        answer(pages, "discover/{digest}/why") { form, context, _ in
            try await discover.explained(form, context.parameters.get("digest"))
        }
        pages.get("discover/{digest}/{file}") { [maker] request, context in
            do {
                return try await discover.file(
                    context.parameters.get("file"), of: context.parameters.get("digest"),
                    request.uri.query)
            } catch {
                return maker.response(to: error, for: maker.visit(request))
            }
        }
    }

    /// A page one asks for.
    private func show<Page: WorkbenchPage>(
        _ group: RouterGroup<GatewayContext>, _ path: RouterPath,
        _ view: @escaping @Sendable (Request, GatewayContext, Visit) async throws -> Page
    ) {
        group.get(path) { [maker] request, context in
            let visit = maker.visit(request)
            do {
                return maker.response(try await view(request, context, visit), for: visit)
            } catch {
                return maker.response(to: error, for: visit)
            }
        }
    }

    /// A page that answers a form; without the session's token nothing is done.
    private func post<Page: WorkbenchPage>(
        _ group: RouterGroup<GatewayContext>, _ path: RouterPath,
        _ view: @escaping @Sendable (Form, Visit) async throws -> Page
    ) {
        answer(group, path) { form, _, visit in try await view(form, visit) }
    }

    /// The same where the address says which.
    private func answer<Page: WorkbenchPage>(
        _ group: RouterGroup<GatewayContext>, _ path: RouterPath,
        _ view: @escaping @Sendable (Form, GatewayContext, Visit) async throws -> Page
    ) {
        group.post(path) { [maker] request, context in
            let visit = maker.visit(request)
            do {
                let form = try await maker.form(request, of: visit)
                return maker.response(try await view(form, context, visit), for: visit)
            } catch {
                return maker.response(to: error, for: visit)
            }
        }
    }
}

extension Place {
    /// The address as the router takes it.
    fileprivate var path: RouterPath { RouterPath(rawValue) }
}
