// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Records

/// A case in the JSON the panel reads, as arguments for an agent's tool call.
struct CaseArguments: Encodable {
    struct Item: Encodable {
        var evidence: String
        var present: Bool
    }

    var age: Int?
    var sex: String?
    var findings: [Item]

    init(_ input: CaseInput) {
        age = input.age
        sex = input.sex?.rawValue
        findings = input.findings.map { Item(evidence: $0.evidence, present: $0.isPresent) }
    }
}
