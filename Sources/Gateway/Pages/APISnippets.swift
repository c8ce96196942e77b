// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Workbench

/// Runnable examples of every dialect, with the address the visitor used and an example case.
struct APISnippets: Sendable {
    private let root: String
    private let model: String

    init(authority: String?, model: String) {
        root = "http://\(authority ?? "127.0.0.1")"
        self.model = model
    }

    var endpoint: String { root + "/v1" }

    var all: [APIView.Snippet] {
        [key, native, chat, openAI, azureOpenAI, azureInference, knowledge, proof]
    }

    private var key: APIView.Snippet {
        .init(
            name: "A key",
            code: "bedside key create --site DIR --name NAME\nexport KEY=bsk_…")
    }

    /// A case to a panel.
    var native: APIView.Snippet {
        .init(
            name: "curl, native",
            code: """
                curl -i \(endpoint)/panels/\(model):predict \\
                  -H "Authorization: Bearer $KEY" \\
                  -H "Content-Type: application/json" \\
                  -d '\(CaseError.example)'
                """)
    }

    private var chat: APIView.Snippet {
        .init(
            name: "curl, chat completions",
            code: """
                curl \(endpoint)/chat/completions \\
                  -H "Authorization: Bearer $KEY" \\
                  -H "Content-Type: application/json" \\
                  -H "Idempotency-Key: visit-1-question-1" \\
                  -d '{"model":"\(model)","messages":[{"role":"user",
                       "content":"\(quoted(CaseError.example))"}]}'
                """)
    }

    /// A question to a model that has conversations.
    var talk: APIView.Snippet {
        .init(
            name: "curl, chat completions",
            code: """
                curl \(endpoint)/chat/completions \\
                  -H "Authorization: Bearer $KEY" \\
                  -H "Content-Type: application/json" \\
                  -d '{"model":"\(model)","messages":[{"role":"user","content":"Hello"}]}'
                """)
    }

    private var openAI: APIView.Snippet {
        .init(
            name: "Python, openai",
            code: """
                from os import environ
                from openai import OpenAI

                client = OpenAI(base_url="\(endpoint)", api_key=environ["KEY"])
                answer = client.chat.completions.create(
                    model="\(model)",
                    messages=[{"role": "user", "content": '\(CaseError.example)'}],
                )
                print(answer.choices[0].message.content)
                """)
    }

    private var azureOpenAI: APIView.Snippet {
        .init(
            name: "Python, openai for Azure",
            code: """
                from os import environ
                from openai import AzureOpenAI

                client = AzureOpenAI(
                    azure_endpoint="\(root)", api_key=environ["KEY"],
                    api_version="2024-10-21",
                )
                answer = client.chat.completions.create(
                    model="\(model)",
                    messages=[{"role": "user", "content": '\(CaseError.example)'}],
                )
                print(answer.choices[0].message.content)
                """)
    }

    private var azureInference: APIView.Snippet {
        .init(
            name: "Python, azure-ai-inference",
            code: """
                from os import environ
                from azure.ai.inference import ChatCompletionsClient
                from azure.ai.inference.models import UserMessage
                from azure.core.credentials import AzureKeyCredential

                client = ChatCompletionsClient(
                    endpoint="\(root)/models", credential=AzureKeyCredential(environ["KEY"]))
                answer = client.complete(
                    model="\(model)", messages=[UserMessage('\(CaseError.example)')])
                print(answer.choices[0].message.content)
                """)
    }

    private var knowledge: APIView.Snippet {
        .init(
            name: "What can be asked",
            code: """
                curl \(endpoint)/panels/\(model)/knowledge \\
                  -H "Authorization: Bearer $KEY"
                """)
    }

    private var proof: APIView.Snippet {
        .init(
            name: "A receipt's proof",
            code: """
                curl "\(endpoint)/ledger/proof?index=$LEDGER_INDEX" \\
                  -H "Authorization: Bearer $KEY"
                """)
    }

    /// JSON inside a JSON string.
    private func quoted(_ json: String) -> String {
        json.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
