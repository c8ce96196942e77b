// SPDX-License-Identifier: Apache-2.0

/// One of the 31 things a predictive decision support tool has to say of itself.
///
/// Source: 45 CFR 170.315(b)(11)(iv)(B). The numbers are the paragraph's and our count within it;
/// the labels are ours.
package struct SourceAttribute: Hashable, Sendable {
    /// Such as `6.2`.
    package let id: String
    package let group: String
    package let label: String
    /// nil where nobody filled it.
    package let value: String?

    /// What stands where nothing was said.
    package static let notAssessed = "not assessed"

    /// The value, or that there is none.
    package var text: String { value ?? SourceAttribute.notAssessed }
}

/// Number, group and label of each attribute, in the rule's order.
struct SourceAttributeList {
    private static let groups: [(name: String, labels: [String])] = [
        (
            "Details and output",
            ["Developer and contact", "Funding", "What the output says", "Kind of output"]
        ),
        ("Purpose", ["Intended use", "Intended patients", "Intended users", "Part in decisions"]),
        ("Caution", ["Not to be used for", "Known risks and limits"]),
        (
            "Development",
            [
                "Who is in the training data", "Personal characteristics used as inputs",
                "How training data represent people", "How training data fit the setting",
            ]
        ),
        ("Fairness in development", ["Approach to fairness", "Handling of bias"]),
        (
            "External validation",
            ["Where it was tested", "Who tested it", "How test data represent people", "How"]
        ),
        (
            "Performance",
            [
                "Validity, same source", "Fairness, same source", "Validity, other source",
                "Fairness, other source", "Effect on outcomes",
            ]
        ),
        (
            "Monitoring",
            [
                "How validity is watched", "Validity on local data", "How fairness is watched",
                "Fairness on local data",
            ]
        ),
        ("Updates", ["How and how often updated", "How soon corrected"]),
    ]

    /// The 31, each with what `value` has for its number.
    static func all(_ value: (String) -> String?) -> [SourceAttribute] {
        groups.enumerated().flatMap { number, group in
            group.labels.enumerated().map { place, label in
                let id = "\(number + 1).\(place + 1)"
                return SourceAttribute(id: id, group: group.name, label: label, value: value(id))
            }
        }
    }

    static let ids = all { _ in nil }.map(\.id)
}
