// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Where lines of the log go without anybody waiting for them.
///
/// A line is copied into a buffer; a thread of its own writes the buffer out every twentieth of a
/// second. Where nobody takes the lines, those above the buffer's size are dropped and counted:
/// the log never holds up an answer.
final class LogWriter: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var isPlanned = false
        var dropped = 0
        /// Lines dropped that the log itself has not told of yet.
        var untold = 0
    }

    private static let capacity = 4 << 20
    private static let pause = DispatchTimeInterval.milliseconds(50)

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "bedside.log", qos: .utility)
    private let capacity: Int
    private let put: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - capacity: bytes that may wait.
    ///   - put: takes whole lines; may block, and runs on the writer's own thread.
    init(capacity: Int = LogWriter.capacity, put: @escaping @Sendable ([UInt8]) -> Void) {
        self.capacity = capacity
        self.put = put
    }

    /// A writer to a file descriptor, such as 2 for standard error.
    convenience init(descriptor: Int32) {
        self.init { LogWriter.write($0, to: descriptor) }
    }

    /// Lines that were dropped so far.
    var dropped: Int { state.withLock { $0.dropped } }

    /// Takes a line, given without its end; never waits.
    func write(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            guard state.buffer.count + line.count < capacity else {
                state.dropped += 1
                state.untold += 1
                return false
            }
            state.buffer += line
            state.buffer.append(UInt8(ascii: "\n"))
            defer { state.isPlanned = true }
            return !state.isPlanned
        }
        if isFirst {
            queue.asyncAfter(deadline: .now() + LogWriter.pause) { self.writeOut() }
        }
    }

    /// Writes what waits and returns when it is written.
    func flush() {
        queue.sync { writeOut() }
    }

    private func writeOut() {
        let (bytes, untold) = state.withLock { state in
            defer {
                state.buffer.removeAll(keepingCapacity: state.buffer.capacity < 1 << 20)
                state.untold = 0
                state.isPlanned = false
            }
            return (state.buffer, state.untold)
        }
        if !bytes.isEmpty { put(bytes) }
        if untold > 0 {
            put(LogLine(.warn, "log.dropped").adding("lines", untold).bytes + [0x0A])
        }
    }

    /// Writes in pieces that a pipe takes whole, and gives up on a reader that takes none for a
    /// second.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let found = poll(&ready, 1, 1000)
            if found < 0 && errno == EINTR { continue }
            guard found > 0 else { return }
            let piece = min(4096, bytes.count - done)
            let count = bytes[done..<done + piece].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else { return }
            done += count
        }
    }
}
