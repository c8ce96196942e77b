// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the system says of this process.
struct ProcessFigures: Equatable {
    var cpuSeconds: Double
    var residentBytes: Int
    /// Seconds since 1970.
    var startTime: Double
    var openFiles: Int
    var maxFiles: Int

    /// Reads them; a few system calls.
    static func read() -> ProcessFigures {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFigures(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: residentPages * Int(sysconf(Int32(_SC_PAGESIZE))),
            startTime: start, openFiles: openFileCount,
            maxFiles: Int(clamping: limit.rlim_cur))
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    private static var residentPages: Int {
        text("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static var openFileCount: Int {
        // The listing opens the directory, which is counted with the rest.
        max(
            0,
            ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
                - 1)
    }

    /// Boot time and the ticks from boot to start; the name in parentheses may hold spaces.
    private static let start: Double = {
        let boot =
            text("/proc/stat").split(separator: "\n")
            .first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
        let fields = text("/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, let ticks = Double(fields[19]) else { return boot }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func text(_ path: String) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
