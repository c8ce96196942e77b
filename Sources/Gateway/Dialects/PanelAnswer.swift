// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Governance
import Site

/// Where the caller can check that the call is on record.
struct ReceiptBody: Encodable, Sendable {
    var ledgerIndex: Int
    var size: Int
    var root: String
    var checkpointURL = "/checkpoint"
    var proofURL: String

    enum CodingKeys: String, CodingKey {
        case size, root
        case ledgerIndex = "ledger_index"
        case checkpointURL = "checkpoint_url"
        case proofURL = "proof_url"
    }

    init(_ receipt: Receipt) {
        ledgerIndex = receipt.index
        size = receipt.size
        root = receipt.root
        proofURL = "/v1/ledger/proof?index=\(receipt.index)"
    }
}

/// The panel's answer in the gateway's own dialect: every hypothesis with the findings behind it.
struct PanelAnswer: Encodable, Sendable {
    struct Model: Encodable, Sendable {
        var id: String
        var version: String
        var digest: String
    }

    struct Contribution: Encodable, Sendable {
        var feature: String
        var name: String
        var isPresent: Bool
        /// Natural logarithm; above zero speaks for the target.
        var logLikelihoodRatio: Double
        /// Of this answer, given the target, and given the others as weighed just before it.
        var probability: Double
        var probabilityElsewhere: Double
        var source: String

        enum CodingKeys: String, CodingKey {
            case feature, name, probability, source
            case isPresent = "is_present"
            case logLikelihoodRatio = "log_likelihood_ratio"
            case probabilityElsewhere = "probability_elsewhere"
        }
    }

    struct Output: Encodable, Sendable {
        var target: String
        var icd10: String
        /// From 1, the worst, to 5.
        var severity: Int
        var probability: Double
        /// Null, as are the three below: `not_estimated` says why.
        @Nullable var ci95: [Double]?
        @Nullable var riskBand: String?
        @Nullable var horizon: String?
        @Nullable var calibrationRef: String?
        /// Before any finding; with every ratio of `basis` added it gives the log odds now.
        var priorLogOdds: Double
        var basis: [Contribution]

        enum CodingKeys: String, CodingKey {
            case target, icd10, severity, probability, ci95, horizon, basis
            case riskBand = "risk_band"
            case calibrationRef = "calibration_ref"
            case priorLogOdds = "prior_log_odds"
        }
    }

    struct Question: Encodable, Sendable {
        var evidence: String
        var name: String
        var question: String
        var expectedInformationBits: Double
        var probabilityOfYes: Double
        var reason: String
        var separates: [String]

        enum CodingKeys: String, CodingKey {
            case evidence, name, question, reason, separates
            case probabilityOfYes = "probability_of_yes"
            case expectedInformationBits = "expected_information_bits"
        }
    }

    struct Label: Encodable, Sendable {
        var text: String
        var kind = "informational"
    }

    struct Price: Encodable, Sendable {
        var micros: Int
        var currency: String
    }

    var predictionID: String
    var model: Model
    var intendedUse: Use
    var abstained: Abstention
    var outputs: [Output]
    var nextQuestions: [Question]
    /// Why the panel would ask nothing more; null while it would.
    @Nullable var stop: String?
    var inputsUsed: [UsedInput]
    /// Parts of a bundle that did not enter the score.
    var inputsNotUsed: [UnusedInput]
    var inputsMissing: [String]
    /// What each answer did to the leading output.
    var basis: [Weight]
    var outOfDistribution: Distribution
    var evidence: [CardReference]
    /// What is null in every output, and why.
    var notEstimated: [String: String]
    /// What does not fit together in the case, one sentence each.
    var remarks: [String]
    var label: Label
    var receipt: ReceiptBody
    var price: Price

    enum CodingKeys: String, CodingKey, CaseIterable {
        case model, abstained, outputs, stop, basis, evidence, remarks, label, receipt, price
        case predictionID = "prediction_id"
        case intendedUse = "intended_use"
        case nextQuestions = "next_questions"
        case inputsUsed = "inputs_used"
        case inputsNotUsed = "inputs_not_used"
        case inputsMissing = "inputs_missing"
        case outOfDistribution = "out_of_distribution"
        case notEstimated = "not_estimated"
    }

    /// An answered case.
    init(
        _ call: ServedCall, _ reading: CaseReading, model served: ServedModel, _ calls: CallService
    ) {
        let assessment = call.assessment
        self.init(
            id: call.predictionID, receipt: call.receipt, verdict: call.intendedUse, reading,
            model: served, calls)
        outputs = assessment.differential.map(Output.init)
        nextQuestions = assessment.nextQuestions.map(Question.init)
        stop = assessment.stop?.rawValue
        inputsMissing = assessment.missing
        basis = assessment.differential.first.map(Weight.all) ?? []
        remarks = assessment.remarks.map(\.sentence)
        label = Label(text: assessment.label)
        price.micros = call.priceMicros
    }

    /// A case outside the intended use: no score, the reasons, and the entry that says so.
    init(
        outside reasons: [String], receipt: Receipt, _ reading: CaseReading,
        model served: ServedModel, _ calls: CallService
    ) {
        self.init(
            id: "entry-\(receipt.index)", receipt: receipt, verdict: nil, reading, model: served,
            calls)
        intendedUse.reasons = reasons
        abstained = Abstention(
            isTrue: true,
            reason: "outside the intended use: " + reasons.joined(separator: "; "))
        inputsUsed = []
    }

    /// Everything but the score.
    private init(
        id: String, receipt: Receipt, verdict: IntendedUseVerdict?, _ reading: CaseReading,
        model served: ServedModel, _ calls: CallService
    ) {
        predictionID = id
        model = Model(id: served.id, version: served.version, digest: served.digest)
        intendedUse = Use(calls.intendedUse, verdict)
        abstained = Abstention(isTrue: false, reason: nil)
        outputs = []
        nextQuestions = []
        stop = nil
        inputsUsed = reading.used
        inputsNotUsed = reading.unused
        inputsMissing = []
        basis = []
        outOfDistribution = Distribution()
        evidence = CardReference.all(of: served)
        notEstimated = PanelAnswer.notEstimated
        remarks = []
        label = Label(text: Assessment.notADevice)
        self.receipt = ReceiptBody(receipt)
        price = Price(micros: 0, currency: calls.site.configuration.currency)
    }

    /// Nothing here is filled by a number nobody measured.
    private static let notEstimated = [
        "ci95": "the likelihoods are frequencies without counts by pair, so no interval of a "
            + "probability is computed",
        "risk_band": "no bands are set for these conditions",
        "horizon": "the differential is of what is present now",
        "calibration_ref": "not calibrated on patients of any hospital",
    ]
}

extension PanelAnswer.Output {
    init(_ hypothesis: Assessment.Hypothesis) {
        target = hypothesis.name
        icd10 = hypothesis.icd10
        severity = hypothesis.severity
        probability = hypothesis.probability
        ci95 = nil
        riskBand = nil
        horizon = nil
        calibrationRef = nil
        priorLogOdds = hypothesis.priorLogOdds
        basis = hypothesis.basis.map(PanelAnswer.Contribution.init)
    }
}

extension PanelAnswer.Contribution {
    init(_ contribution: Assessment.Contribution) {
        feature = contribution.evidence
        name = contribution.shortName
        isPresent = contribution.isPresent
        logLikelihoodRatio = contribution.logLikelihoodRatio
        probability = contribution.probability
        probabilityElsewhere = contribution.probabilityElsewhere
        source = contribution.source
    }
}

extension PanelAnswer.Question {
    init(_ question: Assessment.NextQuestion) {
        evidence = question.evidence
        name = question.shortName
        self.question = question.question
        expectedInformationBits = question.expectedInformationBits
        probabilityOfYes = question.probabilityOfYes
        reason = question.reason
        separates = question.separates
    }
}
