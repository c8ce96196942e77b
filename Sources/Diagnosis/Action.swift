// SPDX-License-Identifier: Apache-2.0

/// The one thing the panel agrees to do next.
package enum Action: Sendable, Equatable {
    /// Ask about this evidence, by code.
    case ask(evidence: String)
    /// Commit to this condition, by name.
    case diagnose(condition: String)
}

extension Action: Codable {
    private enum CodingKeys: String, CodingKey { case ask, diagnose }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let evidence = try values.decodeIfPresent(String.self, forKey: .ask) {
            self = .ask(evidence: evidence)
        } else {
            self = .diagnose(condition: try values.decode(String.self, forKey: .diagnose))
        }
    }

    /// `{"ask":"E_53"}` or `{"diagnose":"Pneumonia"}`.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .ask(let evidence): try values.encode(evidence, forKey: .ask)
        case .diagnose(let condition): try values.encode(condition, forKey: .diagnose)
        }
    }
}
