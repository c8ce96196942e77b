// SPDX-License-Identifier: Apache-2.0
import Diagnosis
package import Knowledge
import Records

extension BenchmarkCase {
    /// Name of the format in a case file's `format`.
    package static let format = "bedside-case/1"

    /// Reads one case from JSON.
    ///
    /// - Parameter file: name for errors.
    /// - Throws: `BenchmarkError` naming file, line and path of the value that isn't as it must be.
    package init(
        json bytes: [UInt8], file: String, catalogue: Catalogue
    ) throws(BenchmarkError) {
        let records = try CaseJSON.records(bytes, file: file)
        guard records.count == 1 else {
            throw .badJSON(file: file, line: records.last?.line ?? 1, expected: "one case")
        }
        try self.init(CasePlace(records[0], file: file), catalogue)
    }

    init(_ place: CasePlace, _ catalogue: Catalogue) throws(BenchmarkError) {
        try place.expect(keys: Self.keys)
        guard try place.required("format").string() == Self.format else {
            throw try place.required("format").bad("\"\(Self.format)\"")
        }
        let stratum = try place.at("stratum")?.one(of: Stratum.self) ?? .unspecified
        let sex = try place.at("sex")?.one(of: Sex.self)
        let pathognomonic = Set(try place.at("pathognomonic")?.strings() ?? [])
        var findings: [CaseFinding] = []
        for item in try place.required("findings").items() {
            findings.append(try CaseFinding(item, catalogue, pathognomonic))
        }
        let ids = Set(findings.compactMap(\.id))
        for key in ["initial", "pathognomonic"] {
            for item in try place.at(key)?.items() ?? []
            where !ids.contains(try item.string()) {
                throw item.bad("the id of one of the findings")
            }
        }
        var sources: [CaseSource] = []
        for item in try place.at("sources")?.items() ?? [] {
            try item.expect(keys: ["figure", "source"])
            sources.append(
                CaseSource(
                    figure: try item.required("figure").filledString(),
                    source: try item.required("source").filledString()))
        }
        let weight = try place.at("prevalence_weight")?.number() ?? 1
        guard weight > 0 else { throw try place.required("prevalence_weight").bad("more than 0") }
        try self.init(
            id: place.required("id").filledString(),
            abstract: place.required("abstract").filledString(), stratum: stratum,
            age: place.at("age")?.integer(0...120), sex: sex,
            isEmergencyDepartment: place.at("setting")?.one(of: CaseSetting.self) == .emergency,
            initial: place.at("initial")?.strings() ?? [], findings: findings,
            defaultPolicy: place.at("default_policy")?.one(of: DefaultPolicy.self) ?? .normal,
            diagnosis: CaseDiagnosis(place.required("diagnosis"), stratum),
            mustNotMiss: place.at("must_not_miss")?.strings() ?? [],
            provenance: CaseProvenance(place.required("provenance")), prevalenceWeight: weight,
            difficulty: place.at("difficulty")?.filledString(), sources: sources,
            twinOf: place.at("twin_of")?.filledString(),
            twinChange: place.at("twin_change")?.filledString())
    }

    private static let keys: Set<String> = [
        "format", "id", "stratum", "abstract", "age", "sex", "setting", "initial", "findings",
        "default_policy", "diagnosis", "must_not_miss", "pathognomonic", "provenance",
        "prevalence_weight", "difficulty", "sources", "twin_of", "twin_change",
    ]
}

/// Where the patient is seen.
enum CaseSetting: String, CaseIterable {
    case primaryCare = "primary-care"
    case emergency = "emergency-department"
}

extension CaseFinding {
    fileprivate init(
        _ place: CasePlace, _ catalogue: Catalogue, _ pathognomonic: Set<String>
    ) throws(BenchmarkError) {
        try place.expect(keys: [
            "id", "kind", "names", "value", "number", "unit", "reference", "flag", "text", "gate",
            "test", "pathognomonic", "loinc",
        ])
        let id = try place.at("id")?.filledString()
        let listed = id.flatMap { catalogue.finding($0) }.map { catalogue.findings[$0] }
        if id != nil, listed == nil {
            throw try place.required("id").bad("an id of the catalogue")
        }
        let names = try place.at("names")?.strings() ?? []
        let outcome = try place.at("value")?.filledString()
        let number = try place.at("number")?.number()
        let text = try place.at("text")?.filledString()
        guard outcome != nil || number != nil || text != nil else {
            throw place.bad("a value, a number or a text")
        }
        if let listed {
            if let outcome, !listed.outcomes.contains(outcome) {
                throw try place.required("value").bad(
                    "one of \(listed.outcomes.joined(separator: ", "))")
            }
            if number != nil, !listed.isMeasured {
                throw try place.required("number").bad(
                    "no number for a finding that is present "
                        + "or absent")
            }
        } else if names.isEmpty {
            throw place.bad("an id of the catalogue, or names")
        }
        let kind = try place.at("kind")?.one(of: FindingKind.self) ?? listed?.kind
        guard let kind else { throw place.bad("a kind, as there is no id") }
        let isGiveaway = try place.at("pathognomonic")?.bool() ?? false
        try self.init(
            kind: kind, id: id, names: names, outcome: outcome, number: number,
            unit: place.at("unit")?.filledString(),
            reference: place.at("reference")?.filledString(),
            flag: place.at("flag")?.filledString(), text: text,
            gate: place.at("gate")?.one(of: Gate.self), test: place.at("test")?.filledString(),
            isPathognomonic: isGiveaway || id.map(pathognomonic.contains) ?? false,
            loinc: place.at("loinc")?.filledString())
    }
}

extension CaseDiagnosis {
    fileprivate init(_ place: CasePlace, _ stratum: Stratum) throws(BenchmarkError) {
        try place.expect(keys: ["text", "icd10", "mondo", "accepted", "partial", "no_disease"])
        try self.init(
            text: place.required("text").filledString(),
            icd10: place.at("icd10")?.strings() ?? [], mondo: place.at("mondo")?.strings() ?? [],
            accepted: place.at("accepted")?.strings() ?? [],
            partial: place.at("partial")?.strings() ?? [],
            isNoDisease: place.at("no_disease")?.bool() ?? (stratum == .noDisease))
    }
}

extension CaseProvenance {
    fileprivate init(_ place: CasePlace) throws(BenchmarkError) {
        try place.expect(keys: ["source", "author", "written", "licence", "note"])
        try self.init(
            source: place.at("source")?.string() ?? "Bedside",
            author: place.required("author").filledString(),
            written: place.at("written")?.string() ?? "",
            licence: place.required("licence").filledString(),
            note: place.at("note")?.string() ?? "")
    }
}
