// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

/// Reads sets whose cases are told in prose: Avey, Semigran, MediQ, CRAFT-MD.
struct VignetteImport {
    let coder: CaseCoder

    init(_ coder: CaseCoder) { self.coder = coder }

    /// Avey: complaints, story, absent findings, past, family and social history.
    func avey(_ record: CasePlace, number: Int) throws(BenchmarkError) -> BenchmarkCase {
        let demographics = try record.required("demographics").filledString()
        let complaints = try record.required("chief_complaints").filledString()
        let sex = Demographics.sex(demographics)
        let age = Demographics.age(demographics)
        let abstract =
            "\(Demographics.patient(age: age, sex: sex)) comes with these complaints: "
            + "\(complaints)."
        let initial = coder.initial(abstract, sex: sex)
        var findings = initial
        let parts: [(key: String, kind: FindingKind, names: [String])] = [
            ("presentation", .symptom, ["history of present illness", "presentation"]),
            ("physical_history", .history, ["past medical history", "medical history"]),
            ("family_history", .history, ["family history"]),
            ("social_history", .history, ["social history", "habits"]),
        ]
        for part in parts {
            guard let text = try record.at(part.key)?.string().trimmed,
                text.contains(where: \.isLetter)
            else { continue }
            findings.append(coder.paragraph(part.kind, part.names, text))
            guard part.key != "family_history" else { continue }
            findings += coder.coded(text, sex: sex)
        }
        for item in try record.at("absent_findings")?.string().split(separator: ",") ?? [] {
            findings += absent(String(item).trimmed, sex)
        }
        return BenchmarkCase(
            id: "avey-\(Padded.text(number))", abstract: abstract, age: age, sex: sex,
            initial: initial.compactMap(\.id), findings: CaseCoder.merged(findings),
            diagnosis: DiagnosisNames.diagnosis(
                try record.required("correct_diagnosis").filledString()),
            provenance: CaseProvenance(
                source: "SymptomCheck", author: "Avey",
                licence: "MIT for the repository; the vignettes' own terms to be checked",
                note: "public vignettes: accuracy on them is no evidence of reasoning"))
    }

    /// "No nausea or vomiting": an own finding with what is absent as its name, and coded ones.
    private func absent(_ item: String, _ sex: Sex?) -> [CaseFinding] {
        var name = item
        while name.last == "." { name.removeLast() }
        guard name.contains(where: \.isLetter) else { return [] }
        let text = name
        for start in ["No ", "no ", "Not "] where name.hasPrefix(start) {
            name = String(name.dropFirst(start.count))
            break
        }
        let coded = coder.coded(text, sex: sex)
        return coded.isEmpty ? [coder.paragraph(.symptom, [name], text)] : coded
    }

    /// Triage vignettes of Semigran and others (BMJ 2015).
    func semigran(_ record: CasePlace, number: Int) throws(BenchmarkError) -> BenchmarkCase {
        let text = try record.required("case_description").filledString()
            .split(whereSeparator: \.isNewline).joined(separator: " ")
        let urgency = try record.at("urgency_level")?.string()
        return vignette(
            id: "semigran-\(Padded.text(number))", Sentences.of(text),
            age: Demographics.age(text), sex: Demographics.sex(text),
            diagnosis: try record.required("correct_diagnosis").filledString(),
            stratum: urgency == "em" ? .emergency : .unspecified,
            difficulty: urgency.map { "urgency \($0)" },
            CaseProvenance(
                source: "SymptomCheck", author: "Semigran et al., BMJ 2015",
                licence: "MIT for the repository; the vignettes' own terms to be checked",
                note: "public vignettes: accuracy on them is no evidence of reasoning"))
    }

    /// MediQ: facts one by one.
    ///
    /// - Returns: nil where the question isn't for the diagnosis.
    func mediQ(_ record: CasePlace) throws(BenchmarkError) -> BenchmarkCase? {
        let question = try record.required("question").string()
        let id = try record.required("id").integer(0...1_000_000)
        let context = try record.required("context").strings()
        var facts: [String] = []
        for fact in try record.required("facts").strings() { facts.append(Self.unnumbered(fact)) }
        let answer = try record.required("answer").filledString()
        let patient = try record.at("patient")
        guard Self.asksForDiagnosis(question) else { return nil }
        let all = context.joined(separator: " ")
        // The two files number from 0 each; only the questions of MedQA carry an explanation.
        let isMedQA = try record.at("explanation") != nil
        let gender = try patient?.at("gender")?.string()
        let years = try patient?.at("age")?.string()
        return vignette(
            id: "mediq-\(isMedQA ? "medqa" : "craftmd")-\(Padded.text(id, width: 4))",
            [context.first ?? facts.first ?? ""] + facts,
            age: years.flatMap(Demographics.age) ?? Demographics.age(all),
            sex: gender.flatMap(Demographics.sex) ?? Demographics.sex(all), diagnosis: answer,
            CaseProvenance(
                source: "MediQ", author: "Li et al.", licence: "CC BY 4.0",
                note: "public questions: accuracy on them is no evidence of reasoning"))
    }

    /// CRAFT-MD: vignettes of MedQA and of dermatologists.
    ///
    /// - Returns: nil where the question isn't for the diagnosis.
    func craftMD(
        _ row: CommaSeparated.Record, _ table: CaseTable
    ) throws(BenchmarkError) -> BenchmarkCase? {
        let vignette = try table.field("case_vignette", in: row)
        let answer = try table.field("answer", in: row).trimmed
        let id = try table.field("case_id", in: row).trimmed
        let set = try table.field("dataset", in: row)
        guard !answer.isEmpty, !id.isEmpty else {
            throw table.bad(answer.isEmpty ? "answer" : "case_id", in: row, "text")
        }
        var sentences = Sentences.of(vignette)
        guard !sentences.isEmpty else { throw table.bad("case_vignette", in: row, "text") }
        if set == "MedQA_USMLE" {
            guard let question = sentences.last(where: { $0.contains("?") }) ?? sentences.last,
                Self.asksForDiagnosis(question)
            else { return nil }
            sentences.removeAll { $0 == question }
        }
        return self.vignette(
            id: "craft-md-\(id.replacing("case_", with: ""))", sentences,
            age: Demographics.age(sentences.first ?? ""), sex: Demographics.sex(vignette),
            diagnosis: answer, difficulty: set,
            CaseProvenance(
                source: "CRAFT-MD", author: "Johri et al.", licence: "MIT",
                note: "public questions: accuracy on them is no evidence of reasoning"))
    }

    /// Whether the right answer to a question is a diagnosis, not a test, drug or mechanism.
    static func asksForDiagnosis(_ question: String) -> Bool {
        let text = question.lowercased().replacing("\u{2019}", with: "'")
        guard text.contains("diagnosis") else { return false }
        let other = [
            "next step", "diagnostic", "confirm", "treatment", "treat", "test", "risk",
            "associated with", "mechanism", "management", "characteristic", "complication",
            "sensitive", "criteria", "etiology", "finding is", "findings is", "would", "except",
            "least", "step in", "study", "studies", "support the", "establish", "prophyla",
            "for the most likely", "for this patient's most", "of this patient's most",
            "patient's most likely diagnosis is", "given the", "rule in", "drug", "cause of",
            "therapy", "agent", "organism", "shares", "same ", "underlies", "pathophysiology",
            "images", "originates", "predisposing", "true ", "transmission", "enzyme", "predict",
            "elements", "related to", "derived", "findings on", "findings in", "findings for",
            "process is", "primarily affects", "hypersensitivity", "outcome", "prevent", "exclude",
            "prognos", "medication",
        ]
        guard !other.contains(where: text.contains) else { return false }
        let asking = [
            "likely diagnosis", "likely underlying diagnosis", "likely the diagnosis",
            "likely this patient's diagnosis", "is the diagnosis", "likely the patient's diagnosis",
            "this patient's diagnosis", "a diagnosis of which", "was the diagnosis",
            "correct diagnosis", "best diagnosis", "is her diagnosis", "is his diagnosis",
            "the patient's diagnosis", "probable diagnosis",
        ]
        return asking.contains(where: text.contains)
    }

    /// A fact without the number before it.
    private static func unnumbered(_ fact: String) -> String {
        let rest = fact.drop(while: \.isNumber)
        return rest.count < fact.count && rest.hasPrefix(". ")
            ? String(rest.dropFirst(2)).trimmed : fact.trimmed
    }
}
