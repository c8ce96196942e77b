// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A gateway of its own for a measurement: a site that is made, served and removed again.
///
/// Everything goes through the program's own commands, so that what is measured is what an
/// operator would run: a key of a licensee, with a budget, a licence and a price sheet.
package final class TemporaryGateway: Sendable {
    /// What every call is checked against.
    package enum Terms: Sendable {
        /// Key, budget, licence and price.
        case all
        /// The key alone: what the other checks cost is the difference.
        case keyOnly
    }

    package let site: String
    package let key: String
    package let server: ServerProcess
    private let directory: String

    /// Makes a site in a directory of its own and serves it on a free port.
    ///
    /// - Parameters:
    ///   - program: path of `bedside`.
    ///   - upstream: port of an OpenAI-compatible server on 127.0.0.1, served as the model `fake`.
    ///   - parent: where the site lies; it should be on the disk that is to be measured.
    /// - Throws: `LoadError` with the last line of the command that failed.
    package init(
        program: String, upstream: Int?, terms: Terms = .all, in parent: String? = nil
    ) throws(LoadError) {
        let directory =
            (parent ?? NSTemporaryDirectory()) + "/bedside-gateway-\(getpid())-"
            + String(UInt32.random(in: 0 ... .max), radix: 16)
        let site = directory + "/site"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .commandFailed(command: "mkdir \(directory)", lastLine: "no such place")
        }
        do {
            key = try TemporaryGateway.prepare(
                program: program, site: site, directory: directory, terms: terms)
            var arguments = ["serve", "--site", site, "--port", "0"]
            if let upstream { arguments += ["--upstream", "fake=http://127.0.0.1:\(upstream)"] }
            server = try ServerProcess(program, arguments)
        } catch {
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
        self.site = site
        self.directory = directory
    }

    /// Stops the server and removes the site.
    package func remove() {
        server.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    deinit { remove() }

    private static let holder = "benchmark"

    /// Makes the site; returns the key of the calls.
    private static func prepare(
        program: String, site: String, directory: String, terms: Terms
    ) throws(LoadError) -> String {
        func command(_ arguments: [String]) throws(LoadError) -> String {
            try OperatorCommand.run(program, arguments + ["--site", site])
        }
        _ = try command(["init"])
        guard terms == .all else { return try command(["key", "create", "--name", holder]) }
        let sheet = directory + "/prices.json"
        do { try prices.write(toFile: sheet, atomically: true, encoding: .utf8) } catch {
            throw .commandFailed(command: "writing \(sheet)", lastLine: "no space")
        }
        _ = try command(["price", "publish", sheet])
        _ = try command(["licence", "grant", "--licensee", holder, "--until", "2100-01-01"])
        let key = try command(["key", "create", "--name", holder, "--licensee", holder])
        for scope in ["principal", "licensee"] {
            _ = try command(
                ["budget", "set", "--\(scope)", holder, "--period", "month"]
                    + ["--limit", "1000000000"])
        }
        return key
    }

    private static let prices = """
        {"id":"standard","version":"benchmark","effective":0,"currency":"USD","items":[
        {"model":"*","meter":"prediction","unit_price_micros":250000},
        {"model":"*","meter":"prompt_tokens","unit":1000,"unit_price_micros":2500,
        "tiers":[{"from":1000000,"unit_price_micros":2000}]},
        {"model":"*","meter":"completion_tokens","unit":1000,"unit_price_micros":10000}],
        "split":{"owner":6000,"distributor":3000,"platform":1000}}

        """
}
