// SPDX-License-Identifier: Apache-2.0

/// How the next question is chosen and when to stop.
package enum DiagnosticMethod: String, Sendable, Codable, CaseIterable {
    /// The published rule: largest expected information gain, stop on certainty or at the limit.
    case reference
    /// The same rule with the panel's checks: stewardship, the least information worth a question,
    /// and a confirmation turn while a must-not-miss condition is open.
    case `default`
}

/// Every number the panel decides by.
///
/// A value of this type is always within its limits.
package struct PanelSettings: Sendable, Equatable, Codable {
    package let method: DiagnosticMethod
    /// How often an answer is expected to be wrong; likelihoods are clipped by it.
    package let likelihoodFloor: Double
    /// Diagnose once the leader's probability reaches this; nil: only the limit stops.
    package let stop: Double?
    /// The most questions asked beyond what was volunteered.
    package let maxQuestions: Int
    /// Questions expected to tell less than this, in bits, are vetoed (default method only).
    ///
    /// Without a stop every question up to the limit is wanted, so nothing is vetoed.
    package var minimumInformation: Double { stop == nil ? 0 : 0.02 }
    /// A less burdensome question replaces the best from this share of its information on.
    package var equivalentShare: Double { 0.9 }
    /// How many questions the Test-Chooser proposes.
    package var proposals: Int { 3 }
    /// Conditions of this severity or worse (1 is worst) must not be missed.
    package var dangerSeverity: Int { 2 }
    /// A must-not-miss condition counts as open from this probability on.
    package var dangerProbability: Double { 0.01 }
    /// An answer is remarked on when it had been expected with less than this probability.
    package var surprise: Double { 0.05 }

    /// Floor 0.02, stop at 0.95, at most 30 questions, default method.
    package static let standard = PanelSettings(
        unchecked: .default, likelihoodFloor: 0.02, stop: 0.95, maxQuestions: 30)

    /// - Throws: `CaseError.settingOutOfRange` for a floor outside 0.000001 ... 0.49, a stop
    ///   outside 0.02 ... 1, or a limit outside 0 ... 1000.
    package init(
        method: DiagnosticMethod = .default, likelihoodFloor: Double = 0.02, stop: Double? = 0.95,
        maxQuestions: Int = 30
    ) throws(CaseError) {
        guard (0.000_001...0.49).contains(likelihoodFloor) else {
            throw .settingOutOfRange(name: "floor", expected: "a number from 0.000001 to 0.49")
        }
        if let stop {
            guard (0.02...1).contains(stop) else {
                throw .settingOutOfRange(name: "stop", expected: "a probability from 0.02 to 1")
            }
        }
        guard (0...1000).contains(maxQuestions) else {
            throw .settingOutOfRange(name: "questions", expected: "a whole number from 0 to 1000")
        }
        self.init(
            unchecked: method, likelihoodFloor: likelihoodFloor, stop: stop,
            maxQuestions: maxQuestions)
    }

    private init(
        unchecked method: DiagnosticMethod, likelihoodFloor: Double, stop: Double?,
        maxQuestions: Int
    ) {
        self.method = method
        self.likelihoodFloor = likelihoodFloor
        self.stop = stop
        self.maxQuestions = maxQuestions
    }

    private enum CodingKeys: String, CodingKey {
        case method, likelihoodFloor, stop, maxQuestions
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            method: values.decode(DiagnosticMethod.self, forKey: .method),
            likelihoodFloor: values.decode(Double.self, forKey: .likelihoodFloor),
            stop: values.decodeIfPresent(Double.self, forKey: .stop),
            maxQuestions: values.decode(Int.self, forKey: .maxQuestions))
    }
}
