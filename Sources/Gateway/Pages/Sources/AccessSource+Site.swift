// SPDX-License-Identifier: Apache-2.0
import Governance
import Metering
import Site
import Workbench

extension AccessSource {
    private static let day = 86_400_000

    /// Keys, budgets and licences as an open site has them.
    static func keys(of service: Service, passedOn: [ServedModel]) -> AccessSource {
        let actor = WorkUpPage.principal
        return AccessSource(
            view: { AccessSource.view(of: service, passedOn, at: Entry.now) },
            create: { asked in
                var terms = KeyTerms()
                terms.team = asked.team.isEmpty ? nil : asked.team
                terms.licensee = asked.licensee.isEmpty ? nil : asked.licensee
                terms.requestsPerMinute = asked.requestsPerMinute
                terms.expires = asked.days.map { Entry.now + $0 * day }
                return try await service.createKey(name: asked.name, terms: terms, actor: actor)
            },
            rotate: { try await service.rotateKey(name: $0, actor: actor) },
            revoke: { try await service.revokeKey(name: $0, actor: actor) },
            setBudget: { asked in
                guard let scope = BudgetScope(text: "\(asked.kind):\(asked.name)"),
                    let period = BudgetPeriod(rawValue: asked.period)
                else { throw SiteError.refused("a budget's holder is \(KeyName.rule)") }
                try await service.setBudget(
                    scope, model: asked.model.isEmpty ? nil : asked.model, period: period,
                    micros: asked.micros, actor: actor)
            })
    }

    private static func view(of service: Service, _ passedOn: [ServedModel], at now: Int)
        -> AccessView
    {
        AccessView(
            principals: service.keys.principals.map { AccessView.Principal($0, at: now) },
            budgets: service.budgets().map(AccessView.Budget.init),
            licences: service.licences().map {
                AccessView.Licence($0.term, calls: $0.calls, at: now)
            },
            models: (service.models + passedOn).map(\.id),
            currency: service.site.configuration.currency)
    }
}

extension AccessView.Principal {
    init(_ principal: Principal, at now: Int) {
        let terms = principal.terms
        self.init(
            name: principal.name, team: terms.team ?? "", licensee: terms.licensee ?? "",
            scopes: terms.scopes?.map(\.rawValue) ?? [], models: terms.models ?? [],
            created: PageTime.day(principal.created),
            expires: terms.expires.map(PageTime.day) ?? "",
            isExpired: terms.expires.map { $0 <= now } ?? false,
            requestsPerMinute: terms.requestsPerMinute, tokensPerMinute: terms.tokensPerMinute)
    }
}

extension AccessView.Budget {
    init(_ balance: BudgetBalance) {
        self.init(
            scope: balance.limit.scope.text, model: balance.limit.model ?? "",
            period: balance.limit.period.rawValue, limitMicros: balance.limit.micros,
            spentMicros: balance.spent, heldMicros: balance.held,
            resets: balance.resets.map(PageTime.day) ?? "")
    }
}

extension AccessView.Licence {
    init(_ term: LicenceTerm, calls: Int, at now: Int) {
        let licence = term.licence
        self.init(
            licensee: licence.licensee, sites: licence.sites,
            jurisdictions: licence.jurisdictions, uses: licence.uses, models: licence.models,
            from: PageTime.day(licence.from), until: PageTime.day(licence.until),
            standing: AccessView.Licence.standing(of: term, at: now), callCap: licence.callCap,
            callsUsed: calls)
    }

    private static func standing(of term: LicenceTerm, at now: Int) -> String {
        let grace = term.licence.until + term.licence.graceDays * 86_400_000
        if let revoked = term.revoked, revoked <= now { return "revoked" }
        if now < term.licence.from { return "not yet" }
        if now < term.licence.until { return "in force" }
        return now < grace ? "in grace" : "expired"
    }
}
