// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Foundation
import Records
import Timelines

/// Seven longitudinal queries over replicated timelines, each timed.
package enum CohortBenchmark {
    package struct Query: Encodable, Sendable {
        /// Least of the repetitions.
        package var seconds: Double
        package var median: Double
        package var answer: [[Double]]
    }

    package struct Report: Encodable, Sendable {
        package var events = 0
        package var subjects = 0
        /// Nil where the store was there already.
        package var replicates: Int?
        /// Opening the segment, the footer checked.
        package var openSeconds = 0.0
        package var buildSeconds: Double?
        package var queries: [String: Query] = [:]
        package var bytesOnDisk = 0
        /// Bytes: the most this process held while it queried, the mapped file included.
        package var peakMemory = 0
        /// The same without the mapped file.
        package var peakMemoryBeyondMap = 0

        enum CodingKeys: String, CodingKey {
            case events, subjects, replicates, queries
            case openSeconds = "open_seconds"
            case buildSeconds = "build_seconds"
            case bytesOnDisk = "bytes_on_disk"
            case peakMemory = "peak_memory"
            case peakMemoryBeyondMap = "peak_memory_beyond_map"
        }
    }

    /// Patients of an export, which each replicate has once.
    package static func patients(in export: String) throws(SiteError) -> Int {
        try CohortBase.read(export).patients.count
    }

    /// - Parameters:
    ///   - events: how many, as nearly as whole replicates come.
    ///   - export: a FHIR R4 export.
    ///   - store: the segment's path; one that is there is used as it is.
    package static func run(
        events: Int, export: String, store path: String, repetitions: Int
    ) throws(SiteError) -> Report {
        var report = Report()
        if !Files.exists(path) {
            let clock = ContinuousClock()
            let started = clock.now
            let replicated = ReplicatedExport(try CohortBase.read(export))
            let replicates = replicated.replicates(nearest: events)
            report.replicates = replicates
            try ReplicatedStore.write(replicated, replicates: replicates, to: path)
            report.buildSeconds = (clock.now - started).seconds
        }
        ProcessMemory.resetPeak()
        var store: TimelineStore?
        report.openSeconds = try timed { () throws(SiteError) in
            store = try stage { try TimelineStore.open(path) }
        }
        guard let store else { return report }
        report.subjects = store.subjectCount
        let deaths = store.codeIndex(.death).flatMap { store.postings(code: $0)?.count } ?? 0
        report.events = store.eventCount - deaths
        report.bytesOnDisk = Files.size(path)
        let queries = CohortQueries(store)
        let subject = min(61_234, store.subjectCount - 1)
        let all: [(String, () -> [[Double]])] = [
            ("Q1", queries.q1), ("Q2", queries.q2), ("Q3", queries.q3), ("Q4", queries.q4),
            ("Q5", { queries.q5(subject: subject) }), ("Q6", queries.q6), ("Q7", queries.q7),
        ]
        for (name, query) in all {
            var seconds: [Double] = []
            var answer: [[Double]] = []
            for _ in 0..<max(1, repetitions) { seconds.append(timed { answer = query() }) }
            seconds.sort()
            report.queries[name] = Query(
                seconds: seconds[0], median: seconds[seconds.count / 2], answer: answer)
        }
        (report.peakMemory, report.peakMemoryBeyondMap) = ProcessMemory.peak()
        return report
    }

    private static func timed<Failure: Error>(_ work: () throws(Failure) -> Void) throws(Failure)
        -> Double
    {
        let clock = ContinuousClock()
        let started = clock.now
        try work()
        return (clock.now - started).seconds
    }
}

/// What Linux says of this process's memory; zeros where it doesn't.
private enum ProcessMemory {
    /// Starts the peak anew.
    static func resetPeak() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    /// Bytes since the last reset: the most held, and the most less what is mapped from files now.
    static func peak() -> (all: Int, beyondMap: Int) {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func bytes(_ name: String) -> Int {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
                .flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 } ?? 0
        }
        let peak = bytes("VmHWM")
        return (peak, max(bytes("RssAnon"), peak - bytes("RssFile")))
    }
}
