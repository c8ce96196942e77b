// SPDX-License-Identifier: Apache-2.0
import Site
import Workbench

/// Keys, budgets and licences, and the forms that change them.
struct AccessPage: Sendable {
    let source: AccessSource

    func view() async throws -> AccessView {
        try await source.view()
    }

    /// Does what a posted form asks, and shows how things stand then.
    func act(_ form: Form) async throws -> AccessView {
        let outcome: AccessView.Outcome
        do {
            outcome = try await done(AccessForm(fields: form.fields))
        } catch let error as SiteError {
            outcome = .refused(error.pageSentence)
        }
        var view = try await source.view()
        view.outcome = outcome
        return view
    }

    private func done(_ asked: AccessForm) async throws -> AccessView.Outcome {
        switch asked {
        case .create(let key):
            return .issued(name: key.name, key: try await source.create(key))
        case .rotate(let name):
            return .issued(name: name, key: try await source.rotate(name))
        case .revoke(let name):
            try await source.revoke(name)
            return .done("The key of \(name) opens nothing any more.")
        case .budget(let budget):
            try await source.setBudget(budget)
            return .done(
                budget.micros == nil
                    ? "The limit of \(budget.kind) \(budget.name) is taken away."
                    : "The limit of \(budget.kind) \(budget.name) is set.")
        case .needed(let sentence):
            return .refused(sentence)
        }
    }
}
