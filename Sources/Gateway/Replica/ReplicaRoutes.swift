// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore

/// The addresses at which replicas ask the writer; to everybody else nothing is there.
struct ReplicaRoutes: Sendable {
    let desk: ReplicaDesk
    let secret: ReplicaSecret
    let bodyLimit: Int

    func add(to router: Router<GatewayContext>) {
        for question in DeskQuestion.allCases {
            router.post("internal/desk/\(question.rawValue)") { request, _ in
                guard let name = HTTPField.Name(ReplicaSecret.header),
                    secret.matches(request.headers[name])
                else { throw APIError.unknownRoute }
                let reply = try await desk.answer(
                    question, try await request.bytes(upTo: bodyLimit))
                return Response(
                    status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply)))
            }
        }
    }
}
