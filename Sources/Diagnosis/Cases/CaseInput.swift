// SPDX-License-Identifier: Apache-2.0
package import Knowledge
package import Records

/// A case as somebody hands it over: what is known of one patient, in the order it was learned.
package struct CaseInput: Sendable, Codable, Equatable {
    /// The sender's own name for the case; never a patient's name.
    ///
    /// At most 128 characters.
    package var id: String?
    /// Whole years from 0 to 130.
    package var age: Int?
    package var sex: Sex?
    package var findings: [Finding]

    /// No case may bring more findings than this.
    package static let findingLimit = 1000

    package init(
        id: String? = nil, age: Int? = nil, sex: Sex? = nil, findings: [Finding] = []
    ) {
        self.id = id
        self.age = age
        self.sex = sex
        self.findings = findings
    }

    private enum CodingKeys: String, CodingKey { case id, age, sex, findings }

    private enum FindingKeys: String, CodingKey { case evidence, present }

    /// Reads what `encode(to:)` wrote; text from outside goes through `init(json:knowledge:)`.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decodeIfPresent(String.self, forKey: .id)
        age = try values.decodeIfPresent(Int.self, forKey: .age)
        sex = try values.decodeIfPresent(Sex.self, forKey: .sex)
        var list = try values.nestedUnkeyedContainer(forKey: .findings)
        findings = []
        while !list.isAtEnd {
            let item = try list.nestedContainer(keyedBy: FindingKeys.self)
            findings.append(
                Finding(
                    evidence: try item.decode(String.self, forKey: .evidence),
                    isPresent: try item.decode(Bool.self, forKey: .present)))
        }
    }

    /// Writes the shape that `init(json:knowledge:)` reads.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(id, forKey: .id)
        try values.encodeIfPresent(age, forKey: .age)
        try values.encodeIfPresent(sex, forKey: .sex)
        var list = values.nestedUnkeyedContainer(forKey: .findings)
        for finding in findings {
            var item = list.nestedContainer(keyedBy: FindingKeys.self)
            try item.encode(finding.evidence, forKey: .evidence)
            try item.encode(finding.isPresent, forKey: .present)
        }
    }

    /// Reads a case from JSON such as
    /// `{"age":54,"sex":"female","findings":[{"evidence":"E_53","present":true}]}`.
    ///
    /// An evidence is given by id, short name or question (capitals don't count) and kept by id. The
    /// same answer twice counts once. The caller limits the size of the text.
    /// - Throws: `CaseError` whose sentence tells what was expected; nothing is guessed or dropped.
    package init(json: [UInt8], knowledge: KnowledgeBase) throws(CaseError) {
        guard case .object(let members) = try JSONText.read(json) else {
            throw .wrongType(place: "as a whole", expected: "a JSON object")
        }
        self.init()
        let keys = ["id", "age", "sex", "findings"]
        var hasFindings = false
        for (key, value) in members {
            switch key {
            case "id": id = try CaseInput.name(value)
            case "age": age = try CaseInput.age(value)
            case "sex": sex = try CaseInput.sex(value)
            case "findings":
                findings = try CaseInput.findings(value, knowledge)
                hasFindings = true
            default: throw CaseInput.unknown(key, in: "the case itself", keys)
            }
        }
        guard hasFindings else { throw .missingKey(place: "the case itself", key: "findings") }
    }

    private static func unknown(_ key: String, in place: String, _ keys: [String]) -> CaseError {
        .unknownKey(place: place, nearest: NearestWord.to(key, among: keys), known: keys)
    }

    private static func name(_ value: JSONText) throws(CaseError) -> String? {
        switch value {
        case .null: return nil
        case .string(let text) where (1...128).contains(text.count): return text
        default: throw .wrongType(place: "id", expected: "text of 1 to 128 characters")
        }
    }

    private static func age(_ value: JSONText) throws(CaseError) -> Int? {
        switch value {
        case .null: return nil
        case .number(let years):
            guard (0...130).contains(years), let age = Int(exactly: years) else {
                throw .ageOutOfRange
            }
            return age
        default: throw .wrongType(place: "age", expected: "whole years as a number")
        }
    }

    private static func sex(_ value: JSONText) throws(CaseError) -> Sex? {
        if value == .null { return nil }
        guard case .string(let text) = value, let sex = Sex(rawValue: text.lowercased()) else {
            let names = Sex.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw .wrongType(place: "sex", expected: "one of \(names)")
        }
        return sex
    }

    private static func findings(
        _ value: JSONText, _ knowledge: KnowledgeBase
    ) throws(CaseError) -> [Finding] {
        guard case .array(let items) = value else {
            throw .wrongType(place: "findings", expected: "a list")
        }
        guard items.count <= findingLimit else { throw .tooManyFindings(limit: findingLimit) }
        var findings: [Finding] = []
        var answers: [String: Bool] = [:]
        for (index, item) in items.enumerated() {
            let place = "findings[\(index)]"
            let finding = try finding(item, place, knowledge)
            if let before = answers[finding.evidence] {
                guard before == finding.isPresent else {
                    throw .contradiction(place: place, evidence: finding.evidence)
                }
                continue
            }
            answers[finding.evidence] = finding.isPresent
            findings.append(finding)
        }
        return findings
    }

    private static func finding(
        _ item: JSONText, _ place: String, _ knowledge: KnowledgeBase
    ) throws(CaseError) -> Finding {
        guard case .object(let members) = item else {
            throw .wrongType(
                place: place, expected: "an object with \"evidence\" and \"present\"")
        }
        let keys = ["evidence", "present"]
        var evidence: String?
        var isPresent: Bool?
        for (key, value) in members {
            switch (key, value) {
            case ("evidence", .string(let text)):
                guard let index = knowledge.evidence(named: text) else {
                    throw .unknownEvidence(
                        place: "\(place).evidence",
                        nearest: knowledge.nearestEvidence(to: text))
                }
                evidence = knowledge.evidences[index].id
            case ("evidence", _):
                throw .wrongType(place: "\(place).evidence", expected: "text")
            case ("present", .bool(let answer)): isPresent = answer
            case ("present", _):
                throw .wrongType(place: "\(place).present", expected: "true or false")
            default: throw unknown(key, in: place, keys)
            }
        }
        guard let evidence else { throw .missingKey(place: place, key: "evidence") }
        guard let isPresent else { throw .missingKey(place: place, key: "present") }
        return Finding(evidence: evidence, isPresent: isPresent)
    }
}
