// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// Where a connection's caller stands, as far as fairness between callers goes.
enum Peer: Hashable, Sendable {
    /// An IPv4 address.
    case v4(UInt32)
    /// The network half of an IPv6 address: who has one address there has all of them.
    case v6(UInt64)
    /// A socket in the file system, or an address of a kind that is not counted.
    case other

    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            // Family and port come first, two bytes each.
            self = .v4(
                withUnsafeBytes(of: address.address) {
                    $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
                })
        case .v6(let address):
            // Family, port and flow information come first.
            self = .v6(
                withUnsafeBytes(of: address.address) {
                    $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                })
        default:
            self = .other
        }
    }
}

/// One open connection: what it is doing and since when, readable from any thread.
///
/// Both are one atomic word, so that a request costs the table of connections four stores and no
/// lock; the sweep that finds overdue ones reads all words once a second.
final class Connection: Sendable {
    /// What a connection is doing.
    enum Phase: UInt64, Sendable {
        /// Connected, and nothing was asked yet.
        case opening
        /// Between two requests.
        case idle
        /// The first bytes of a request's head are here.
        case head
        /// The head is here and the body is coming.
        case body
        /// The request is here and is being answered.
        case answering
        /// The answer is written faster than the caller takes it.
        case stalled

        /// Whether closing it now breaks no request.
        var isFree: Bool {
            switch self {
            case .opening, .idle, .head: true
            case .body, .answering, .stalled: false
            }
        }
    }

    let channel: any Channel
    let peer: Peer
    private let word: Atomic<UInt64>

    init(channel: any Channel, now: NIODeadline = .now()) {
        self.channel = channel
        peer = Peer(channel.remoteAddress)
        word = Atomic(now.uptimeNanoseconds & ~7)
    }

    /// What it is doing, and since when, exact to 8 ns.
    var state: (phase: Phase, since: NIODeadline) {
        let word = word.load(ordering: .relaxed)
        return (Phase(rawValue: word & 7) ?? .opening, .uptimeNanoseconds(word & ~7))
    }

    /// Says what it does from now on.
    func enter(_ phase: Phase, now: NIODeadline = .now()) {
        word.store(now.uptimeNanoseconds & ~7 | phase.rawValue, ordering: .relaxed)
    }
}

/// Told to a connection whose time is up.
struct ConnectionOverdue: Sendable {
    let phase: Connection.Phase
}
