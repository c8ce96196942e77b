// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A command of the program as an operator would type it, for what surrounds a measurement.
package enum OperatorCommand {
    /// Runs a command to its end; returns the last line it printed.
    ///
    /// - Throws: `LoadError.commandFailed` with the last line where it failed.
    package static func run(_ program: String, _ arguments: [String]) throws(LoadError) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let name = arguments.prefix(2).joined(separator: " ")
        do { try process.run() } catch {
            throw .commandFailed(command: program, lastLine: "it cannot be run")
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        guard process.terminationStatus == 0 else {
            throw .commandFailed(
                command: "bedside \(name)", lastLine: lines.last.map(String.init) ?? "no reason")
        }
        return lines.last.map(String.init) ?? ""
    }
}
