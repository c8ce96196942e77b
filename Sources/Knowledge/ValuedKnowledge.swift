// SPDX-License-Identifier: Apache-2.0
package import Records

/// How the conditions of DDXPlus answer its 15 evidences with categories or scales, and their ages
/// and sexes.
///
/// `SOURCE.md` beside the tables says what was counted where.
package struct ValuedKnowledge: Sendable {
    /// A question with more answers than yes and no.
    package struct Evidence: Sendable, Hashable {
        package var id: String
        package var shortName: String
        /// Several values may be named at once, in contrast to exactly one.
        package var isSeveral: Bool
        package var values: [String]
        /// Position of the value that stands where nothing is recorded.
        package var usual: Int
    }

    /// Lower ends of the age bands, years.
    package static let ageBands = [0, 1, 5, 15, 30, 45, 60, 75]

    package let evidences: [Evidence]
    /// Of every value above and every probability.
    package let digest: String
    /// P(value | condition) by evidence, at `[value * conditions + condition]`.
    private let shares: [[Double]]
    private let ages: [Double]
    private let females: [Double]
    private let conditionCount: Int

    /// P(value | condition); for questions with several values they don't add up to 1.
    package func probability(evidence: Int, value: Int, condition: Int) -> Double {
        shares[evidence][value * conditionCount + condition]
    }

    /// P(age band and sex | condition); what is not known counts as 1.
    package func demographics(age: Int?, sex: Sex?, condition: Int) -> Double {
        var share = 1.0
        if let age, let band = ValuedKnowledge.ageBands.lastIndex(where: { $0 <= age }) {
            share *= ages[band * conditionCount + condition]
        }
        switch sex {
        case .female: share *= females[condition]
        case .male: share *= 1 - females[condition]
        default: break
        }
        return share
    }

    /// The tables that come with the program.
    ///
    /// - Throws: `KnowledgeError` naming table and line.
    package static func ddxplus(_ base: KnowledgeBase) throws(KnowledgeError) -> ValuedKnowledge {
        try ValuedKnowledge(
            base, valued: Table.shipped("valued.tsv", folder: "DDXPlus"),
            values: Table.shipped("values.tsv", folder: "DDXPlus"),
            demographics: Table.shipped("demographics.tsv", folder: "DDXPlus"))
    }

    /// The same from the texts of the three tables.
    package init(
        _ base: KnowledgeBase, valued: String, values: String, demographics: String
    ) throws(KnowledgeError) {
        evidences = try ValuedKnowledge.evidences(valued)
        conditionCount = base.conditions.count
        shares = try ValuedKnowledge.shares(values, evidences, base)
        (ages, females) = try ValuedKnowledge.people(demographics, base)
        var hash = Fingerprint()
        for text in [base.digest, valued, values, demographics] { hash.add(text) }
        digest = hash.hexadecimal
    }

    private static func evidences(_ text: String) throws(KnowledgeError) -> [Evidence] {
        let table = try Table(
            text, file: "valued.tsv", columns: "evidence kind default short_name values")
        var evidences: [Evidence] = []
        for row in table.rows {
            let values = row.fields[4].bars
            guard row.fields[1] == "several" || row.fields[1] == "choice",
                let usual = values.firstIndex(of: row.fields[2])
            else {
                throw table.bad(row, "the kind several or choice, and a default among the values")
            }
            evidences.append(
                Evidence(
                    id: row.fields[0], shortName: row.fields[3],
                    isSeveral: row.fields[1] == "several", values: values, usual: usual))
        }
        return evidences
    }

    private static func shares(
        _ text: String, _ evidences: [Evidence], _ base: KnowledgeBase
    ) throws(KnowledgeError) -> [[Double]] {
        let table = try Table(
            text, file: "values.tsv", columns: "condition evidence value probability")
        let count = base.conditions.count
        var shares = evidences.map { [Double](repeating: 0, count: $0.values.count * count) }
        var evidenceAt: [String: Int] = [:]
        for (index, evidence) in evidences.enumerated() { evidenceAt[evidence.id] = index }
        var valueAt: [[String: Int]] = []
        for evidence in evidences {
            var positions: [String: Int] = [:]
            for (index, value) in evidence.values.enumerated() { positions[value] = index }
            valueAt.append(positions)
        }
        for row in table.rows {
            guard let condition = base.condition(named: row.fields[0]) else {
                throw table.unknown(row, row.fields[0])
            }
            guard let evidence = evidenceAt[row.fields[1]],
                let value = valueAt[evidence][row.fields[2]]
            else { throw table.unknown(row, "\(row.fields[1]) \(row.fields[2])") }
            guard let share = Double(row.fields[3]), (0...1).contains(share) else {
                throw table.bad(row, "a probability")
            }
            shares[evidence][value * count + condition] = share
        }
        return shares
    }

    private static func people(
        _ text: String, _ base: KnowledgeBase
    ) throws(KnowledgeError) -> (ages: [Double], females: [Double]) {
        let table = try Table(
            text, file: "demographics.tsv", columns: "condition variable value probability")
        let count = base.conditions.count
        var ages = [Double](repeating: 0, count: ageBands.count * count)
        var females = [Double](repeating: 0, count: count)
        for row in table.rows {
            guard let condition = base.condition(named: row.fields[0]) else {
                throw table.unknown(row, row.fields[0])
            }
            guard let share = Double(row.fields[3]), share > 0, share < 1 else {
                throw table.bad(row, "a probability above 0 and below 1")
            }
            if row.fields[1] == "age", let lower = Int(row.fields[2]),
                let band = ageBands.firstIndex(of: lower)
            {
                ages[band * count + condition] = share
            } else if row.fields[1] == "sex", row.fields[2] == "female" {
                females[condition] = share
            } else {
                throw table.bad(row, "an age band or sex female")
            }
        }
        try table.expect(rows: (ageBands.count + 1) * count)
        return (ages, females)
    }
}
