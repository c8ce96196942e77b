// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

extension VignetteImport {
    /// Where a sentence of a vignette belongs.
    private enum Part: CaseIterable {
        case story, past, family, examination, results
    }

    /// A case from sentences: the first, which says who comes with what, is the abstract; the rest
    /// is told, examined or ordered.
    func vignette(
        id: String, _ sentences: [String], age: Int?, sex: Sex?, diagnosis: String,
        stratum: Stratum = .unspecified, difficulty: String? = nil, _ provenance: CaseProvenance
    ) -> BenchmarkCase {
        let first = sentences.first ?? ""
        let abstract = complaint(first, age: age, sex: sex)
        let initial = coder.initial(abstract, sex: sex)
        var parts: [Part: [String]] = [:]
        if abstract != first { parts[Self.part(of: first), default: []].append(first) }
        for sentence in sentences.dropFirst() {
            parts[Self.part(of: sentence), default: []].append(sentence)
        }
        var findings = initial
        for part in Part.allCases {
            guard let lines = parts[part] else { continue }
            findings += self.findings(part, lines, sex)
        }
        return BenchmarkCase(
            id: id, abstract: abstract, stratum: stratum, age: age, sex: sex,
            isEmergencyDepartment: first.lowercased().contains("emergency"),
            initial: initial.compactMap(\.id), findings: CaseCoder.merged(findings),
            diagnosis: DiagnosisNames.diagnosis(diagnosis), provenance: provenance,
            difficulty: difficulty)
    }

    /// The first sentence, unless it already tells findings that must be examined or ordered: then
    /// only who comes.
    private func complaint(_ first: String, age: Int?, sex: Sex?) -> String {
        switch Self.part(of: first) {
        case .story, .past, .family: first
        case .examination, .results:
            Demographics.patient(age: age, sex: sex) + " comes to be examined."
        }
    }

    private func findings(_ part: Part, _ lines: [String], _ sex: Sex?) -> [CaseFinding] {
        let text = lines.joined(separator: " ")
        switch part {
        case .story:
            return [
                coder.paragraph(
                    .symptom, ["history of present illness", "history", "story"], text)
            ] + coder.coded(text, sex: sex)
        case .past:
            return [
                coder.paragraph(
                    .history, ["past medical history", "medications", "social history"], text)
            ] + coder.coded(text, sex: sex)
        case .family: return [coder.paragraph(.history, ["family history"], text)]
        case .examination:
            return [coder.paragraph(.exam, ["physical examination", "examination"], text)]
                + coder.coded(text, sex: sex)
        case .results: return lines.flatMap { results($0, sex) }
        }
    }

    /// A sentence of results: a finding that must be ordered, named by its test, and coded ones.
    private func results(_ sentence: String, _ sex: Sex?) -> [CaseFinding] {
        let orderable = coder.catalogue.findings.indices.filter {
            !coder.catalogue.findings[$0].kind.isAskable
        }
        let coded = coder.coded(sentence, sex: sex, only: orderable)
        let name = Self.name(of: sentence)
        let test = coder.test(named: name).map { coder.catalogue.tests[$0].id }
        let own = CaseFinding(
            kind: CaseCoder.kind([name]), names: [name], text: sentence, gate: .order,
            test: test ?? name)
        return [own] + coded + coder.coded(sentence, sex: sex).filter { $0.kind == .vital }
    }

    /// What a sentence of results is about: the words before its verb or number.
    private static func name(of sentence: String) -> String {
        var text = sentence
        for start in ["Laboratory studies show:", "Laboratory studies:", "Serum studies show:"]
        where text.hasPrefix(start) {
            text = String(text.dropFirst(start.count)).trimmed
        }
        let verbs: Set<String> = [
            "shows", "show", "showed", "reveals", "revealed", "reveal", "is", "are", "was",
            "were", "demonstrates", "demonstrated", "positive", "negative", "yields", "confirms",
        ]
        var words: [String] = []
        for word in text.split(separator: " ") {
            let bare = word.lowercased().filter { $0.isLetter || $0.isNumber }
            if verbs.contains(bare) || bare.first?.isNumber == true { break }
            if words.isEmpty, ["a", "an", "the", "his", "her"].contains(bare) { continue }
            words.append(String(word.filter { $0 != "," && $0 != ":" && $0 != "|" }))
            if words.count == 8 { break }
        }
        return words.isEmpty ? "laboratory studies" : words.joined(separator: " ")
    }

    private static func part(of sentence: String) -> Part {
        let text = " " + LeakPattern.words(sentence).joined(separator: " ") + " "
        func has(_ words: [String]) -> Bool { words.contains { text.contains(" \($0) ") } }
        if has(resultWords) { return .results }
        if has(examinationWords) { return .examination }
        if has(["family history", "mother has", "father has", "brother has", "sister has"]) {
            return .family
        }
        return has(pastWords) ? .past : .story
    }

    private static let resultWords = [
        "laboratory", "lab", "labs", "mri", "ct", "x ray", "radiograph", "radiography",
        "ultrasound", "ultrasonography", "biopsy", "histology", "histopathology",
        "electrocardiogram", "ecg", "ekg", "echocardiogram", "echocardiography", "urinalysis",
        "culture", "cultures", "smear", "serum", "mg dl", "mm3", "hemoglobin", "leukocyte count",
        "platelet count", "csf", "eeg", "colonoscopy", "endoscopy", "microscopy", "meq l", "u l",
        "dermoscopy", "karyotype", "immunofluorescence", "pcr", "stain", "histopathologic",
        "histological", "histologic", "antibodies", "scan", "aspiration", "aspirate",
    ]

    private static let examinationWords = [
        "examination", "exam", "examined", "auscultation", "palpation", "percussion", "inspection",
        "blood pressure", "temperature", "pulse", "respirations", "mm hg", "mmhg", "vital signs",
        "physical", "tenderness", "papules", "plaques", "vesicles", "macules", "patches", "heard",
        "oxygen saturation", "bmi", "nodules", "erythematous",
    ]

    private static let pastWords = [
        "medical history", "past history", "medications", "medication", "takes", "allergies",
        "smokes", "smoking", "smoker", "drinks", "alcohol", "surgical history", "vaccinations",
        "immunizations", "history is significant", "history is unremarkable", "social history",
        "history includes",
    ]
}
