// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records

/// Reads AgentClinic's MedQA cases (Schmidgall et al.): an examination plan with the patient's
/// story, named physical findings and test results.
struct AgentClinicImport {
    private let coder: CaseCoder

    init(_ coder: CaseCoder) { self.coder = coder }

    func read(_ record: CasePlace, number: Int) throws(BenchmarkError) -> BenchmarkCase {
        let plan = try record.required("OSCE_Examination")
        let actor = try plan.required("Patient_Actor")
        let demographics = try actor.required("Demographics").filledString()
        let story = try actor.at("History")?.string() ?? ""
        let sex = Demographics.sex(demographics) ?? Demographics.sex(story)
        let objective = try plan.required("Objective_for_Doctor").filledString()
        let abstract = "\(demographics). \(objective)"
        let initial = coder.initial(abstract, sex: sex)
        var findings = initial
        for member in try actor.members() where member.key != "Demographics" {
            let text = try Self.prose(member.value)
            guard !text.isEmpty else { continue }
            let name = CaseCoder.readable(member.key).lowercased()
            findings.append(
                coder.paragraph(
                    Self.isPast(name) ? .history : .symptom,
                    [name] + (name == "history" ? ["history of present illness"] : []), text))
            findings += coder.coded(text, sex: sex)
        }
        for (key, gate) in [("Physical_Examination_Findings", Gate.ask), ("Test_Results", .order)] {
            guard let tree = try plan.at(key) else { continue }
            for leaf in try Self.leaves(tree, []) where !Self.isPending(leaf.text) {
                findings += coder.result(leaf.names, leaf.text, gate: gate, sex: sex)
            }
        }
        return BenchmarkCase(
            id: "agentclinic-\(Padded.text(number))", abstract: abstract,
            age: Demographics.age(demographics), sex: sex, initial: initial.compactMap(\.id),
            findings: CaseCoder.merged(findings),
            diagnosis: DiagnosisNames.diagnosis(
                try plan.required("Correct_Diagnosis").filledString()),
            provenance: CaseProvenance(
                source: "AgentClinic", author: "Schmidgall et al.", licence: "MIT",
                note: "written by a language model from MedQA questions (MIT), which are public: "
                    + "accuracy on them is no evidence of reasoning"))
    }

    private static func isPast(_ name: String) -> Bool {
        ["past", "social", "family", "medication"].contains { name.contains($0) }
    }

    private static func isPending(_ text: String) -> Bool {
        text.isEmpty || ["pending", "not available", "n/a", "none"].contains(text.lowercased())
    }

    /// All text under a value, one sentence an item.
    private static func prose(_ place: CasePlace) throws(BenchmarkError) -> String {
        try leaves(place, []).map { leaf in
            let name = leaf.names.isEmpty ? "" : "\(CaseCoder.readable(leaf.names[0])): "
            return name + leaf.text + (leaf.text.last == "." ? "" : ".")
        }.joined(separator: " ")
    }

    private static func leaves(
        _ place: CasePlace, _ names: [String]
    ) throws(BenchmarkError) -> [(names: [String], text: String)] {
        switch place.node.value {
        case .null: return []
        case .string(let text): return text.trimmed.isEmpty ? [] : [(names, text.trimmed)]
        case .bool(let value): return [(names, value ? "Present" : "Absent")]
        case .number: throw place.bad("text, true or false")
        case .array:
            var result: [(names: [String], text: String)] = []
            for item in try place.items() { result += try leaves(item, names) }
            return result
        case .object:
            var result: [(names: [String], text: String)] = []
            for member in try place.members() {
                result += try leaves(member.value, names + [member.key])
            }
            return result
        }
    }
}

/// Numbers in ids sort as they count.
enum Padded {
    static func text(_ number: Int, width: Int = 3) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
