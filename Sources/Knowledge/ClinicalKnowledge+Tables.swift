// SPDX-License-Identifier: Apache-2.0
import Records

extension ClinicalKnowledge {
    /// The authors' parts of each table.
    private static let parts = ["k1", "k2", "k3", "k4", "k5"]

    /// The evidence that comes with the program, over DDXPlus.
    ///
    /// - Throws: `KnowledgeError` naming table and line when a table is missing or altered in shape.
    /// - Complexity: reads about 20 tables; keep the result.
    package static func shipped() throws(KnowledgeError) -> ClinicalKnowledge {
        try ClinicalKnowledge(
            catalogue: .shipped(), conditions: Table.shipped("conditions.tsv", folder: "Clinical"),
            sources: texts("sources"), likelihoods: texts("likelihoods"), priors: texts("priors"),
            demographics: texts("demographics"),
            backgrounds: [
                Table.shipped("background-k3.tsv", folder: "Clinical"),
                Table.shipped("background-k5.tsv", folder: "Clinical"),
            ],
            ddxplus: .ddxplus())
    }

    private static func texts(_ name: String) throws(KnowledgeError) -> [String] {
        var texts: [String] = []
        for part in parts {
            texts.append(try Table.shipped("\(name)-\(part).tsv", folder: "Clinical"))
        }
        return texts
    }

    /// The same from the texts of the tables; the parts of a table are told apart by number in
    /// errors.
    package init(
        catalogue: Catalogue, conditions conditionText: String, sources sourceTexts: [String],
        likelihoods: [String], priors: [String], demographics: [String], backgrounds: [String],
        ddxplus: KnowledgeBase?
    ) throws(KnowledgeError) {
        var reader = EvidenceReader(catalogue: catalogue)
        try reader.readConditions(conditionText)
        for (part, text) in sourceTexts.enumerated() { try reader.readSources(text, part + 1) }
        for (part, text) in likelihoods.enumerated() { try reader.readFigures(text, part + 1) }
        for (part, text) in priors.enumerated() { try reader.readRates(text, part + 1) }
        for (part, text) in demographics.enumerated() { try reader.readBands(text, part + 1) }
        for (part, text) in backgrounds.enumerated() {
            try reader.readBackgrounds(text, part + 1)
        }
        var hash = Fingerprint()
        hash.add(catalogue.digest)
        hash.add(ddxplus?.digest ?? "")
        let tables = [[conditionText], sourceTexts, likelihoods, priors, demographics, backgrounds]
        for table in tables {
            hash.add(UInt64(table.count))
            for text in table { hash.add(text) }
        }
        self.init(
            catalogue: catalogue, conditions: reader.conditions, sources: reader.sources,
            figures: reader.figures, rates: reader.rates, bands: reader.bands,
            backgrounds: reader.backgrounds, ddxplus: ddxplus, digest: hash.hexadecimal)
    }
}

/// Reads the evidence tables one by one, holding each row to the catalogue, the conditions and the
/// sources.
private struct EvidenceReader {
    let catalogue: Catalogue
    var conditions: [ClinicalKnowledge.Condition] = []
    var sources: [ClinicalKnowledge.Source] = []
    var figures: [ClinicalKnowledge.Figure] = []
    var rates: [ClinicalKnowledge.Rate?] = []
    var bands: [[ClinicalKnowledge.Band]] = []
    var backgrounds: [Int: ClinicalKnowledge.Rate] = [:]
    private var conditionAt: [String: Int] = [:]
    private var sourceAt: [String: Int] = [:]
    private var seen: Set<[Int]> = []

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    mutating func readConditions(_ text: String) throws(KnowledgeError) {
        let table = try Table(
            text, file: "conditions.tsv",
            columns: "id name icd10 severity must_not_miss ddxplus synonyms system",
            mayBeEmpty: ["ddxplus", "synonyms"])
        for row in table.rows {
            let fields = row.fields
            guard let severity = Int(fields[3]), (1...5).contains(severity),
                fields[4] == "yes" || fields[4] == "no"
            else { throw table.bad(row, "a severity from 1 to 5, and yes or no") }
            guard conditionAt.updateValue(conditions.count, forKey: fields[0]) == nil else {
                throw table.duplicate(row, fields[0])
            }
            conditions.append(
                ClinicalKnowledge.Condition(
                    id: fields[0], name: fields[1],
                    icd10: fields[2].split(separator: ",").map(String.init), severity: severity,
                    mustNotMiss: fields[4] == "yes", ddxplus: fields[5].filled,
                    synonyms: fields[6].bars, system: fields[7]))
        }
        rates = Array(repeating: nil, count: conditions.count)
        bands = Array(repeating: [], count: conditions.count)
    }

    mutating func readSources(_ text: String, _ part: Int) throws(KnowledgeError) {
        let table = try Table(text, file: "sources \(part)", columns: "key citation address")
        for row in table.rows {
            guard sourceAt.updateValue(sources.count, forKey: row.fields[0]) == nil else {
                throw table.duplicate(row, row.fields[0])
            }
            sources.append(
                ClinicalKnowledge.Source(
                    key: row.fields[0], citation: row.fields[1], address: row.fields[2]))
        }
    }

    mutating func readFigures(_ text: String, _ part: Int) throws(KnowledgeError) {
        let table = try Table(
            text, file: "likelihoods \(part)",
            columns:
                "condition finding outcome sensitivity specificity lr_positive lr_negative source note",
            mayBeEmpty: ["sensitivity", "specificity", "lr_positive", "lr_negative", "note"])
        for row in table.rows {
            let fields = row.fields
            let condition = try condition(table, row)
            let (finding, outcome) = try outcome(table, row, at: 1)
            let (sensitivity, specificity) = try shares(table, row)
            guard seen.insert([condition, finding, outcome]).inserted else {
                throw table.duplicate(row, fields[0...2].joined(separator: " "))
            }
            figures.append(
                ClinicalKnowledge.Figure(
                    condition: condition, finding: finding, outcome: outcome,
                    sensitivity: sensitivity, specificity: specificity,
                    source: try source(table, row, at: 7), note: fields[8]))
        }
    }

    /// Sensitivity and specificity as given, or from both likelihood ratios: with LR+ = s / (1 - p)
    /// and LR- = (1 - s) / p it follows that 1 - p = (1 - LR-) / (LR+ - LR-).
    private func shares(
        _ table: Table, _ row: Table.Row
    ) throws(KnowledgeError) -> (Double, Double?) {
        let numbers = row.fields[3...6].map { Double($0) }
        let isRead = zip(numbers, row.fields[3...6]).allSatisfy { $0 != nil || $1.isEmpty }
        if isRead, let sensitivity = numbers[0], (0...1).contains(sensitivity),
            (0...1).contains(numbers[1] ?? 0)
        {
            return (sensitivity, numbers[1])
        }
        guard isRead, let positive = numbers[2], let negative = numbers[3], positive != negative,
            positive >= 0, negative >= 0
        else {
            throw table.bad(row, "a sensitivity from 0 to 1, or both likelihood ratios")
        }
        let falsePositives = (1 - negative) / (positive - negative)
        guard (0...1).contains(falsePositives), (0...1).contains(falsePositives * positive) else {
            throw table.bad(row, "likelihood ratios on either side of 1")
        }
        return (falsePositives * positive, 1 - falsePositives)
    }

    mutating func readRates(_ text: String, _ part: Int) throws(KnowledgeError) {
        let table = try Table(
            text, file: "priors \(part)", columns: "condition per_100000_per_year source note",
            mayBeEmpty: ["note"])
        for row in table.rows {
            let condition = try condition(table, row)
            guard let value = Double(row.fields[1]), value > 0, value.isFinite else {
                throw table.bad(row, "a rate above 0")
            }
            guard rates[condition] == nil else { throw table.duplicate(row, row.fields[0]) }
            rates[condition] = ClinicalKnowledge.Rate(
                value: value, source: try source(table, row, at: 2), note: row.fields[3])
        }
    }

    mutating func readBands(_ text: String, _ part: Int) throws(KnowledgeError) {
        let table = try Table(
            text, file: "demographics \(part)",
            columns: "condition sex age_from age_to relative_rate source note",
            mayBeEmpty: ["note"])
        for row in table.rows {
            let fields = row.fields
            let sex = Sex(rawValue: fields[1])
            guard let from = Int(fields[2]), let to = Int(fields[3]), 0 <= from, from <= to,
                let rate = Double(fields[4]), rate >= 0, rate.isFinite,
                fields[1] == "any" || sex != nil
            else { throw table.bad(row, "a sex or any, two ages, and a rate of 0 or more") }
            bands[try condition(table, row)].append(
                ClinicalKnowledge.Band(
                    sex: sex, ages: from...to,
                    relativeRate: ClinicalKnowledge.Rate(
                        value: rate, source: try source(table, row, at: 5), note: fields[6])))
        }
    }

    mutating func readBackgrounds(_ text: String, _ part: Int) throws(KnowledgeError) {
        let table = try Table(
            text, file: "background \(part)", columns: "finding outcome probability source note",
            mayBeEmpty: ["note"])
        for row in table.rows {
            let (finding, outcome) = try outcome(table, row, at: 0)
            guard let value = Double(row.fields[2]), (0...1).contains(value) else {
                throw table.bad(row, "a probability")
            }
            let rate = ClinicalKnowledge.Rate(
                value: value, source: try source(table, row, at: 3), note: row.fields[4])
            guard backgrounds.updateValue(rate, forKey: finding * 3 + outcome) == nil else {
                throw table.duplicate(row, row.fields[0])
            }
        }
    }

    private func condition(_ table: Table, _ row: Table.Row) throws(KnowledgeError) -> Int {
        guard let position = conditionAt[row.fields[0]] else {
            throw table.unknown(row, row.fields[0])
        }
        return position
    }

    private func source(
        _ table: Table, _ row: Table.Row, at column: Int
    ) throws(KnowledgeError) -> Int {
        guard let position = sourceAt[row.fields[column]] else {
            throw table.unknown(row, row.fields[column])
        }
        return position
    }

    /// Finding and outcome from two neighbouring columns.
    private func outcome(
        _ table: Table, _ row: Table.Row, at column: Int
    ) throws(KnowledgeError) -> (Int, Int) {
        guard let finding = catalogue.finding(row.fields[column]) else {
            throw table.unknown(row, row.fields[column])
        }
        guard
            let outcome = catalogue.findings[finding].outcomes
                .firstIndex(of: row.fields[column + 1]),
            outcome != catalogue.findings[finding].usual
        else { throw table.bad(row, "the outcome present, low or high, as the finding has it") }
        return (finding, outcome)
    }
}
