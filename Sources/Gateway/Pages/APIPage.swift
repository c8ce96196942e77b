// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Metering
import Site
import Workbench

/// How to call the model from outside the pages, with the address the visitor used.
struct APIPage: Sendable {
    let service: Service

    func view(authority: String?) -> APIView {
        let model = service.models.first?.id ?? Service.panelName
        let price =
            CatalogueView.Price.all(of: model, in: service.priceList, at: Entry.now)
            .first { $0.meter == "prediction" && $0.licensee.isEmpty }?.micros ?? 0
        let snippets = APISnippets(authority: authority, model: model)
        return APIView(
            endpoint: snippets.endpoint, model: model, priceMicros: price == 0 ? nil : price,
            currency: service.site.configuration.currency, snippets: snippets.all,
            example: CaseError.example, models: service.models.map(\.id))
    }
}
