// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Records

/// Names of terms of the Human Phenotype Ontology by id.
package struct HPOTerms: Sendable {
    private var names: [String: [String]] = [:]

    package init() {}

    /// From the text of `hp.obo`: names first, then exact synonyms.
    package init(obo text: String) {
        var id: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("[") {
                id = nil
            } else if line.hasPrefix("id: HP:") {
                id = String(line.dropFirst(4)).trimmed
            } else if let id, line.hasPrefix("name: ") {
                names[id, default: []].insert(String(line.dropFirst(6)).trimmed, at: 0)
            } else if let id, line.hasPrefix("synonym: \""), line.contains("\" EXACT") {
                let quoted = line.dropFirst(10)
                if let end = quoted.firstIndex(of: "\"") {
                    names[id, default: []].append(String(quoted[..<end]))
                }
            }
        }
    }

    func names(of id: String) -> [String] { names[id] ?? [] }

    /// From `hp.obo` in the same folder; without names where there is none.
    static func beside(_ path: String) throws(BenchmarkError) -> HPOTerms {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let file = (folder + ["hp.obo"]).joined(separator: "/")
        guard FileManager.default.fileExists(atPath: file) else { return HPOTerms() }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw .unreadable(file: "hp.obo")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .notUTF8(file: "hp.obo")
        }
        return HPOTerms(obo: text)
    }
}

/// Reads phenopackets boiled down to a line each: disease, observed and excluded terms.
struct PhenopacketImport {
    private let coder: CaseCoder
    private let terms: HPOTerms

    init(_ coder: CaseCoder, _ terms: HPOTerms) {
        self.coder = coder
        self.terms = terms
    }

    func read(_ record: CasePlace) throws(BenchmarkError) -> BenchmarkCase {
        let age = try record.at("age").flatMap { place throws(BenchmarkError) in
            try Self.years(place)
        }
        let sex: Sex? =
            switch try record.at("sex")?.string() {
            case "MALE": .male
            case "FEMALE": .female
            default: nil
            }
        let observed = try Self.ids(record.required("observed"))
        let excluded = try Self.ids(record.at("excluded"))
        let findings =
            observed.map { finding($0, isPresent: true) }
            + excluded.map { finding($0, isPresent: false) }
        let disease = try record.required("disease").filledString()
        var diagnosis = DiagnosisNames.diagnosis(try record.required("label").filledString())
        diagnosis.accepted.append(disease)
        let complaint = observed.first.map { name($0).lowercased() }
        let who = Demographics.patient(age: age, sex: sex)
        return BenchmarkCase(
            id: try record.required("id").filledString(),
            abstract: complaint.map { "\(who) is referred; first complaint: \($0)." }
                ?? "\(who) is referred.",
            stratum: .rare, age: age, sex: sex, initial: findings.first?.id.map { [$0] } ?? [],
            findings: CaseCoder.merged(findings), defaultPolicy: .notRecorded,
            diagnosis: diagnosis,
            provenance: CaseProvenance(
                source: "phenopacket-store", author: "Danis et al., HGG Advances 2025",
                written: try record.at("created")?.string() ?? "", licence: "BSD-3-Clause",
                note: try record.at("pmid")?.strings().joined(separator: " ") ?? ""))
    }

    private func name(_ id: String) -> String { terms.names(of: id).first ?? id }

    private func finding(_ id: String, isPresent: Bool) -> CaseFinding {
        let names = terms.names(of: id)
        let text = "\(name(id)): \(isPresent ? "present" : "absent")."
        for name in names {
            guard let position = coder.finding(named: name) else { continue }
            let finding = coder.catalogue.findings[position]
            guard !finding.isMeasured, finding.kind.isAskable else { continue }
            return CaseFinding(
                kind: finding.kind, id: finding.id, names: names + [id],
                outcome: isPresent ? "present" : "absent", text: text)
        }
        let kind = Self.kind(names.first ?? "")
        return CaseFinding(
            kind: kind, names: names + [id], text: text, test: kind.isAskable ? nil : names.first)
    }

    /// A term whose name tells of a laboratory or a picture must be ordered.
    private static func kind(_ name: String) -> FindingKind {
        let text = name.lowercased()
        let laboratory = ["circulating", "concentration", "blood ", "serum", "urinary", "aciduria"]
        let studies = ["eeg", "emg", "nerve conduction", "ecg", "qt interval"]
        if studies.contains(where: text.contains) { return .procedure }
        if ["mri", "radiograph", "x-ray"].contains(where: text.contains) { return .imaging }
        if ["biopsy", "histolog"].contains(where: text.contains) { return .pathology }
        return laboratory.contains(where: text.contains) ? .lab : .symptom
    }

    private static func ids(_ place: CasePlace?) throws(BenchmarkError) -> [String] {
        var ids: [String] = []
        for item in try place?.items() ?? [] {
            let id = try item.string()
            guard id.hasPrefix("HP:"), id.count == 10, id.dropFirst(3).allSatisfy(\.isNumber) else {
                throw item.bad("an id such as HP:0001250")
            }
            ids.append(id)
        }
        return ids
    }

    /// Whole years of an ISO 8601 duration such as `P33Y2M`; 0 before birth, as in `GA35`;
    /// nil for a term instead of an age.
    private static func years(_ place: CasePlace) throws(BenchmarkError) -> Int? {
        let text = try place.string()
        if text.hasPrefix("GA") { return 0 }
        if text.hasPrefix("HP:") { return nil }
        guard text.hasPrefix("P") else { throw place.bad("a duration such as P33Y") }
        let date = text.dropFirst().prefix { $0 != "T" }
        guard let end = date.firstIndex(of: "Y") else { return 0 }
        guard let years = Int(date[..<end]), (0...120).contains(years) else {
            throw place.bad("a duration of 0 to 120 years such as P33Y")
        }
        return years
    }
}
