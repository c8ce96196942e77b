// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import Site
import Synchronization

/// What travels with a request through the gateway.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names this request in the log and in `x-request-id`.
    let requestID: String
    /// When the gateway first saw it.
    let start: ContinuousClock.Instant
    /// Name of the principal whose key came with it; empty before authentication.
    var principal = "" {
        didSet { notes.principal = principal }
    }
    /// What inner layers learn and the log tells.
    let notes = RequestNotes()
    /// Where the request came in; nil where no socket is involved.
    private let channel: (any Channel)?
    /// The principal itself, with the terms of its key.
    var holder = Principal(name: "", keySHA256: "", created: 0)

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = "req_" + RequestID().description
        start = .now
        channel = source.channel
    }

    /// A context from anything that has a logger, so that tests need no connection.
    init(from source: some RequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = "req_" + RequestID().description
        start = .now
        channel = nil
    }

    /// The pattern of the route that answers; `none` where nothing is served at the address.
    var routePattern: String {
        switch endpointPath {
        case nil, "NotFound": "none"
        case .some(let path): path
        }
    }

    /// Whether the caller's address is one of this machine's own loopback addresses.
    var isFromThisMachine: Bool {
        guard let channel else { return true }
        switch channel.remoteAddress {
        case .v4: return channel.remoteAddress?.ipAddress?.hasPrefix("127.") == true
        case .v6: return channel.remoteAddress?.ipAddress == "::1"
        case .unixDomainSocket: return true
        case nil: return false
        }
    }

    /// Whether a request was sent on this machine to this machine.
    ///
    /// What a proxy on this machine passes on comes from elsewhere, so a request that names another
    /// host or a forwarder counts as remote.
    func isDirect(_ request: Request) -> Bool {
        isFromThisMachine && LoopbackHost.isLocal(authority: request.head.authority)
            && !HeaderName.forwarders.contains { request.headers[$0] != nil }
    }

    /// Microseconds since the request arrived.
    var elapsedMicroseconds: Int {
        let elapsed = (ContinuousClock.now - start).components
        return Int(elapsed.seconds) * 1_000_000 + Int(elapsed.attoseconds / 1_000_000_000_000)
    }
}

/// What is learnt about a request on its way in, kept where the outermost layer finds it.
final class RequestNotes: Sendable {
    private let name = Mutex("")

    /// Name of the principal whose key came with it; empty before authentication.
    var principal: String {
        get { name.withLock { $0 } }
        set { name.withLock { $0 = newValue } }
    }
}
