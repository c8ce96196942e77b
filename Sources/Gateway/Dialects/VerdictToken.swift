// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation

/// A class as one token, with the log of its probability.
///
/// Programs that score language models by their log probabilities read the panel's the same way.
struct VerdictToken: Encodable, Sendable, Equatable {
    var token: String
    /// Natural logarithm.
    var logprob: Double
    /// The token in UTF-8.
    var bytes: [UInt8]

    /// What OpenAI's interface writes for a token of no probability.
    private static let impossible = -9999.0

    init(token: String, probability: Double) {
        self.token = token
        logprob =
            probability > 0
            ? max(log(probability), VerdictToken.impossible)
            : VerdictToken.impossible
        bytes = Array(token.utf8)
    }

    /// Every class, the leading one first.
    static func all(of assessment: Assessment) -> [VerdictToken] {
        assessment.differential.map {
            VerdictToken(token: $0.name, probability: $0.probability)
        }
    }
}

/// The chosen class and those beside it, as both interfaces spell it.
struct VerdictLogprob: Encodable, Sendable {
    var token: String
    var logprob: Double
    var bytes: [UInt8]
    var top: [VerdictToken]

    enum CodingKeys: String, CodingKey {
        case token, logprob, bytes
        case top = "top_logprobs"
    }

    /// - Parameter count: how many classes are listed beside the chosen one, itself included.
    init?(_ tokens: [VerdictToken], top count: Int) {
        guard let chosen = tokens.first else { return nil }
        token = chosen.token
        logprob = chosen.logprob
        bytes = chosen.bytes
        top = Array(tokens.prefix(count))
    }
}
