// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site
import Workbench

/// The pages, for whoever sits at this machine.
struct WorkbenchRoutes: Sendable {
    private let service: Service
    private let maker: PageMaker
    private let sources: WorkbenchSources

    /// - Parameter sources: what the pages about money, keys and records show; the site's own
    ///   where nil.
    init(service: Service, maker: PageMaker, sources: WorkbenchSources? = nil) {
        self.service = service
        self.maker = maker
        self.sources =
            sources
            ?? WorkbenchSources(service, passedOn: maker.settings.upstreams.listed)
    }

    func add(to router: Router<GatewayContext>) {
        let pages = router.group().add(middleware: OffLoop()).add(middleware: PageGuard())
        let work = WorkUpPage(service: service)
        let play = PlayPage(service: service)
        let cohort = CohortPage(service: service)
        let discover = DiscoverPage(service: service)
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
        addLedger(to: pages)
        addMoney(to: pages)
        addWhoSaw(to: pages)
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

    /// The log, its entries, and what a browser needs to check them by itself.
    private func addLedger(to pages: RouterGroup<GatewayContext>) {
        let ledger = LedgerPage(service: service)
        show(pages, Place.ledger.path) { request, _, _ in try await ledger.view(request) }
        post(pages, RouterPath(Place.verification)) { _, _ in try await ledger.verified() }
        show(pages, "ledger/{index}") { _, context, _ in
            try ledger.entry(context.parameters.get("index").flatMap(Int.init))
        }
        data(pages, RouterPath(Place.consistency)) { request, _ in
            try ledger.consistency(from: request.uri.queryParameters["from"].flatMap { Int($0) })
        }
        data(pages, "proofs/{index}") { _, context in
            try ledger.proof(context.parameters.get("index").flatMap(Int.init))
        }
        data(pages, "proofs/{index}/record") { _, context in
            try ledger.record(context.parameters.get("index").flatMap(Int.init))
        }
    }

    /// Models and prices, keys and budgets, usage and invoices.
    private func addMoney(to pages: RouterGroup<GatewayContext>) {
        let catalogue = CataloguePage(
            source: sources.catalogue, panels: Set(service.models.map(\.id)))
        let access = AccessPage(source: sources.access)
        let usage = UsagePage(source: sources.usage)
        let invoices = InvoicePage(source: sources.billing)
        show(pages, Place.models.path) { request, _, _ in
            try await catalogue.view(authority: request.head.authority)
        }
        show(pages, Place.keys.path) { _, _, _ in try await access.view() }
        post(pages, Place.keys.path) { form, _ in try await access.act(form) }
        show(pages, Place.usage.path) { _, _, _ in try await usage.view() }
        data(pages, RouterPath(Place.usageLive)) { _, _ in try await usage.live() }
        show(pages, Place.invoices.path) { request, _, _ in
            try await invoices.view(request.uri.queryParameters)
        }
        data(pages, "invoices/{file}") { request, context in
            try await invoices.file(context.parameters.get("file"), request.uri.queryParameters)
        }
    }

    private func addWhoSaw(to pages: RouterGroup<GatewayContext>) {
        let whoSaw = WhoSawPage(source: sources.whoSaw)
        show(pages, Place.whoSaw.path) { _, _, _ in whoSaw.start() }
        post(pages, Place.whoSaw.path) { form, _ in try await whoSaw.view(form) }
        pages.post(RouterPath(Place.whoSawExport)) { [maker] request, _ in
            let visit = maker.visit(request)
            do {
                return try await whoSaw.export(try await maker.form(request, of: visit))
            } catch {
                return maker.response(to: error, for: visit)
            }
        }
    }

    /// What is no page: a file, or what a page's script asks for.
    private func data(
        _ group: RouterGroup<GatewayContext>, _ path: RouterPath,
        _ answer: @escaping @Sendable (Request, GatewayContext) async throws -> Response
    ) {
        group.get(path) { [maker] request, context in
            do {
                return try await answer(request, context)
            } catch {
                return maker.response(to: error, for: maker.visit(request))
            }
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
