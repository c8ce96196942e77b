// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Reads patients of the DDXPlus test split: every evidence is something to ask.
struct DDXPlusImport {
    private let coder: CaseCoder
    private let knowledge: KnowledgeBase
    /// Catalogue findings by the evidence that means the same.
    private let findings: [String: [Int]]
    private let evidences: [String: Int]

    init(_ coder: CaseCoder) throws(BenchmarkError) {
        self.coder = coder
        do {
            knowledge = try KnowledgeBase.ddxplus()
        } catch {
            throw .knowledge(sentence: error.sentence)
        }
        var findings: [String: [Int]] = [:]
        for (index, finding) in coder.catalogue.findings.enumerated() {
            if let evidence = finding.ddxplus { findings[evidence, default: []].append(index) }
        }
        var evidences: [String: Int] = [:]
        for (index, evidence) in knowledge.evidences.enumerated() { evidences[evidence.id] = index }
        self.findings = findings
        self.evidences = evidences
    }

    /// Evidences with values, in our words.
    private static let valued = [
        "E_54": "character of the pain", "E_55": "place of the pain",
        "E_56": "strength of the pain, 0 to 10", "E_57": "where the pain spreads",
        "E_58": "how precisely the pain is located, 0 to 10",
        "E_59": "suddenness of the pain, 0 to 10", "E_130": "colour of the rash",
        "E_131": "peeling lesions", "E_132": "swelling of the rash, 0 to 10",
        "E_133": "place of the skin change", "E_134": "pain of the rash, 0 to 10",
        "E_135": "lesions over one centimetre", "E_136": "strength of the itch, 0 to 10",
        "E_152": "place of the swelling", "E_204": "travel in the last four weeks",
    ]

    func read(
        _ row: CommaSeparated.Record, _ table: CaseTable
    ) throws(BenchmarkError) -> BenchmarkCase {
        let name = try table.field("diagnosis", "PATHOLOGY", in: row)
        guard let truth = knowledge.condition(named: name) else {
            throw table.bad(
                "diagnosis", in: row,
                "one of the \(knowledge.conditions.count) DDXPlus conditions")
        }
        let condition = knowledge.conditions[truth]
        guard let age = Int(try table.field("age", "AGE", in: row)), (0...120).contains(age) else {
            throw table.bad("age", in: row, "a whole number from 0 to 120")
        }
        let sex = Demographics.sex(try table.field("sex", "SEX", in: row))
        let codes = try codes(table.field("features", "EVIDENCES", in: row), row, table)
        let complaint = try table.field("feature_id", "INITIAL_EVIDENCE", in: row)
        guard let initial = evidences[complaint] else {
            throw table.bad("feature_id", in: row, "the code of a yes/no evidence, such as E_53")
        }
        let own = findings[complaint]?.first.map { coder.catalogue.findings[$0] }
        let said = own?.name ?? knowledge.evidences[initial].shortName
        let items = codes.contains { $0.code == complaint } ? codes : [(complaint, [])] + codes
        var recorded: [CaseFinding] = []
        for item in items {
            recorded += try finding(item.code, item.values, row, table)
        }
        return BenchmarkCase(
            id: "ddxplus-\(Padded.text(row.line, width: 6))",
            abstract: "\(Demographics.patient(age: age, sex: sex)) comes with this complaint: "
                + "\(said).",
            age: age, sex: sex, initial: own.map { [$0.id] } ?? [],
            findings: CaseCoder.merged(recorded),
            diagnosis: CaseDiagnosis(text: condition.name, icd10: [condition.icd10]),
            provenance: CaseProvenance(
                source: "DDXPlus",
                author: "Fansi Tchango et al., NeurIPS 2022 Datasets and Benchmarks",
                licence: "CC BY",
                note: "synthetic patients; what isn't listed is a no; no tests, only questions"))
    }

    private func finding(
        _ code: String, _ values: [String], _ row: CommaSeparated.Record, _ table: CaseTable
    ) throws(BenchmarkError) -> [CaseFinding] {
        if let valued = Self.valued[code] {
            return [
                CaseFinding(
                    kind: .symptom, names: [valued, code],
                    text: "\(valued): \(values.joined(separator: ", ")).")
            ]
        }
        guard let index = evidences[code], values.isEmpty else {
            throw table.bad("features", in: row, "codes of DDXPlus evidences")
        }
        let evidence = knowledge.evidences[index]
        let text = "Yes: \(evidence.shortName)."
        let kind: FindingKind = evidence.isAntecedent ? .history : .symptom
        guard let positions = findings[code] else {
            return [
                CaseFinding(kind: kind, names: [evidence.shortName, code], text: text)
            ]
        }
        return positions.compactMap { position in
            let finding = coder.catalogue.findings[position]
            guard !finding.isMeasured else { return nil }
            return CaseFinding(
                kind: finding.kind, id: finding.id, names: [evidence.shortName, code],
                outcome: "present", text: text)
        }
    }

    /// Codes in their order, each with its values.
    private func codes(
        _ text: String, _ row: CommaSeparated.Record, _ table: CaseTable
    ) throws(BenchmarkError) -> [(code: String, values: [String])] {
        let expected = "a list such as ['E_53', 'E_54_@_V_161']"
        guard text.hasPrefix("["), text.hasSuffix("]") else {
            throw table.bad("features", in: row, expected)
        }
        var codes: [(code: String, values: [String])] = []
        for item in text.dropFirst().dropLast().split(separator: ",") {
            let quoted = String(item).trimmed
            guard quoted.count > 2, let mark = quoted.first, mark == "'" || mark == "\"",
                quoted.last == mark
            else { throw table.bad("features", in: row, expected) }
            let parts = quoted.dropFirst().dropLast().split(separator: "_@_", maxSplits: 1)
            guard let code = parts.first, code.hasPrefix("E_") else {
                throw table.bad("features", in: row, expected)
            }
            let values = parts.dropFirst().map(String.init)
            if let place = codes.firstIndex(where: { $0.code == code }) {
                codes[place].values += values
            } else {
                codes.append((String(code), values))
            }
        }
        return codes
    }
}
