// SPDX-License-Identifier: Apache-2.0

/// Lays the evidence over one another: a published figure, else the DDXPlus frequency of the same
/// question, else what neighbouring conditions lend, else the background.
struct EvidenceLayers {
    var catalogue: Catalogue
    var conditions: [ClinicalKnowledge.Condition]
    var figures: [ClinicalKnowledge.Figure]
    /// By `finding * 3 + outcome`.
    var backgrounds: [Int: ClinicalKnowledge.Rate]
    var ddxplus: KnowledgeBase?

    /// How often a finding is seen for reasons that no table names.
    ///
    /// A setting, not a clinical figure: it only has to be small and never zero, so that one
    /// unexplained finding cannot rule everything out. The laboratory's value is the share outside
    /// one end of a reference interval, doubled because attenders are not blood donors.
    static func unexplained(_ kind: FindingKind) -> Double {
        switch kind {
        case .symptom, .history: 0.05
        case .vital, .lab: 0.05
        case .exam: 0.03
        case .imaging, .procedure: 0.02
        case .pathology: 0.01
        }
    }

    /// Background by `finding * 3 + outcome`: as published, else the median of 1 - specificity over
    /// the finding's figures, else the setting.
    func unlinked() -> [Double] {
        var falsePositives: [Int: [Double]] = [:]
        for figure in figures {
            guard let specificity = figure.specificity else { continue }
            falsePositives[figure.finding * 3 + figure.outcome, default: []]
                .append(1 - specificity)
        }
        var table = [Double](repeating: 0, count: catalogue.findings.count * 3)
        for (position, finding) in catalogue.findings.enumerated() {
            var rest = 1.0
            for outcome in finding.outcomes.indices where outcome != finding.usual {
                let cell = position * 3 + outcome
                var rate =
                    backgrounds[cell]?.value ?? EvidenceLayers.median(falsePositives[cell])
                    ?? EvidenceLayers.unexplained(finding.kind)
                rate = min(max(rate, 0.001), 0.95 * rest)
                table[cell] = rate
                rest -= rate
            }
            table[position * 3 + finding.usual] = rest
        }
        return table
    }

    private static func median(_ values: [Double]?) -> Double? {
        guard let sorted = values?.sorted(), !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// P(outcome | hypothesis), laid out as `ClinicalKnowledge` keeps it.
    ///
    /// "No disease" has the background. "None of these" is the average condition: some disease, of
    /// which nothing more is known.
    func probabilities(unlinked: [Double]) -> [Double] {
        let count = conditions.count + 2
        var table = [Double](repeating: 0, count: catalogue.findings.count * 3 * count)
        let given = Dictionary(grouping: figures) { $0.finding }
        for (position, finding) in catalogue.findings.enumerated() {
            let background = finding.outcomes.indices.map { unlinked[position * 3 + $0] }
            var known = [[Int: Double]](repeating: [:], count: conditions.count)
            for figure in given[position] ?? [] {
                known[figure.condition][figure.outcome] = speaking(
                    figure, background[figure.outcome])
            }
            for condition in conditions.indices where known[condition].isEmpty {
                if let share = question(finding, conditions[condition]) {
                    known[condition][1] = share
                }
            }
            let rows = lent(
                known.map { EvidenceLayers.complete($0, background) }, known, finding, background)
            for outcome in background.indices {
                let start = (position * 3 + outcome) * count
                for condition in conditions.indices {
                    table[start + condition] = rows[condition][outcome]
                }
                table[start + conditions.count] = background[outcome]
                table[start + conditions.count + 1] =
                    rows.reduce(0) { $0 + $1[outcome] } / Double(max(rows.count, 1))
            }
        }
        return table
    }

    /// A figure's share, unless it would speak the other way than in its own study.
    ///
    /// A sensitivity from one study stands beside a background from another. Where the study says
    /// that the finding favours the condition and the quotient with the background says the
    /// opposite, or the reverse, the study's likelihood ratio is kept: its multiple of the
    /// background.
    private func speaking(_ figure: ClinicalKnowledge.Figure, _ background: Double) -> Double {
        guard let specificity = figure.specificity, specificity < 1 else {
            return figure.sensitivity
        }
        let ratio = figure.sensitivity / (1 - specificity)
        let isTurned = (ratio - 1) * (figure.sensitivity - background) < 0
        return isTurned ? min(ratio * background, 0.99) : figure.sensitivity
    }

    /// The most that neighbours weigh.
    private static let neighbourWeight = 0.5

    /// Complaints, signs and vitals that nobody counted in a condition lie between the background
    /// and what was counted in conditions of the same system.
    ///
    /// Without this a condition that was studied much would win over a neighbour that was studied
    /// little, on findings that both have. The neighbours' weight is 0.5 k / (k + 1) with k of them
    /// counted. Results of tests are what tells neighbours apart, so they are not lent, nor is what
    /// belongs to the past.
    private func lent(
        _ rows: [[Double]], _ known: [[Int: Double]], _ finding: Catalogue.Finding,
        _ background: [Double]
    ) -> [[Double]] {
        guard [.symptom, .exam, .vital].contains(finding.kind) else { return rows }
        var counted: [String: [[Double]]] = [:]
        for (condition, row) in rows.enumerated() where !known[condition].isEmpty {
            counted[conditions[condition].system, default: []].append(row)
        }
        return rows.indices.map { condition in
            guard known[condition].isEmpty,
                let neighbours = counted[conditions[condition].system]
            else { return rows[condition] }
            let number = Double(neighbours.count)
            let weight = EvidenceLayers.neighbourWeight * number / (number + 1)
            return background.indices.map { outcome in
                let mean = neighbours.reduce(0) { $0 + $1[outcome] } / number
                return (1 - weight) * background[outcome] + weight * mean
            }
        }
    }

    /// Cells `finding * 4096 + condition` whose share is a DDXPlus frequency.
    func questionCells() -> Set<Int> {
        let figured = Set(figures.map { $0.finding * 4096 + $0.condition })
        var cells: Set<Int> = []
        for (position, finding) in catalogue.findings.enumerated() {
            for condition in conditions.indices
            where question(finding, conditions[condition]) != nil {
                let cell = position * 4096 + condition
                if !figured.contains(cell) { cells.insert(cell) }
            }
        }
        return cells
    }

    /// The DDXPlus frequency of a linked question; what DDXPlus never draws says nothing.
    private func question(
        _ finding: Catalogue.Finding, _ condition: ClinicalKnowledge.Condition
    ) -> Double? {
        guard let ddxplus, let code = finding.ddxplus, let name = condition.ddxplus,
            let evidence = ddxplus.evidence(named: code),
            let position = ddxplus.condition(named: name)
        else { return nil }
        let share = ddxplus.probability(evidence: evidence, condition: position)
        return share > 0 ? share : nil
    }

    /// A full row: what is known stays, the rest is shared as in the background.
    static func complete(_ known: [Int: Double], _ background: [Double]) -> [Double] {
        guard !known.isEmpty else { return background }
        let taken = min(known.values.reduce(0, +), 1)
        let open = background.indices.filter { known[$0] == nil }
        let share = open.reduce(0) { $0 + background[$1] }
        let scale = max(known.values.reduce(0, +), 1)
        return background.indices.map { outcome in
            if let value = known[outcome] { return value / scale }
            return share > 0 ? (1 - taken) * background[outcome] / share : 0
        }
    }
}
