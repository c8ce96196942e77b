// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Workbench

/// What went through the gateway in the last hour, as a page and as what its script asks for.
struct UsagePage: Sendable {
    let source: UsageSource

    func view() async throws -> UsageView {
        try await source.view()
    }

    /// The minutes as numbers, and the part of the page that shows them.
    func live() async throws -> Response {
        JSONBody.response(LiveBody(try await source.view()))
    }
}

private struct LiveBody: Encodable {
    struct Minute: Encodable {
        var minute: String
        var calls: Int
        var refused: Int
        var priceMicros: Int
        @Nullable var p50Micros: Int?
        @Nullable var p95Micros: Int?

        enum CodingKeys: String, CodingKey {
            case minute, calls, refused
            case priceMicros = "price_micros"
            case p50Micros = "p50_us"
            case p95Micros = "p95_us"
        }
    }

    var minutes: [Minute]
    var html: String

    init(_ view: UsageView) {
        minutes = view.minutes.map {
            Minute(
                minute: $0.time, calls: $0.calls, refused: $0.refused, priceMicros: $0.micros,
                p50Micros: $0.median, p95Micros: $0.high)
        }
        html = view.livePart
    }
}
