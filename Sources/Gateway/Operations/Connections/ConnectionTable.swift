// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// All open connections, bounded in number, per peer, and in what they hold in memory.
///
/// When the table is full the connection that has been free the longest makes place: thousands of
/// connections that ask nothing keep nobody out. A new connection is refused only where every other
/// one has a request under way.
final class ConnectionTable: Sendable {
    /// What the table holds connections to.
    struct Limits: Sendable {
        var connections = 4096
        var perPeer = 1024
        /// Bytes of request bodies held at once.
        var heldBytes = 64 << 20
        /// How long a connection may be in a phase; nil where something else bounds it.
        var idle = TimeAmount.seconds(60)
        var head = TimeAmount.seconds(10)
        var body = TimeAmount.seconds(30)
        /// How long a caller may leave an answer lying.
        var stalled = TimeAmount.seconds(60)

        func longest(_ phase: Connection.Phase) -> TimeAmount? {
            switch phase {
            case .opening, .head: head
            case .body: body
            case .idle: idle
            case .stalled: stalled
            case .answering: nil
            }
        }
    }

    /// Why the table closed or refused a connection.
    enum Reason: String, Sendable, CaseIterable {
        /// It was free the longest when the table was full.
        case evicted
        /// The table was full of requests under way.
        case refused
        /// Its peer had as many as one peer may have.
        case peer
        case idle, head, body, stalled
        /// Bodies of other requests held all the memory there is for them.
        case memory
        /// The calls in flight did not end in time when the server was told to stop.
        case drain
    }

    let limits: Limits
    private let state = Mutex(State())
    private let held = Atomic(0)
    private let report: @Sendable (Reason) -> Void

    private struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        var perPeer: [Peer: Int] = [:]
        var accepted = 0

        mutating func remove(_ connection: Connection) {
            guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            let count = perPeer[connection.peer, default: 1] - 1
            perPeer[connection.peer] = count > 0 ? count : nil
        }

        /// The connections that have been free the longest, oldest first.
        func freest(_ count: Int, of peer: Peer?) -> [Connection] {
            var free: [(since: NIODeadline, connection: Connection)] = []
            for connection in open.values where peer == nil || connection.peer == peer {
                let state = connection.state
                if state.phase.isFree { free.append((state.since, connection)) }
            }
            guard count > 1 else {
                return free.min { $0.since < $1.since }.map { [$0.connection] } ?? []
            }
            return free.sorted { $0.since < $1.since }.prefix(count).map(\.connection)
        }
    }

    /// - Parameter report: told of each connection that was closed or refused here.
    init(limits: Limits, report: @escaping @Sendable (Reason) -> Void = { _ in }) {
        self.limits = limits
        self.report = report
    }

    /// Connections open now.
    var count: Int { state.withLock { $0.open.count } }
    /// Connections ever let in.
    var accepted: Int { state.withLock { $0.accepted } }

    /// Lets a connection in, or says that there is no place for it.
    ///
    /// - Complexity: O(1), and O(connections) where the table is full; then it makes place for
    ///   several, so that a flood of new ones pays for the search once in a while.
    func admit(_ connection: Connection) -> Bool {
        let (isIn, closed, reason) = state.withLock { state -> (Bool, [Connection], Reason) in
            var closed: [Connection] = []
            if state.perPeer[connection.peer, default: 0] >= limits.perPeer,
                connection.peer != .other
            {
                closed = state.freest(max(1, limits.perPeer / 64), of: connection.peer)
                guard !closed.isEmpty else { return (false, [], .peer) }
            } else if state.open.count >= limits.connections {
                closed = state.freest(max(1, limits.connections / 64), of: nil)
                guard !closed.isEmpty else { return (false, [], .refused) }
            }
            for victim in closed { state.remove(victim) }
            state.open[ObjectIdentifier(connection)] = connection
            state.perPeer[connection.peer, default: 0] += 1
            state.accepted += 1
            return (true, closed, .evicted)
        }
        for victim in closed {
            report(.evicted)
            victim.channel.close(promise: nil)
        }
        if !isIn { report(reason) }
        return isIn
    }

    /// Forgets a connection that is closed.
    func remove(_ connection: Connection) {
        state.withLock { $0.remove(connection) }
    }

    /// Tells every connection whose time is up.
    func sweep(now: NIODeadline = .now()) {
        let connections = state.withLock { Array($0.open.values) }
        for connection in connections {
            let (phase, since) = connection.state
            guard let longest = limits.longest(phase), now - since > longest else { continue }
            switch phase {
            case .opening, .idle: report(.idle)
            case .head: report(.head)
            case .body: report(.body)
            case .answering, .stalled: report(.stalled)
            }
            connection.channel.eventLoop.execute {
                connection.channel.pipeline.fireUserInboundEventTriggered(
                    ConnectionOverdue(phase: phase))
            }
        }
    }

    /// Closes every connection, also those with a request under way.
    func closeAll() {
        let connections = state.withLock { Array($0.open.values) }
        for connection in connections {
            report(.drain)
            connection.channel.close(promise: nil)
        }
    }

    /// Takes memory for part of a body; false where there is none left.
    func hold(_ bytes: Int) -> Bool {
        let (_, after) = held.wrappingAdd(bytes, ordering: .relaxed)
        guard after > limits.heldBytes else { return true }
        release(bytes)
        report(.memory)
        return false
    }

    /// Gives memory of a body back.
    func release(_ bytes: Int) {
        held.wrappingSubtract(bytes, ordering: .relaxed)
    }

    /// Bytes of bodies held now.
    var heldBytes: Int { held.load(ordering: .relaxed) }
}
