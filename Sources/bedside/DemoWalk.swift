// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Diagnosis
import Foundation
import Metering
import FoundationNetworking
import Knowledge
import Ledger
import Records
import SimulatedHospitals
import Site

/// The stations of the demo, each timed.
struct DemoWalk {
    let directory: String
    /// True where a program reads the output.
    let quiet: Bool

    private static let marker = "bedside-demo"

    /// Simulates (or takes) the exports, makes the sites, imports, counts the cohort.
    func prepare(hospital: String?, seed: UInt64, persons: Int) throws -> DemoReport {
        let given = try hospital.map(export)
        try clear()
        var report = DemoReport()
        var sources: [(name: String, path: String)] = []
        if let given {
            sources = [(given.lastPathComponent, given.path)]
        } else {
            let exports = directory + "/exports"
            let summary = try report.time("Three simulated hospitals") {
                try Shipped.simulate(seed: seed, patients: persons, directory: exports)
            } said: {
                let resources = $0.hospitals.reduce(0) { $0 + $1.resources }
                return "\(Terminal.grouped(resources)) FHIR resources, "
                    + "\($0.seenAtTwo) persons seen at two"
            }
            sources = summary.hospitals.map { ($0.name, "\(exports)/\($0.name)") }
        }
        for source in sources {
            say("importing \(source.name)")
            let site = try SiteDirectory.create(
                "\(directory)/sites/\(source.name)", name: source.name)
            try Recorder(site).record(Entry(.siteCreated, actor: "demo", body: [:]))
            let summary = try report.time("Import \(source.name)") {
                try ImportJob(site: site).run(source.path)
            } said: {
                "\(Terminal.grouped($0.release.subjects)) subjects, "
                    + "\(Terminal.grouped($0.release.events)) events"
            }
            if let refusal = summary.refusals.first { throw SiteError.refused(refusal) }
            report.add(site, summary)
        }
        guard report.output.subjects > 0 else {
            throw SiteError.refused("\(hospital ?? directory): no patient with events was imported")
        }
        try count(&report)
        return report
    }

    private func count(_ report: inout DemoReport) throws {
        for site in report.sites {
            let cohort = try report.time("Cohort at \(site.configuration.name)") {
                try CohortCount.run(
                    Array(ExampleCohort.json.utf8), named: "the demo's cohort", site: site,
                    actor: "demo")
            } said: {
                "\($0.personsText) of \($0.attrition.first?.remainingText ?? "0") persons"
            }
            report.output.cohort.add(cohort)
        }
        let site = try report.site()
        try discover(&report, at: site)
        report.key = try KeyStore(site).create(name: "demo-client").key
        try Recorder(site).record(
            Entry(.keyCreated, actor: "demo", body: ["name": .string("demo-client")]))
    }

    /// A question in the cohort algebra with an outcome: who, and for how long without it.
    private func discover(_ report: inout DemoReport, at site: SiteDirectory) throws {
        let json = Array(DemoExamples.question.utf8)
        let told = try report.time("Discover at \(site.configuration.name)") {
            let ground = try site.discovery()
            let finding = try ground.find(json, named: "the demo's question")
            var options = OutputOptions()
            options.outcomes = [Outcome(name: "death", codes: [.death])]
            let told = try ground.outputs(of: finding, options: options)
            try Recorder(site).record(
                ground.entry(json, persons: told.persons.text, actor: "demo"))
            return told
        } said: { told in
            let curve = told.timeToEvent.first?.strata.first?.curve.last
            return "\(told.persons.text) persons"
                + (curve.map {
                    String(
                        format: ", %.0f %% alive after %.0f years", $0.survival * 100,
                        $0.day / 365.25)
                } ?? ", too few to follow")
        }
        report.output.discovered = told.persons.text
    }

    /// Works the demo's patient up: the panel asks, the scripted patient answers.
    func workUp(_ report: inout DemoReport) throws {
        let knowledge = try Shipped.knowledge()
        let patient = try DemoExamples.patient()
        let workUp = try report.time("Work-up by the panel") {
            var workUp = WorkUp(
                panel: Panel(knowledge: knowledge),
                start: CaseInput(findings: [
                    Finding(evidence: patient.complaint, isPresent: true)
                ]))
            while case .ask(let evidence) = workUp.nextAction {
                try workUp.answer(
                    evidence: evidence, present: patient.present.contains(evidence))
            }
            return workUp
        } said: { workUp in
            let top = workUp.assessment.differential[0]
            return
                "\(top.name) \(Terminal.percent(top.probability)) after \(workUp.asked) questions"
        }
        report.input = CaseInput(findings: workUp.findings)
        report.assessment = workUp.assessment
        let top = workUp.assessment.differential[0]
        report.output.diagnosis = .init(
            top: top.name, probability: top.probability, questions: workUp.asked)
    }

    /// Sends the worked-up case to the endpoint as any OpenAI client would.
    func call(_ port: Int, key: String, report: inout DemoReport) async throws {
        let started = ContinuousClock.now
        let content = String(decoding: try JSONEncoder().encode(report.input), as: UTF8.self)
        let message = ["role": "user", "content": content]
        let body = try JSONSerialization.data(
            withJSONObject: ["model": Service.panelName, "messages": [message]])
        guard let url = URL(string: "http://127.0.0.1:\(port)/v1/chat/completions") else { return }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = body
        request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        let index = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "x-ledger-index")
        guard status == 200, let index, !data.isEmpty else {
            throw SiteError.refused("the endpoint answered \(status) without a receipt")
        }
        report.stations.append(
            .init(
                name: "Call through /v1/chat/completions",
                said: "answered, ledger entry \(index)",
                seconds: (ContinuousClock.now - started).seconds))
    }

    /// The month's invoice, every price recomputed from the published sheet.
    func bill(_ report: inout DemoReport) throws {
        let site = try report.site()
        let desk = try report.time("Invoice and payouts, recomputed") {
            try BillingDesk(site, size: LedgerFold(site).size)
        } said: { desk in
            let month = Month(containing: Entry.now)
            let invoice = try? desk.invoice(nil, month: month)
            let owner = try? desk.payout("owner", nil, month: month)
            return [invoice, owner].compactMap { $0?.summary.split(separator: "\n").last }
                .map(String.init).joined(separator: " billed, owner's ")
        }
        guard try desk.invoice(nil, month: Month(containing: Entry.now)).isSound else {
            throw SiteError.refused("the invoice does not recompute from the ledger")
        }
    }

    /// Recomputes the ledger from its bytes.
    func verify(_ report: inout DemoReport) throws {
        let site = try report.site()
        let result = try report.time("Ledger verified") {
            try site.verifyLedger()
        } said: {
            "\($0.size) entries, root \($0.root.hex.prefix(16))…"
        }
        guard result.ok else {
            throw SiteError.refused(result.problem ?? "the ledger does not verify")
        }
        report.output.ledger = .init(entries: result.size, verified: result.ok)
    }

    /// Removes what an earlier demo made; a directory that holds anything else is left alone.
    private func clear() throws {
        let files = FileManager.default
        let made = ["exports", "sites"]
        if files.fileExists(atPath: directory) {
            let present = try files.contentsOfDirectory(atPath: directory)
            let isDemo = present.contains(DemoWalk.marker)
            guard present.isEmpty || isDemo && Set(present).isSubset(of: made + [DemoWalk.marker])
            else { throw SiteError.directoryNotEmpty(directory: directory) }
            for name in made where present.contains(name) {
                try files.removeItem(atPath: "\(directory)/\(name)")
            }
        }
        try Files.makeDirectory(directory)
        try Files.replace("\(directory)/\(DemoWalk.marker)", with: [])
    }

    /// The export somebody named: it must be there, and not where the demo clears.
    private func export(_ path: String) throws -> URL {
        let export = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let own = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        guard FileManager.default.fileExists(atPath: export.path) else {
            throw SiteError.refused(
                "\(path): no such export; expected a directory of FHIR R4 files")
        }
        guard export.path != own, !export.path.hasPrefix(own + "/") else {
            throw SiteError.refused("\(path): lies in the demo's directory, which is made anew")
        }
        return export
    }

    private func say(_ line: String) {
        if !quiet { Terminal.progress(line, isLast: true) }
    }
}
