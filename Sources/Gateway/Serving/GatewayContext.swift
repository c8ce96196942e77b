// SPDX-License-Identifier: Apache-2.0
import Hummingbird

/// What travels with a request through the gateway.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names this request in the log and in `x-request-id`.
    let requestID: String
    /// When the gateway first saw it.
    let start: ContinuousClock.Instant
    /// Name of the principal whose key came with it; empty before authentication.
    var principal = ""

    init(source: ApplicationRequestContextSource) {
        self.init(from: source)
    }

    /// A context from anything that has a logger, so that tests need no connection.
    init(from source: some RequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = "req_" + RequestID().description
        start = .now
    }

    /// Microseconds since the request arrived.
    var elapsedMicroseconds: Int {
        let elapsed = (ContinuousClock.now - start).components
        return Int(elapsed.seconds) * 1_000_000 + Int(elapsed.attoseconds / 1_000_000_000_000)
    }
}
