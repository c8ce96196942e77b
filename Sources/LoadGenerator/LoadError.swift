// SPDX-License-Identifier: Apache-2.0

/// Why a load could not be made or measured.
package enum LoadError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name or address has no meaning here.
    case unknownHost(String)
    /// The system gave no socket.
    case noSocket(reason: String)
    /// A program that was to be measured did not start, or not in time.
    case notStarted(program: String, lastLine: String)
    /// A command that prepares the measurement failed.
    case commandFailed(command: String, lastLine: String)
    /// The server did not answer a question that the measurement needs.
    case noAnswer(path: String, status: Int)

    /// One sentence for whoever runs the benchmark.
    package var sentence: String {
        switch self {
        case .unknownHost(let host): "\(host): no such host; expected an address or a known name"
        case .noSocket(let reason): "no socket to be had (\(reason)); allow more open files"
        case .notStarted(let program, let line):
            "\(program): did not start within its time\(line.isEmpty ? "" : " (\(line))")"
        case .commandFailed(let command, let line): "\(command): failed (\(line))"
        case .noAnswer(let path, let status):
            status == 0
                ? "\(path): no answer; is the server running at this port?"
                : "\(path): answered \(status), expected 200; is the key right?"
        }
    }

    package var description: String { sentence }
}
