// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Site
import Workbench

/// How to call the model from outside the pages, with the address the visitor used.
struct APIPage: Sendable {
    let service: Service

    func view(authority: String?) -> APIView {
        let endpoint = "http://\(authority ?? "127.0.0.1")/v1"
        let model = service.models.first?.id ?? Service.panelName
        let price = service.site.configuration.predictionMicros
        return APIView(
            endpoint: endpoint, model: model, priceMicros: price == 0 ? nil : price,
            currency: service.site.configuration.currency,
            snippets: [
                .init(name: "A key", code: "bedside key create --site DIR --name NAME"),
                .init(
                    name: "curl",
                    code: """
                        curl \(endpoint)/panels/\(model):predict \\
                          -H "Authorization: Bearer $KEY" \\
                          -H "Content-Type: application/json" \\
                          -d '\(CaseError.example)'
                        """),
                .init(
                    name: "Python",
                    code: """
                        from openai import OpenAI

                        client = OpenAI(base_url="\(endpoint)", api_key=KEY)
                        answer = client.chat.completions.create(
                            model="\(model)",
                            messages=[{"role": "user", "content": '\(CaseError.example)'}],
                        )
                        print(answer.choices[0].message.content)
                        """),
                .init(
                    name: "What can be asked",
                    code: """
                        curl \(endpoint)/panels/\(model)/knowledge \\
                          -H "Authorization: Bearer $KEY"
                        """),
            ])
    }
}
