// SPDX-License-Identifier: Apache-2.0

/// Every number the clinical panel decides by.
///
/// None is a clinical figure: those come with their sources from the knowledge.
package struct ClinicalSettings: Sendable, Hashable, Codable {
    /// How often something told or examined is expected to be recorded wrongly; likelihoods are
    /// clipped by it, so that one slip never rules a condition in or out.
    package var askedFloor = 0.02
    /// The same for results of tests, which are written down by a device.
    package var testFloor = 0.005
    /// Weight of the second strongest finding of one group in one direction.
    ///
    /// The third has its square, and so on; 1 is plain naive Bayes.
    /// Findings of one group (a symptom family with its signs, or one test) look at the same thing
    /// from several sides. With 0.7 a whole group can never speak louder than 3.3 times its
    /// strongest finding.
    package var groupDiscount = 0.7
    /// Log weights are divided by this before they become probabilities; above 1 is more modest.
    ///
    /// To be fitted on validation cases; 1 changes nothing.
    package var temperature = 1.0
    /// Rates of the conditions are raised to this power; 1 takes them as they are.
    ///
    /// Rates count a whole population. Who attends, is worked up, and gets into a case set has been
    /// selected for being unclear or unwell, which flattens the rates by an unknown amount: with
    /// 0.25 a condition a hundred times rarer starts about three times lower.
    package var priorExponent = 0.25
    /// Commit once the leader's probability reaches this.
    package var stop = 0.9
    /// Questions expected to be worth less than this, in bits, are not asked.
    package var minimumQuestionBits = 0.01
    /// Tests expected to be worth less than this, in bits, are vetoed.
    package var minimumTestBits = 0.01
    /// The most that a bit may cost, US cents: 10,000 dollars.
    ///
    /// A test whose bill, delay, needles and radiation come to more is vetoed, unless it settles an
    /// open danger.
    package var centsPerBit = 1_000_000.0
    /// The same under a budget: what is spent on little is missing later.
    package var budgetCentsPerBit = 100_000.0
    /// What a second or third inquiry of a turn must add, as a share of the first one's worth.
    package var companionShare = 0.3
    /// A less burdensome test replaces the best from this share of its worth on.
    package var equivalentShare = 0.9
    /// Bits that a certain rescue from missing a must-not-miss condition is worth.
    package var bitsPerMiss = 4.0
    /// A must-not-miss condition is open from this probability on, unless it is confirmed.
    package var dangerProbability = 0.02
    /// In the confirmation turn openness starts at this share of `dangerProbability`.
    package var confirmationShare = 0.5
    /// The least a test must be expected to tell about an open danger, bits.
    package var minimumDangerBits = 0.01
    /// As the protocol of sequential diagnosis has it.
    package var questionsPerTurn = 5
    package var testsPerTurn = 3
    /// Limits of one case.
    package var maxQuestions = 60
    package var maxTests = 15
    /// Price of the minutes that one question takes, US cents.
    package var questionCents = 100.0
    /// Price of a minute's delay, US cents: 3 dollars an hour.
    package var minuteCents = 5.0
    /// The same in an emergency department: 12 dollars an hour.
    package var emergencyMinuteCents = 20.0
    /// Price of invasiveness 0 to 3, US cents: nothing, a needle, a tube, tissue.
    package var invasionCents = [0.0, 500, 5_000, 30_000]
    /// Price of a millisievert, US cents.
    package var millisievertCents = 1_000.0
    /// Worth is compared per price plus this, US cents: the higher, the less prices matter.
    package var freeOffsetCents = 20_000.0
    /// The same under a budget.
    package var budgetOffsetCents = 2_000.0
    /// A finding is remarked on when it had been expected with less than this probability.
    package var surprise = 0.03
    /// Runs of an ensemble shift the log odds of each linked likelihood by up to this much.
    package var ensembleSpread = 0.25

    package static let standard = ClinicalSettings()

    package init() {}

    /// Itself, if every number is within its limits.
    ///
    /// - Throws: `CaseError.settingOutOfRange` with the name and the limits.
    package func checked() throws(CaseError) -> ClinicalSettings {
        let limits: [(String, Double, ClosedRange<Double>)] = [
            ("askedFloor", askedFloor, 0.000_001...0.3),
            ("testFloor", testFloor, 0.000_001...0.3),
            ("groupDiscount", groupDiscount, 0...1), ("temperature", temperature, 0.1...10),
            ("priorExponent", priorExponent, 0...1), ("stop", stop, 0.02...1),
            ("minimumQuestionBits", minimumQuestionBits, 0...10),
            ("minimumTestBits", minimumTestBits, 0...10),
            ("centsPerBit", centsPerBit, 1...1_000_000_000),
            ("budgetCentsPerBit", budgetCentsPerBit, 1...1_000_000_000),
            ("companionShare", companionShare, 0...1),
            ("equivalentShare", equivalentShare, 0...1), ("bitsPerMiss", bitsPerMiss, 0...1_000),
            ("dangerProbability", dangerProbability, 0...1),
            ("confirmationShare", confirmationShare, 0...1),
            ("minimumDangerBits", minimumDangerBits, 0...1),
            ("questionsPerTurn", Double(questionsPerTurn), 1...5),
            ("testsPerTurn", Double(testsPerTurn), 1...3),
            ("maxQuestions", Double(maxQuestions), 0...1_000),
            ("maxTests", Double(maxTests), 0...1_000),
            ("questionCents", questionCents, 0...1_000_000),
            ("minuteCents", minuteCents, 0...1_000_000),
            ("emergencyMinuteCents", emergencyMinuteCents, 0...1_000_000),
            ("millisievertCents", millisievertCents, 0...1_000_000),
            ("freeOffsetCents", freeOffsetCents, 1...1_000_000_000),
            ("budgetOffsetCents", budgetOffsetCents, 1...1_000_000_000),
            ("surprise", surprise, 0...1), ("ensembleSpread", ensembleSpread, 0...5),
        ]
        for (name, value, range) in limits where !range.contains(value) {
            throw .settingOutOfRange(
                name: name, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard invasionCents.count == 4, invasionCents.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .settingOutOfRange(name: "invasionCents", expected: "four prices of 0 or more")
        }
        return self
    }
}
