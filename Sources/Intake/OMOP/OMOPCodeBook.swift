// SPDX-License-Identifier: Apache-2.0
import Records

/// The codes events have, by the concepts of their rows.
///
/// A concept of the concept table is its vocabulary's code; any other, also 0, is `OMOP/<id>`. Two
/// concepts never share a code: the later one is `OMOP/<id>`. Rows of the era tables have codes of
/// their own, so that a query for the plain code does not count them a second time.
struct OMOPCodeBook {
    private(set) var codes: [CodeEntry] = []
    private(set) var concepts: [UInt32] = []
    private var plain: [UInt32: Int32] = [:]
    private var eras: [UInt64: Int32] = [:]
    private var fixed: [Code: Int32] = [:]
    private var taken: Set<Code> = []
    private let entries: [ConceptEntry]
    private var places: [UInt32: Int32] = [:]

    /// - Parameter entries: the concept table, each id once.
    init(_ entries: [ConceptEntry]) {
        self.entries = entries
        places.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() { places[entry.id] = Int32(index) }
    }

    func entry(_ concept: UInt32) -> ConceptEntry? {
        places[concept].map { entries[Int($0)] }
    }

    /// The code of a row of a table.
    mutating func index(of concept: UInt32, table: ClinicalTable) -> Int32 {
        switch table {
        case .conditionEra, .drugEra, .doseEra: return era(of: concept, table: table)
        case .death: return index(of: .death, display: "Death")
        case .observationPeriod:
            return index(of: Code(.bedside, "observation-period"), display: "Observation period")
        case .payerPlanPeriod:
            return index(of: Code(.bedside, "payer-plan-period"), display: "Payer plan period")
        default: return index(of: concept)
        }
    }

    /// The code of a concept, as a row's or as a value.
    mutating func index(of concept: UInt32) -> Int32 {
        if let known = plain[concept] { return known }
        let fallback = Code(CodeSystem(rawValue: "OMOP"), String(concept))
        var code = fallback
        let entry = concept == 0 ? nil : entry(concept)
        if let entry, !entry.code.isEmpty, !entry.vocabulary.isEmpty {
            let stated = Code(OMOPCodeBook.system(entry.vocabulary), entry.code)
            if !taken.contains(stated) { code = stated }
        }
        let display = entry?.name ?? (concept == 0 ? "No matching concept" : "")
        let index = append(code, display: display, concept: concept)
        plain[concept] = index
        return index
    }

    private mutating func era(of concept: UInt32, table: ClinicalTable) -> Int32 {
        let key = UInt64(table.rawValue) << 32 | UInt64(concept)
        if let known = eras[key] { return known }
        let index = append(
            Code(CodeSystem(rawValue: table.name), String(concept)),
            display: entry(concept)?.name ?? "", concept: concept)
        eras[key] = index
        return index
    }

    private mutating func index(of code: Code, display: String) -> Int32 {
        if let known = fixed[code] { return known }
        let index = append(code, display: display, concept: 0)
        fixed[code] = index
        return index
    }

    private mutating func append(_ code: Code, display: String, concept: UInt32) -> Int32 {
        taken.insert(code)
        codes.append(CodeEntry(code: code, display: display))
        concepts.append(concept)
        return Int32(codes.count - 1)
    }

    /// OMOP's name of a vocabulary as the short name used here.
    private static func system(_ vocabulary: String) -> CodeSystem {
        switch vocabulary {
        case "CPT4": .cpt
        case "DICOM": .dicom
        default: CodeSystem(rawValue: vocabulary)
        }
    }
}
