// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A child process spoken to line by line.
///
/// Nothing it does or leaves undone takes this process down or keeps it waiting longer than agreed.
final class LineProcess: Sendable {
    private struct State {
        var process: Process
        /// Read from the process beyond the last line.
        var ahead: [UInt8] = []
    }

    static let lineLimit = 1 << 20

    private let state: Mutex<State>
    private let input: FileHandle
    private let output: FileHandle
    private let seconds: Int

    /// - Parameters:
    ///   - command: run by `/bin/sh -c`.
    ///   - seconds: patience for one exchange.
    init(command: String, seconds: Int) throws(AgentError) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        // The process gets no key and no setting of ours.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BEDSIDE_")
        }
        let toChild = Pipe()
        let fromChild = Pipe()
        process.standardInput = toChild
        process.standardOutput = fromChild
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw .processEnded }
        input = toChild.fileHandleForWriting
        output = fromChild.fileHandleForReading
        // A process that reads nothing must not block the writer.
        _ = fcntl(
            input.fileDescriptor, F_SETFL, fcntl(input.fileDescriptor, F_GETFL) | O_NONBLOCK)
        self.seconds = seconds
        state = Mutex(State(process: process))
    }

    deinit {
        let pid = state.withLock { $0.process.isRunning ? $0.process.processIdentifier : 0 }
        guard pid > 0 else { return }
        // What the shell started is of its group, where it has one of its own.
        kill(getpgid(pid) == pid ? -pid : pid, SIGKILL)
    }

    /// Writes one line and reads one, on a thread that may wait.
    func exchange(_ line: [UInt8]) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result { try self.exchangeWaiting(line + [UInt8(ascii: "\n")]) })
            }
        }
    }

    private func exchangeWaiting(_ line: [UInt8]) throws(AgentError) -> [UInt8] {
        let deadline = ContinuousClock.now + .seconds(seconds)
        try write(line, until: deadline)
        var ahead = state.withLock { $0.ahead }
        var searched = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = ahead[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end <= LineProcess.lineLimit else { break }
                let rest = Array(ahead[(end + 1)...])
                state.withLock { $0.ahead = rest }
                return Array(ahead[..<end])
            }
            guard ahead.count <= LineProcess.lineLimit else { break }
            searched = ahead.count
            try wait(output, POLLIN, until: deadline)
            let count = read(output.fileDescriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { throw .processEnded }
            ahead += chunk[..<count]
        }
        throw .notATurn(expected: "a line of at most a megabyte")
    }

    private func write(
        _ bytes: [UInt8], until deadline: ContinuousClock.Instant
    ) throws(AgentError) {
        var done = 0
        while done < bytes.count {
            try wait(input, POLLOUT, until: deadline)
            let count = LineProcess.writeQuietly(input.fileDescriptor, bytes[done...])
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { throw .processEnded }
            done += count
        }
    }

    private func wait(
        _ handle: FileHandle, _ event: Int32, until deadline: ContinuousClock.Instant
    ) throws(AgentError) {
        while true {
            guard ContinuousClock.now < deadline else { throw .processTooSlow(seconds: seconds) }
            var poller = pollfd(fd: handle.fileDescriptor, events: Int16(event), revents: 0)
            if poll(&poller, 1, 200) > 0 { return }
        }
    }

    /// `write` whose SIGPIPE, from a process that has ended, stays with this thread and is taken
    /// from it, so that it ends nobody; the caller sees EPIPE.
    private static func writeQuietly(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int {
        var pipe = sigset_t()
        var before = sigset_t()
        var pending = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        sigpending(&pending)
        let wasPending = sigismember(&pending, SIGPIPE) == 1
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        let count = bytes.withUnsafeBytes { buffer in
            #if canImport(Glibc)
                Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            #else
                Darwin.write(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
        let code = errno
        if count < 0, code == EPIPE, !wasPending {
            sigpending(&pending)
            var taken: Int32 = 0
            if sigismember(&pending, SIGPIPE) == 1 { sigwait(&pipe, &taken) }
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        errno = code
        return count
    }
}
