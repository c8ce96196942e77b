// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Samples of a Prometheus text page, by name with labels, as a server under load tells of itself.
package struct ServerMetrics: Sendable, Hashable {
    private let samples: [String: Double]

    /// Reads the text format; lines that are no sample are left out.
    package init(text: String) {
        var samples: [String: Double] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            // A label's value may hold blanks: the sample's own value is after the closing brace.
            let nameEnd =
                line.lastIndex(of: "}").map { line.index(after: $0) }
                ?? line.firstIndex(of: " ")
            guard let nameEnd,
                let value = line[nameEnd...].split(separator: " ").first.flatMap({ Double($0) })
            else { continue }
            samples[String(line[..<nameEnd])] = value
        }
        self.samples = samples
    }

    /// A sample by its name, with labels as they are written; the sum over labels where only the
    /// bare name is given and no sample without labels has it.
    package subscript(name: String) -> Double? {
        if let value = samples[name] { return value }
        let labelled = samples.filter { $0.key.hasPrefix(name + "{") }
        return labelled.isEmpty ? nil : labelled.values.reduce(0, +)
    }
}

/// CPU time and memory of processes, as the kernel counts them.
package struct ProcessUsage: Sendable, Hashable {
    package var cpuSeconds: Double
    package var residentBytes: Int

    package init(cpuSeconds: Double, residentBytes: Int) {
        self.cpuSeconds = cpuSeconds
        self.residentBytes = residentBytes
    }

    /// One process; nil where there is none.
    package init?(process: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // The second field is the program's name, which may hold anything.
            let after = stat.range(of: ") ", options: .backwards)
        else { return nil }
        let fields = stat[after.upperBound...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Int(fields[21])
        else { return nil }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// A process and everything it started, together.
    package init?(tree process: Int32) {
        guard var all = ProcessUsage(process: process) else { return nil }
        let path = "/proc/\(process)/task/\(process)/children"
        let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        for child in children.split(separator: " ") {
            guard let number = Int32(child), let usage = ProcessUsage(tree: number) else {
                continue
            }
            all.cpuSeconds += usage.cpuSeconds
            all.residentBytes += usage.residentBytes
        }
        self = all
    }
}
