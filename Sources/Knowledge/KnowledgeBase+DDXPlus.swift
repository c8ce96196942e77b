// SPDX-License-Identifier: Apache-2.0
/// Reads the DDXPlus figures that come with the program; SOURCE.md beside them says whose they are.
extension KnowledgeBase {
    /// 49 conditions and 208 yes/no evidences of DDXPlus, with training-split frequencies.
    ///
    /// - Throws: `KnowledgeError` naming table and line when a table is missing or altered in shape.
    /// - Complexity: reads three tables of about 40 kB in all; keep the result.
    package static func ddxplus() throws(KnowledgeError) -> KnowledgeBase {
        try ddxplus(
            conditions: shipped("conditions.tsv"), likelihoods: shipped("likelihoods.tsv"),
            questions: shipped("questions.tsv"))
    }

    /// The same from the texts of the three tables.
    package static func ddxplus(
        conditions conditionText: String, likelihoods: String, questions: String
    ) throws(KnowledgeError) -> KnowledgeBase {
        let conditions = try readConditions(conditionText)
        let evidences = try readQuestions(questions)
        return try KnowledgeBase(
            conditions: conditions, evidences: evidences,
            probabilities: readLikelihoods(likelihoods, conditions, evidences),
            source: "DDXPlus (Fansi Tchango et al., NeurIPS 2022 Datasets and Benchmarks, CC BY): "
                + "frequencies among 1,025,602 synthetic training patients",
            version: "ddxplus-1")
    }

    private static func shipped(_ file: String) throws(KnowledgeError) -> String {
        try Table.shipped(file, folder: "DDXPlus")
    }

    private static func readConditions(_ text: String) throws(KnowledgeError) -> [Condition] {
        let table = try Table(
            text, file: "conditions.tsv", columns: "name icd10 severity training_patients")
        var seen: Set<String> = []
        var conditions: [Condition] = []
        for row in table.rows {
            guard let severity = Int(row.fields[2]), (1...5).contains(severity),
                let count = Int(row.fields[3]), count > 0
            else { throw table.bad(row, "a severity from 1 to 5 and a count of at least 1") }
            let name = row.fields[0]
            guard seen.insert(name).inserted else { throw table.duplicate(row, name) }
            conditions.append(
                Condition(name: name, icd10: row.fields[1], severity: severity, trainCount: count))
        }
        try table.expect(rows: 49)
        return conditions
    }

    private static func readQuestions(_ text: String) throws(KnowledgeError) -> [Evidence] {
        let table = try Table(
            text, file: "questions.tsv", columns: "evidence kind short_name question")
        var seen: Set<String> = []
        var evidences: [Evidence] = []
        for row in table.rows {
            let kind = row.fields[1]
            guard kind == "antecedent" || kind == "symptom" else {
                throw table.bad(row, "the kind \"antecedent\" or \"symptom\"")
            }
            let id = row.fields[0]
            guard seen.insert(id).inserted else { throw table.duplicate(row, id) }
            evidences.append(
                Evidence(
                    id: id, question: row.fields[3], isAntecedent: kind == "antecedent",
                    shortName: row.fields[2]))
        }
        try table.expect(rows: 208)
        return evidences
    }

    private static func readLikelihoods(
        _ text: String, _ conditions: [Condition], _ evidences: [Evidence]
    ) throws(KnowledgeError) -> [Double] {
        let table = try Table(
            text, file: "likelihoods.tsv", columns: "condition evidence probability_of_yes")
        var conditionAt: [String: Int] = [:]
        for (index, condition) in conditions.enumerated() { conditionAt[condition.name] = index }
        var evidenceAt: [String: Int] = [:]
        for (index, evidence) in evidences.enumerated() { evidenceAt[evidence.id] = index }
        var probabilities = [Double](repeating: 0, count: conditions.count * evidences.count)
        for row in table.rows {
            guard let condition = conditionAt[row.fields[0]] else {
                throw table.unknown(row, row.fields[0])
            }
            guard let evidence = evidenceAt[row.fields[1]] else {
                throw table.unknown(row, row.fields[1])
            }
            guard let value = Double(row.fields[2]), value > 0, value <= 1 else {
                throw table.bad(row, "a probability above 0 and at most 1")
            }
            let cell = evidence * conditions.count + condition
            guard probabilities[cell] == 0 else {
                throw table.duplicate(row, "\(row.fields[0]) with \(row.fields[1])")
            }
            probabilities[cell] = value
        }
        try table.expect(rows: 562)
        return probabilities
    }
}
