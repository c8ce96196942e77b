// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Makes a plan's load from one thread: sockets that never block, one `poll` for all of them.
///
/// A request costs one `send`, one `recv` and a share of one `poll`, so that the generator fits
/// beside the server it measures. `poll` looks at every connection, which for the tens or hundreds
/// of a load is cheaper than keeping a kernel list in step.
package struct LoadRun {
    private let plan: LoadPlan
    private let address: SocketAddress
    private let digitsOffset: Int?
    private var callers: [LoadCaller]
    private var polled: [pollfd]
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var result = LoadResult()
    private var issued = 0
    private var number: Int
    private var started: UInt64 = 0
    private var ends: UInt64 = .max
    private var mostRequests = Int.max
    private var lastAnswer: UInt64 = 0
    private var underWay = 0
    private var nextSweep: UInt64 = 0

    private static let sweepEvery: UInt64 = 20_000_000
    /// After a failure a connection is tried again after so long.
    private static let pauseAfterFailure: UInt64 = 20_000_000

    private init(_ plan: LoadPlan, from number: Int) throws(LoadError) {
        self.plan = plan
        self.number = number
        address = try SocketAddress(host: plan.host, port: plan.port)
        digitsOffset = plan.digitsOffset
        callers = Array(repeating: LoadCaller(), count: max(1, plan.connections))
        polled = Array(repeating: pollfd(fd: -1, events: 0, revents: 0), count: callers.count)
        if digitsOffset != nil {
            for index in callers.indices { callers[index].outgoing = plan.request(number) }
        }
    }

    /// Makes the load and waits for its end; blocks the calling thread.
    ///
    /// - Throws: `LoadError` where the host is unknown or there are no sockets; a server that does
    ///   not answer is a result, not an error.
    package static func run(_ plan: LoadPlan) throws(LoadError) -> LoadResult {
        var number = plan.firstNumber
        var warm: LoadRun?
        if plan.warmUpSeconds > 0 {
            var first = try LoadRun(plan, from: number)
            try first.make(.seconds(plan.warmUpSeconds))
            number = first.number
            warm = first
        }
        // The connections of the warm-up are kept: its cost is not the run's.
        var run = try LoadRun(plan, from: number)
        if let warm { run.take(warm) }
        try run.make(plan.length)
        run.close()
        return run.result
    }

    private mutating func take(_ warm: LoadRun) {
        for index in callers.indices where warm.callers[index].phase == .idle {
            callers[index] = warm.callers[index]
            polled[index] = warm.polled[index]
        }
    }

    private mutating func close() {
        for index in callers.indices where callers[index].descriptor >= 0 {
            Glibc.close(callers[index].descriptor)
        }
    }

    // MARK: The loop

    private mutating func make(_ length: LoadPlan.Length) throws(LoadError) {
        let ownBefore = Clock.threadCPU()
        started = Clock.now()
        lastAnswer = started
        switch length {
        case .seconds(let seconds): ends = started + UInt64(seconds * 1e9)
        case .requests(let count): mostRequests = count
        }
        var now = started
        var mayIssue = true
        while mayIssue || underWay > 0 {
            if mayIssue { try startDue(now) }
            let patience = wait(now, mayIssue: mayIssue)
            let ready = polled.withUnsafeMutableBufferPointer {
                poll($0.baseAddress, nfds_t($0.count), patience)
            }
            now = Clock.now()
            mayIssue = now < ends && issued < mostRequests
            if ready > 0 {
                for index in polled.indices where polled[index].revents != 0 {
                    try serve(index, mayIssue: mayIssue)
                }
            }
            now = Clock.now()
            mayIssue = now < ends && issued < mostRequests
            if now >= nextSweep { sweep(now) }
        }
        result.seconds = Double(lastAnswer - started) / 1e9
        result.ownCPUSeconds = Double(Clock.threadCPU() - ownBefore) / 1e9
        result.nextNumber = number
    }

    /// How long to wait for an event, in milliseconds.
    private func wait(_ now: UInt64, mayIssue: Bool) -> Int32 {
        var until = now + LoadRun.sweepEvery
        if mayIssue {
            until = min(until, ends)
            if plan.pace != nil, underWay < callers.count { until = min(until, due(issued)) }
        }
        return until <= now ? 0 : Int32((until - now + 999_999) / 1_000_000)
    }

    /// When a request is to begin.
    private func due(_ request: Int) -> UInt64 {
        guard let pace = plan.pace else { return started }
        return started + UInt64(Double(request) / pace * 1e9)
    }

    /// Begins what is due on every connection that is free.
    private mutating func startDue(_ now: UInt64) throws(LoadError) {
        guard underWay < callers.count else { return }
        for index in callers.indices where callers[index].phase == .idle {
            guard issued < mostRequests, now < ends, due(issued) <= now else { return }
            guard callers[index].freeAt <= now else { continue }
            try begin(index, now)
        }
    }

    private mutating func begin(_ index: Int, _ now: UInt64) throws(LoadError) {
        // Due while every connection waited: the server made it late, so it counts from then.
        let due = due(issued)
        let begun = plan.pace != nil && due < callers[index].freeAt ? due : now
        issued += 1
        underWay += 1
        if let digitsOffset {
            callers[index].write(number, at: digitsOffset)
        } else {
            callers[index].outgoing = plan.request(number)
        }
        number += 1
        callers[index].sent = 0
        callers[index].started = begun
        callers[index].deadline = now + UInt64(plan.timeoutSeconds * 1e9)
        if callers[index].descriptor < 0 {
            callers[index].descriptor = try address.connect()
            callers[index].reader = ResponseReader()
            polled[index].fd = callers[index].descriptor
            guard callers[index].descriptor >= 0 else { return fail(index, .connect) }
            callers[index].phase = .connecting
            polled[index].events = Int16(POLLOUT)
        } else {
            send(index)
        }
    }

    private mutating func send(_ index: Int) {
        callers[index].phase = .awaiting
        switch Sockets.send(
            callers[index].descriptor, callers[index].outgoing, from: callers[index].sent)
        {
        case .moved(let count): callers[index].sent += count
        case .later: break
        case .ended, .broken: return fail(index, .closed)
        }
        let isWhole = callers[index].sent == callers[index].outgoing.count
        polled[index].events = Int16(isWhole ? POLLIN : POLLIN | POLLOUT)
    }

    /// Does what a connection is ready for.
    private mutating func serve(_ index: Int, mayIssue: Bool) throws(LoadError) {
        let events = Int32(polled[index].revents)
        switch callers[index].phase {
        case .connecting:
            if events & (POLLERR | POLLHUP) != 0 { return fail(index, .connect) }
            send(index)
        case .idle:
            // Nothing is expected: the server ends a connection that it no longer keeps.
            drop(index)
        case .awaiting:
            if events & POLLOUT != 0 { send(index) }
            guard callers[index].phase == .awaiting, events & ~POLLOUT != 0 else { return }
            switch Sockets.receive(callers[index].descriptor, into: &buffer) {
            case .later: return
            case .broken: fail(index, .closed)
            case .ended:
                if callers[index].reader.end() { answered(index) } else { fail(index, .closed) }
            case .moved(let count):
                result.bytes += count
                var position = 0
                do {
                    if try callers[index].reader.read(buffer, from: &position, to: count) {
                        // More than the answer to the one request is no HTTP.
                        position == count ? answered(index) : fail(index, .malformed)
                    }
                } catch { fail(index, .malformed) }
            }
            if mayIssue, callers[index].phase == .idle, plan.pace == nil,
                issued < mostRequests, callers[index].freeAt <= Clock.now()
            {
                try begin(index, Clock.now())
            }
        }
    }

    // MARK: What becomes of a request

    private mutating func answered(_ index: Int) {
        let now = Clock.now()
        let status = callers[index].reader.status
        result.requests += 1
        if (200..<300).contains(status) {
            result.latency.add(now - callers[index].started)
        } else {
            result.refusals[status, default: 0] += 1
        }
        lastAnswer = now
        underWay -= 1
        callers[index].phase = .idle
        callers[index].freeAt = now
        polled[index].events = Int16(POLLIN)
        if callers[index].reader.closes { drop(index) }
    }

    private mutating func fail(_ index: Int, _ failure: LoadResult.Failure) {
        result.failures[failure, default: 0] += 1
        let now = Clock.now()
        lastAnswer = now
        underWay -= 1
        callers[index].phase = .idle
        callers[index].freeAt = now + LoadRun.pauseAfterFailure
        drop(index)
    }

    private mutating func drop(_ index: Int) {
        if callers[index].descriptor >= 0 { Glibc.close(callers[index].descriptor) }
        callers[index].descriptor = -1
        polled[index].fd = -1
    }

    /// Gives up what has waited too long.
    private mutating func sweep(_ now: UInt64) {
        nextSweep = now + LoadRun.sweepEvery
        for index in callers.indices
        where callers[index].phase != .idle && now > callers[index].deadline {
            fail(index, .timeout)
        }
    }
}

/// One connection and the request on it.
private struct LoadCaller {
    enum Phase {
        case idle, connecting, awaiting
    }

    var descriptor: Int32 = -1
    var phase = Phase.idle
    var outgoing: [UInt8] = []
    var sent = 0
    var started: UInt64 = 0
    var deadline: UInt64 = 0
    /// Since when it has nothing to do.
    var freeAt: UInt64 = 0
    var reader = ResponseReader()

    /// Writes a request's number into the ten digits that stand for it.
    mutating func write(_ number: Int, at offset: Int) {
        var rest = number
        for position in (offset..<offset + LoadPlan.Body.digits).reversed() {
            outgoing[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
