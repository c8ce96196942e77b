// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A server started as a child for a measurement, with the port that it says it listens on.
package final class ServerProcess: Sendable {
    /// The port of the address the server printed.
    package let port: Int
    private let process: Mutex<Process>

    /// Starts a program and waits until a line of its output holds `http://HOST:PORT`.
    ///
    /// - Throws: `LoadError.notStarted` where it ends or prints no address in time; it is then
    ///   stopped.
    package convenience init(
        _ program: String, _ arguments: [String], withinSeconds seconds: Double = 60
    ) throws(LoadError) {
        try self.init(program, arguments, environment: [:], seconds: seconds) { $0.port }
    }

    /// Starts a program and waits until it answers at a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - path: answered with 200 once the server is ready.
    /// - Throws: `LoadError.notStarted` where it ends or does not answer in time.
    package convenience init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], port: Int,
        readyAt path: String, withinSeconds seconds: Double = 60
    ) throws(LoadError) {
        var question = PlainRequest(port: port)
        question.timeoutSeconds = 1
        let ready = question
        try self.init(program, arguments, environment: environment, seconds: seconds) { _ in
            (try? ready.get(path))?.status == 200 ? port : nil
        }
    }

    private init(
        _ program: String, _ arguments: [String], environment: [String: String], seconds: Double,
        readyPort: (ServerOutput) -> Int?
    ) throws(LoadError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let output = ServerOutput()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                output.ended.signal()
            }
            output.append(data)
        }
        do { try ServerProcess.hearingSignals { try process.run() } } catch {
            throw .notStarted(program: program, lastLine: "it cannot be run")
        }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var found: Int?
        while found == nil, process.isRunning, clock.now < end {
            usleep(5_000)
            found = readyPort(output)
        }
        guard let found else {
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
            // Its last words may arrive after it has ended; a grandchild may hold the pipe open.
            _ = output.ended.wait(timeout: .now() + 2)
            throw .notStarted(program: program, lastLine: output.lastLine)
        }
        port = found
        self.process = Mutex(process)
    }

    /// Starts a child that can be told to end.
    ///
    /// A child inherits which signals are held back, and threads that run tasks hold back all.
    private static func hearingSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var usual = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &usual)
        defer { pthread_sigmask(SIG_SETMASK, &usual, nil) }
        try start()
    }

    /// The child's process id.
    package var identifier: Int32 { process.withLock { $0.processIdentifier } }

    package var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Asks the server to end, and waits for it; after a while it is made to.
    package func stop(withinSeconds seconds: Double = 20) {
        process.withLock { process in
            guard process.isRunning else { return }
            process.terminate()
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            while process.isRunning, clock.now < end { usleep(5_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
    }

    deinit { stop() }
}

/// What a child printed so far; the latest few kilobytes.
private final class ServerOutput: Sendable {
    private let text = Mutex("")
    /// Signalled when there will be no more output.
    let ended = DispatchSemaphore(value: 0)

    func append(_ data: Data) {
        text.withLock { $0 = String(($0 + String(decoding: data, as: UTF8.self)).suffix(4096)) }
    }

    var port: Int? {
        text.withLock { text in
            // Whole lines only: a port cut in two is another port.
            guard let end = text.lastIndex(of: "\n") else { return nil }
            return text[..<end].firstMatch(of: /https?:\/\/[^\s\/]*:([0-9]+)/).flatMap {
                Int($0.output.1)
            }
        }
    }

    var lastLine: String {
        text.withLock { String($0.split(separator: "\n").last ?? "") }
    }
}
