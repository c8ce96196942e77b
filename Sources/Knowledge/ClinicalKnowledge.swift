// SPDX-License-Identifier: Apache-2.0
import Records

/// What is known of findings and tests in named conditions: figures from published studies, each
/// with its source, over the question frequencies of DDXPlus, over background rates.
///
/// Hypotheses are the conditions by position, then "no disease", then "none of these".
package struct ClinicalKnowledge: Sendable {
    package struct Condition: Hashable, Sendable {
        package var id: String
        package var name: String
        package var icd10: [String]
        /// From 1 (worst) to 5 (mildest).
        package var severity: Int
        /// Missing it costs life, limb or sight within days.
        package var mustNotMiss: Bool
        /// The DDXPlus condition whose question frequencies it takes over.
        package var ddxplus: String?
        package var synonyms: [String]
        /// Part of the body or kind of process; neighbours lend each other unmeasured frequencies.
        package var system: String
    }

    /// A publication that figures were read in.
    package struct Source: Hashable, Sendable {
        package var key: String
        package var citation: String
        /// DOI, PubMed number or address.
        package var address: String
    }

    /// How often a finding has an outcome in patients with a condition.
    package struct Figure: Hashable, Sendable {
        package var condition: Int
        package var finding: Int
        package var outcome: Int
        /// P(outcome | condition).
        package var sensitivity: Double
        /// P(any other outcome | suspected, but not the condition), where the source says so.
        package var specificity: Double?
        /// Position in `sources`.
        package var source: Int
        /// What exactly was measured.
        package var note: String
    }

    /// A number with the source it was read in.
    package struct Rate: Hashable, Sendable {
        package var value: Double
        package var source: Int
        package var note: String
    }

    /// How a condition's rate changes with age and sex.
    struct Band: Hashable, Sendable {
        var sex: Sex?
        var ages: ClosedRange<Int>
        var relativeRate: Rate
    }

    package let catalogue: Catalogue
    package let conditions: [Condition]
    package let sources: [Source]
    package let figures: [Figure]
    /// Of everything above; 32 hexadecimal digits.
    package let digest: String
    let rates: [Rate?]
    let bands: [[Band]]
    let backgrounds: [Int: Rate]
    private let figureIndex: [Int: Int]
    private let conditionIndex: [String: Int]
    private let questionCells: Set<Int>
    /// P(outcome | hypothesis) at `[(finding * 3 + outcome) * hypothesisCount + hypothesis]`.
    private let probabilities: [Double]
    /// P(outcome) without a link, at `[finding * 3 + outcome]`.
    private let unlinked: [Double]

    init(
        catalogue: Catalogue, conditions: [Condition], sources: [Source], figures: [Figure],
        rates: [Rate?], bands: [[Band]], backgrounds: [Int: Rate], ddxplus: KnowledgeBase?,
        digest: String
    ) {
        self.catalogue = catalogue
        self.conditions = conditions
        self.sources = sources
        self.figures = figures
        self.rates = rates
        self.bands = bands
        self.backgrounds = backgrounds
        self.digest = digest
        var conditionIndex: [String: Int] = [:]
        for (index, condition) in conditions.enumerated() { conditionIndex[condition.id] = index }
        self.conditionIndex = conditionIndex
        var figureIndex: [Int: Int] = [:]
        for (index, figure) in figures.enumerated() {
            figureIndex[
                ClinicalKnowledge.cell(figure.finding, figure.outcome, figure.condition)] = index
        }
        self.figureIndex = figureIndex
        let layers = EvidenceLayers(
            catalogue: catalogue, conditions: conditions, figures: figures,
            backgrounds: backgrounds, ddxplus: ddxplus)
        unlinked = layers.unlinked()
        questionCells = layers.questionCells()
        probabilities = layers.probabilities(unlinked: unlinked)
    }

    private static func cell(_ finding: Int, _ outcome: Int, _ condition: Int) -> Int {
        (finding * 3 + outcome) * 4096 + condition
    }

    /// Conditions, "no disease" and "none of these".
    package var hypothesisCount: Int { conditions.count + 2 }
    /// The hypothesis that nothing is wrong.
    package var noDisease: Int { conditions.count }
    /// The hypothesis of a disease that is not among the conditions.
    package var noneOfThese: Int { conditions.count + 1 }

    /// The position of a condition by id.
    package func condition(_ id: String) -> Int? { conditionIndex[id] }

    /// The name of a hypothesis.
    package func name(hypothesis: Int) -> String {
        switch hypothesis {
        case noDisease: "No disease found"
        case noneOfThese: "None of these"
        default: conditions[hypothesis].name
        }
    }

    /// P(outcome | hypothesis); over a finding's outcomes it adds up to 1.
    package func probability(finding: Int, outcome: Int, hypothesis: Int) -> Double {
        probabilities[(finding * 3 + outcome) * hypothesisCount + hypothesis]
    }

    /// The published figure behind a probability; nil where DDXPlus or the background speaks.
    package func figure(finding: Int, outcome: Int, condition: Int) -> Figure? {
        figureIndex[ClinicalKnowledge.cell(finding, outcome, condition)].map { figures[$0] }
    }

    /// True where the share is the DDXPlus frequency of the same question.
    package func isFromDDXPlus(finding: Int, condition: Int) -> Bool {
        questionCells.contains(finding * 4096 + condition)
    }

    /// P(outcome) in presenting patients whose condition, if any, has no figure for the finding.
    ///
    /// The source is nil where the rate was derived from specificities or is a setting.
    package func background(finding: Int, outcome: Int) -> (probability: Double, source: Int?) {
        let cell = finding * 3 + outcome
        return (unlinked[cell], backgrounds[cell]?.source)
    }

    /// New presentations per 100,000 population and year, with the source.
    package func rate(condition: Int) -> Rate? { rates[condition] }

    /// Positions of the findings that some condition has a figure or a question frequency for.
    package var linkedFindings: [Int] {
        catalogue.findings.indices.filter { finding in
            catalogue.findings[finding].outcomes.indices.contains { outcome in
                let start = (finding * 3 + outcome) * hypothesisCount
                let background = unlinked[finding * 3 + outcome]
                return conditions.indices.contains {
                    probabilities[start + $0] != background
                }
            }
        }
    }
}
