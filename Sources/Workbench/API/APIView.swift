// SPDX-License-Identifier: Apache-2.0

/// How to call the site's model from a terminal or a program, and a form to try it here.
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
    /// What the form to try it begins with.
    package var example: String
    /// The models the form offers.
    package var models: [String]

    package init(
        endpoint: String, model: String, priceMicros: Int?, currency: String = "USD",
        snippets: [Snippet], example: String = "", models: [String] = []
    ) {
        self.endpoint = endpoint
        self.model = model
        self.priceMicros = priceMicros
        self.currency = currency
        self.snippets = snippets
        self.example = example
        self.models = models
    }
}

extension APIView: WorkbenchPage {
    package var title: String { "Try the API" }
    package var place: Place? { .api }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Any client that speaks the OpenAI or the Azure dialect can ask the panel. "
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
                tag("dt") { "Description" }
                tag("dd") {
                    tag("a", ["href": Place.openAPI]) { "openapi.json" }
                    " for programs that make clients"
                }
            }
            if !example.isEmpty { tryIt }
            for (position, snippet) in snippets.enumerated() {
                section(snippet.name, id: "snippet-\(position)") {
                    codeBlock(snippet.code, label: "\(snippet.name) snippet")
                }
            }
        }
    }

    /// Sent by `try.js` from the browser to the API itself, with the key that was typed; nothing of
    /// it is kept.
    private var tryIt: HTML {
        section("Try it here", id: "try") {
            tag("p", ["class": "aside", "data-without-script": ""]) {
                "This form needs scripts; the examples below do the same."
            }
            tag("div", ["data-part": "try", "hidden": ""]) {
                tag("div", ["class": "field"]) {
                    tag("label", ["for": "try-key"]) { "Key" }
                    tag("span", ["class": "aside", "id": "try-key-note"]) {
                        "Goes with this call only; it is not kept. "
                        tag("a", ["href": Place.keys.rawValue]) { "Make one" }
                    }
                    void(
                        "input",
                        [
                            "type": "password", "id": "try-key", "autocomplete": "off",
                            "aria-describedby": "try-key-note", "data-key": "",
                        ])
                }
                tag("div", ["class": "field"]) {
                    tag("label", ["for": "try-model"]) { "Model" }
                    tag("select", ["id": "try-model", "data-model": ""]) {
                        for name in models { tag("option", ["value": name]) { name } }
                    }
                }
                tag("div", ["class": "field"]) {
                    tag("label", ["for": "try-case"]) { "Case" }
                    tag(
                        "textarea",
                        ["id": "try-case", "rows": "7", "spellcheck": "false", "data-case": ""]
                    ) { indentedJSON(example) }
                }
                tag("p") {
                    tag("button", ["type": "button", "class": "primary", "data-do": "call"]) {
                        "Ask the model"
                    }
                }
                tag("div", ["data-answer": "", "role": "status"]) {}
            }
        }
    }
}
