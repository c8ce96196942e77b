// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A stand-in for a model's server: one thread on loopback, the same answer to every call.
///
/// It costs a few microseconds a call, so that what is measured is the gateway before it, and it
/// needs no other program. It stops when it is told to or no longer held.
package final class CannedUpstream: Sendable {
    /// The port on 127.0.0.1 that was given.
    package let port: Int
    private let state: State
    private let wake: Int32

    /// What the thread and its owner share.
    final class State: Sendable {
        /// Calls that were answered, failed ones included.
        let calls = Atomic<Int>(0)
        let isStopping = Atomic<Bool>(false)
        /// CPU nanoseconds of the thread.
        let cpu = Atomic<UInt64>(0)
        let hasEnded = DispatchSemaphore(value: 0)
    }

    /// Starts to listen on a free port of 127.0.0.1, or on the one asked for.
    package init(_ answer: CannedAnswer = CannedAnswer(), port: Int = 0) throws(LoadError) {
        let listener = try SocketAddress(host: "127.0.0.1", port: port).listen()
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            close(listener)
            throw .noSocket(reason: String(cString: strerror(errno)))
        }
        self.port = SocketAddress.port(of: listener)
        wake = ends[1]
        let state = State()
        self.state = state
        let woken = ends[0]
        let thread = Thread {
            var loop = CannedLoop(answer: answer, listener: listener, wake: woken, state: state)
            loop.run()
            state.hasEnded.signal()
        }
        thread.name = "canned-upstream"
        thread.start()
    }

    /// Calls answered so far.
    package var calls: Int { state.calls.load(ordering: .relaxed) }

    /// CPU seconds spent on them.
    package var cpuSeconds: Double { Double(state.cpu.load(ordering: .relaxed)) / 1e9 }

    /// Ends every connection and waits for the thread.
    package func stop() {
        guard !state.isStopping.exchange(true, ordering: .sequentiallyConsistent) else { return }
        var byte: UInt8 = 0
        _ = write(wake, &byte, 1)
        state.hasEnded.wait()
        close(wake)
    }

    deinit { stop() }
}

/// The thread's own: every connection and what is still to be sent on it.
private struct CannedLoop {
    struct Client {
        var reader = RequestReader()
        /// What is to be sent, each piece not before its time.
        var pieces: [(due: UInt64, bytes: [UInt8])] = []
        var sent = 0
        var endsAfter = false
    }

    let answer: CannedAnswer
    let listener: Int32
    let wake: Int32
    let state: CannedUpstream.State
    private var clients: [Client?] = [nil, nil]
    private var polled: [pollfd]
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private let streams: [Bool: [[UInt8]]]
    private var calls = 0
    /// Connections with something to send that is not due or did not fit.
    private var waiting = 0

    init(answer: CannedAnswer, listener: Int32, wake: Int32, state: CannedUpstream.State) {
        self.answer = answer
        self.listener = listener
        self.wake = wake
        self.state = state
        polled = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        streams = [
            true: answer.stream(statesUsage: true), false: answer.stream(statesUsage: false),
        ]
    }

    mutating func run() {
        while !state.isStopping.load(ordering: .relaxed) {
            _ = polled.withUnsafeMutableBufferPointer {
                poll($0.baseAddress, nfds_t($0.count), waiting > 0 ? 1 : 1000)
            }
            if polled[0].revents != 0 { accept() }
            for index in polled.indices.dropFirst(2) {
                if polled[index].revents != 0 { receive(index) }
                if waiting > 0 { send(index) }
            }
            state.cpu.store(Clock.threadCPU(), ordering: .relaxed)
        }
        for entry in polled where entry.fd >= 0 { close(entry.fd) }
    }

    private mutating func accept() {
        while true {
            let descriptor = Foundation.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            Sockets.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
            let entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if let free = polled.firstIndex(where: { $0.fd < 0 }) {
                polled[free] = entry
                clients[free] = Client()
            } else {
                polled.append(entry)
                clients.append(Client())
            }
        }
    }

    private mutating func receive(_ index: Int) {
        switch Sockets.receive(polled[index].fd, into: &buffer) {
        case .later: return
        case .ended, .broken: drop(index)
        case .moved(let count):
            clients[index]?.reader.append(buffer[..<count])
            while let request = clients[index]?.reader.next() { take(request, index) }
            send(index)
        }
    }

    /// Decides what a request gets, and when.
    private mutating func take(_ request: RequestReader.Request, _ index: Int) {
        let now = answer.delayMilliseconds == 0 && answer.pieceMilliseconds == 0 ? 0 : Clock.now()
        let due = now + UInt64(answer.delayMilliseconds) * 1_000_000
        guard request.path.hasSuffix("/chat/completions") else {
            let isList = request.path.hasSuffix("/models")
            enqueue(isList ? CannedAnswer.models : CannedAnswer.notFound, due, index)
            return
        }
        calls += 1
        state.calls.store(calls, ordering: .relaxed)
        let pieces: [[UInt8]] =
            request.isStreamed
            ? [CannedAnswer.streamHead]
                + (streams[request.wantsUsage] ?? [])
            : [CannedAnswer.completion]
        if answer.failsEvery > 0, calls % answer.failsEvery == 0 {
            switch answer.failure {
            case .status(let status): enqueue(CannedAnswer.error(status), due, index)
            case .silence: break
            case .cut:
                let first = pieces[0]
                enqueue(
                    request.isStreamed ? first + pieces[1] : Array(first[..<(first.count / 2)]),
                    due, index)
                clients[index]?.endsAfter = true
            }
            return
        }
        for (number, piece) in pieces.enumerated() {
            let step = UInt64(answer.pieceMilliseconds * number) * 1_000_000
            enqueue(piece, due + step, index)
        }
    }

    private mutating func enqueue(_ bytes: [UInt8], _ due: UInt64, _ index: Int) {
        if clients[index]?.pieces.isEmpty == true { waiting += 1 }
        clients[index]?.pieces.append((due, bytes))
    }

    /// Sends what is due on a connection.
    private mutating func send(_ index: Int) {
        guard var client = clients[index], !client.pieces.isEmpty else { return }
        let now = client.pieces[0].due == 0 ? 0 : Clock.now()
        var whole = 0
        while whole < client.pieces.count, client.pieces[whole].due <= now {
            let piece = client.pieces[whole].bytes
            switch Sockets.send(polled[index].fd, piece, from: client.sent) {
            case .moved(let count): client.sent += count
            case .later: break
            case .ended, .broken: return drop(index)
            }
            guard client.sent == piece.count else { break }
            client.sent = 0
            whole += 1
        }
        client.pieces.removeFirst(whole)
        let isDone = client.pieces.isEmpty
        clients[index] = client
        if isDone {
            waiting -= 1
            if client.endsAfter { drop(index) }
        }
    }

    private mutating func drop(_ index: Int) {
        if clients[index]?.pieces.isEmpty == false { waiting -= 1 }
        clients[index] = nil
        close(polled[index].fd)
        polled[index].fd = -1
    }
}
