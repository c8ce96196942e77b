// SPDX-License-Identifier: Apache-2.0
import Hummingbird

/// Serves the description of the interface, which is made once.
struct OpenAPIRoutes: Sendable {
    private let text: ByteBuffer

    init(_ description: OpenAPI) {
        text = ByteBuffer(string: JSONBody.text(description.document))
    }

    func add(to router: some RouterMethods<GatewayContext>) {
        let text = text
        router.get("openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: JSONBody.contentType],
                body: ResponseBody(byteBuffer: text))
        }
    }
}
