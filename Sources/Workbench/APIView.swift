// SPDX-License-Identifier: Apache-2.0

/// How to call the site's model from a terminal or a program.
package struct APIView: Sendable, Hashable {
    /// A snippet and what to run it with.
    package struct Snippet: Sendable, Hashable {
        package var name: String
        package var code: String

        package init(name: String, code: String) {
            self.name = name
            self.code = code
        }
    }

    /// Address clients are given, such as `http://127.0.0.1:8080/v1`.
    package var endpoint: String
    package var model: String
    /// Price of a call in millionths of the currency; nil where calls are free of charge.
    package var priceMicros: Int?
    package var currency: String
    /// Shown in this order, such as curl and Python.
    package var snippets: [Snippet]

    package init(
        endpoint: String, model: String, priceMicros: Int?, currency: String = "USD",
        snippets: [Snippet]
    ) {
        self.endpoint = endpoint
        self.model = model
        self.priceMicros = priceMicros
        self.currency = currency
        self.snippets = snippets
    }
}

extension APIView: WorkbenchPage {
    package var title: String { "Try the API" }
    package var place: Place? { .api }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Any client that speaks the OpenAI dialect can ask the panel. "
                "Every answer comes with a receipt: its place in the ledger."
            }
            tag("dl", ["class": "entries"]) {
                tag("dt") { "Endpoint" }
                tag("dd") { tag("code", ["class": "long"]) { endpoint } }
                tag("dt") { "Model" }
                tag("dd") { tag("code") { model } }
                tag("dt") { "Price a call" }
                tag("dd") {
                    if let priceMicros {
                        "\(NumberText.micros(priceMicros)) \(currency)"
                    } else {
                        "free of charge"
                    }
                }
            }
            for (position, snippet) in snippets.enumerated() {
                section(snippet.name, id: "snippet-\(position)") {
                    codeBlock(snippet.code, label: "\(snippet.name) snippet")
                }
            }
        }
    }
}
