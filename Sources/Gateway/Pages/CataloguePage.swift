// SPDX-License-Identifier: Apache-2.0
import Workbench

/// The models served here, with how to call each at the address the visitor used.
struct CataloguePage: Sendable {
    let source: CatalogueSource
    /// Models that speak the native dialect; the others have conversations only.
    let panels: Set<String>

    func view(authority: String?) async throws -> CatalogueView {
        let models = try await source.models().map { model in
            var model = model
            let snippets = APISnippets(authority: authority, model: model.id)
            model.snippets = panels.contains(model.id) ? [snippets.native] : [snippets.talk]
            return model
        }
        return CatalogueView(models: models, currency: source.currency)
    }
}
