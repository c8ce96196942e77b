// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Diagnosis
import Foundation
import Intake
import Site

/// What the demo did, for people and for programs.
struct DemoReport {
    struct Station {
        var name: String
        var said: String
        var seconds: Double
    }

    struct Output: Encodable {
        struct Cohort: Encodable {
            /// Sum of the counts that sites released; hidden counts are not in it.
            var persons = 0
            var sitesHidden = 0

            enum CodingKeys: String, CodingKey {
                case persons
                case sitesHidden = "sites_hidden"
            }

            mutating func add(_ report: CohortReport) {
                if let count = report.persons { persons += count } else { sitesHidden += 1 }
            }
        }
        struct Diagnosis: Encodable {
            var top: String
            var probability: Double
            var questions: Int
        }
        struct Benchmark: Encodable {
            var cases: Int
            var correct: Int
            var falseAlarms: Int

            enum CodingKeys: String, CodingKey {
                case cases, correct
                case falseAlarms = "false_alarms"
            }
        }
        struct Ledger: Encodable {
            var entries: Int
            var verified: Bool
        }
        var sites = 0
        var subjects = 0
        var events = 0
        var rejected = 0
        var cohort = Cohort()
        /// Persons in the demo's question, as told.
        var discovered = ""
        var diagnosis: Diagnosis?
        var benchmark: Benchmark?
        var ledger: Ledger?
        var seconds = 0.0
    }

    private let started = ContinuousClock.now
    var sites: [SiteDirectory] = []
    var stations: [Station] = []
    var key = ""
    var input = CaseInput(findings: [])
    var assessment: Assessment?
    private var counts = Output()

    var output: Output {
        get {
            var output = counts
            output.seconds = (ContinuousClock.now - started).seconds
            return output
        }
        set { counts = newValue }
    }

    /// The site that serves: the first of the demo.
    func site() throws -> SiteDirectory {
        guard let site = sites.first else {
            throw SiteError.refused("the demo has no site to serve")
        }
        return site
    }

    mutating func add(_ site: SiteDirectory, _ summary: ImportJob.Summary) {
        sites.append(site)
        counts.sites += 1
        counts.subjects += summary.release.subjects
        counts.events += summary.release.events
        counts.rejected += summary.report.rejected.values.reduce(0, +)
    }

    /// Runs a station and notes what it says about itself and how long it took.
    mutating func time<Result>(
        _ name: String, _ work: () throws -> Result, said: (Result) -> String
    ) rethrows -> Result {
        let started = ContinuousClock.now
        let result = try work()
        stations.append(
            Station(
                name: name, said: said(result), seconds: (ContinuousClock.now - started).seconds))
        return result
    }

    /// The table, then the differential the panel ended with.
    var text: String {
        let rows = stations.map { station in
            let name = station.name.padding(toLength: 36, withPad: " ", startingAt: 0)
            let said = station.said.padding(
                toLength: max(52, station.said.count), withPad: " ", startingAt: 0)
            return name + said + String(format: "%7.3f s", station.seconds)
        }
        let differential = assessment.map { WorkUpText.differential($0, rows: 3) } ?? ""
        let basis = assessment.map { "\n\n" + WorkUpText.basis($0, rows: 1) } ?? ""
        return rows.joined(separator: "\n") + "\n\n" + differential + basis
            + String(format: "\n\n%.1f s in all. ", output.seconds)
            + "Not a medical device; not reviewed by clinicians."
    }

    /// How to go on once the workbench is up.
    func invitation(port: Int) -> String {
        let content = (try? Terminal.json(input)) ?? "{}"
        let escaped = content.replacingOccurrences(of: "\"", with: "\\\"")
        return """

            Workbench: http://127.0.0.1:\(port)/   (Ctrl-C ends it)

            curl -s http://127.0.0.1:\(port)/v1/chat/completions \\
              -H 'Authorization: Bearer \(key)' -H 'Content-Type: application/json' \\
              -d '{"model":"\(Service.panelName)","messages":[{"role":"user","content":"\(escaped)"}]}'

            from openai import OpenAI
            client = OpenAI(base_url="http://127.0.0.1:\(port)/v1", api_key="\(key)")
            answer = client.chat.completions.create(model="\(Service.panelName)",
                messages=[{"role": "user", "content": '\(content)'}])
            print(answer.choices[0].message.content)
            """
    }
}
