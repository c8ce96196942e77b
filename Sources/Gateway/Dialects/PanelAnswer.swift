// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Records
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
        /// Before any finding; with every ratio of `basis` added it gives the log odds now.
        var priorLogOdds: Double
        var basis: [Contribution]

        enum CodingKeys: String, CodingKey {
            case target, icd10, severity, probability, basis
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

    struct Input: Encodable, Sendable {
        var feature: String
        var isPresent: Bool

        enum CodingKeys: String, CodingKey {
            case feature
            case isPresent = "is_present"
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
    var outputs: [Output]
    var nextQuestions: [Question]
    /// Why the panel would ask nothing more; null while it would.
    @Nullable var stop: String?
    var inputsUsed: [Input]
    var inputsMissing: [String]
    /// What does not fit together in the case, one sentence each.
    var remarks: [String]
    var label: Label
    var receipt: ReceiptBody
    var price: Price

    enum CodingKeys: String, CodingKey {
        case model, outputs, stop, remarks, label, receipt, price
        case predictionID = "prediction_id"
        case nextQuestions = "next_questions"
        case inputsUsed = "inputs_used"
        case inputsMissing = "inputs_missing"
    }

    init(_ call: ServedCall, input: CaseInput, model served: ServedModel, currency: String) {
        let assessment = call.assessment
        predictionID = call.predictionID
        model = Model(id: served.id, version: served.version, digest: served.digest)
        outputs = assessment.differential.map(Output.init)
        nextQuestions = assessment.nextQuestions.map(Question.init)
        stop = assessment.stop?.rawValue
        inputsUsed = input.findings.map { Input(feature: $0.evidence, isPresent: $0.isPresent) }
        inputsMissing = assessment.missing
        remarks = assessment.remarks.map(\.sentence)
        label = Label(text: assessment.label)
        receipt = ReceiptBody(call.receipt)
        price = Price(micros: call.priceMicros, currency: currency)
    }
}

extension PanelAnswer.Output {
    init(_ hypothesis: Assessment.Hypothesis) {
        target = hypothesis.name
        icd10 = hypothesis.icd10
        severity = hypothesis.severity
        probability = hypothesis.probability
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
