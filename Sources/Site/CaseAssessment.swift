// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
import Foundation
package import Knowledge
import Ledger
package import Records
package import SequentialBenchmark

/// A patient as somebody typed them in: what is known, in the catalogue's terms or in plain text.
package struct ClinicalCaseInput: Sendable {
    package var age: Int?
    package var sex: Sex?
    package var isEmergencyDepartment = false
    package var text: String?
    package var observations: [Observation] = []

    /// Reads `{"age", "sex", "setting", "text", "findings": [{"id", "value" or "number"}]}`.
    ///
    /// - Throws: `SiteError` naming the file, the place and what was expected; never a value.
    package init(
        json bytes: [UInt8], file: String, catalogue: Catalogue
    ) throws(SiteError) {
        guard
            let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
        else { throw .refused("\(file): expected one JSON object.") }
        let known: Set = ["age", "sex", "setting", "text", "findings"]
        guard let stranger = object.keys.sorted().first(where: { !known.contains($0) }) else {
            try read(object, file, catalogue)
            return
        }
        let nearest = NearestWord.to(stranger, among: known.sorted())
        throw .refused(
            "\(file): expected only \(known.sorted().joined(separator: ", ")); the nearest "
                + "to an unknown key is \"\(nearest)\".")
    }

    private mutating func read(
        _ object: [String: Any], _ file: String, _ catalogue: Catalogue
    ) throws(SiteError) {
        if let value = object["age"] {
            guard let years = value as? Int, (0...130).contains(years) else {
                throw .refused("\(file), age: expected whole years from 0 to 130.")
            }
            age = years
        }
        if let value = object["sex"] {
            guard let text = value as? String, let known = Sex(rawValue: text) else {
                throw .refused("\(file), sex: expected female, male, other or unknown.")
            }
            sex = known
        }
        if let value = object["setting"] {
            guard let text = value as? String,
                ["primary-care", "emergency-department"].contains(text)
            else {
                throw .refused("\(file), setting: expected primary-care or emergency-department.")
            }
            isEmergencyDepartment = text == "emergency-department"
        }
        if let value = object["text"] {
            guard let written = value as? String else {
                throw .refused("\(file), text: expected a text.")
            }
            text = written
        }
        guard let rows = object["findings"] ?? [Any]() as Any?, let list = rows as? [[String: Any]]
        else { throw .refused("\(file), findings: expected a list of objects.") }
        for (index, row) in list.enumerated() {
            observations.append(try observation(row, "\(file), findings[\(index)]", catalogue))
        }
    }

    private func observation(
        _ row: [String: Any], _ place: String, _ catalogue: Catalogue
    ) throws(SiteError) -> Observation {
        guard let id = row["id"] as? String else {
            throw .refused("\(place): expected an id of the catalogue.")
        }
        guard let position = catalogue.finding(id) else {
            let nearest = NearestWord.to(id, among: catalogue.findings.map(\.id))
            throw .refused("\(place): expected an id of the catalogue; the nearest is \(nearest).")
        }
        let finding = catalogue.findings[position]
        if let value = row["value"] as? String, finding.outcomes.contains(value) {
            return Observation(finding: id, outcome: value)
        }
        if let number = row["number"] as? Double,
            let outcome = catalogue.outcome(finding: position, number: number, sex: sex)
        {
            return Observation(
                finding: id, outcome: finding.outcomes[outcome], number: number)
        }
        let choices = finding.outcomes.joined(separator: ", ")
        throw .refused(
            "\(place): expected \"value\" as one of \(choices)"
                + (finding.unit.map { ", or \"number\" in \($0)." } ?? "."))
    }
}

/// A whole work-up of a case file by an agent, and what it came to.
package struct WorkedCase: Sendable {
    package var record: CaseRecord
    /// The panel's reading of everything that came out.
    package var assessment: ClinicalAssessment
}

extension AgentDesk {
    /// What the panel makes of a patient as typed in; plain text is read in the catalogue's terms.
    package func assess(
        _ input: ClinicalCaseInput, prices: String
    ) throws(SiteError) -> ClinicalAssessment {
        let stated = Set(input.observations.map(\.finding))
        let told = input.text.map { read($0).filter { !stated.contains($0.finding) } } ?? []
        return panel.assess(
            input.observations + told, age: input.age, sex: input.sex,
            isEmergencyDepartment: input.isEmergencyDepartment,
            burdens: try schedule(prices).burdens)
    }

    /// Lets an agent work up a benchmark case, gated and priced as in a run.
    package func workUp(
        _ item: BenchmarkCase, settings: RunSettings
    ) async throws(SiteError) -> WorkedCase {
        let schedule = try schedule(settings.prices)
        let record = await EncounterPlay(
            item, agent: try agent(settings.agent), settings: settings, catalogue: catalogue,
            schedule: schedule, background: background
        ).run()
        var known = item.volunteered(catalogue)
        var seen = Set(known.map(\.finding))
        for observation in record.turns.flatMap(\.answers).flatMap(\.observations)
        where seen.insert(observation.finding).inserted {
            known.append(observation)
        }
        return WorkedCase(
            record: record,
            assessment: panel.assess(
                known, age: item.age, sex: item.sex,
                isEmergencyDepartment: item.isEmergencyDepartment, burdens: schedule.burdens))
    }
}

extension AgentDesk {
    /// Enters in a site's ledger that a case was assessed, and by what; nothing of the case.
    package func recordAssessment(site: String, agent: String) throws(SiteError) {
        try Recorder(SiteDirectory(site)).record(
            Entry(
                .caseAssessed, actor: "diagnose",
                body: [
                    "agent": .string(agent), "model": .string(panel.digest),
                    "knowledge": .string(knowledge.digest),
                ]))
    }
}
