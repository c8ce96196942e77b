// SPDX-License-Identifier: Apache-2.0
package import Ledger
import Records

extension IntendedUse {
    private static let members = [
        "id", "version", "population", "settings", "roles", "uses", "horizon", "required_inputs",
        "decision_role", "caution", "not_told",
    ]

    /// Reads an intended use; unknown members are refused.
    package init(json: CanonicalJSON) throws(GovernanceError) {
        let reader = try MemberReader(json, "intended_use", known: IntendedUse.members)
        var policies: [IntendedUseFact: NotToldPolicy] = [:]
        if let json = reader["not_told"] {
            let facts = IntendedUseFact.allCases
            let reader = try MemberReader(
                json, "intended_use.not_told", known: facts.map(\.rawValue))
            for fact in facts {
                policies[fact] = try reader.choice(fact.rawValue, as: NotToldPolicy.self)
            }
        }
        self.init(
            id: try reader.requiredText("id"), version: try reader.requiredText("version"),
            population: try reader["population"].map(IntendedPopulation.reading)
                ?? IntendedPopulation(),
            settings: try reader.texts("settings"), roles: try reader.texts("roles"),
            uses: try reader.texts("uses"), horizon: try reader.requiredText("horizon"),
            requiredInputs: try reader.list("required_inputs", NamedCode.reading),
            decisionRole: try reader.choice("decision_role", as: DecisionRole.self) ?? .informs,
            caution: try reader.requiredText("caution"), notTold: policies)
    }

    /// The use as JSON; what `digest` is taken of.
    package var json: CanonicalJSON {
        let policies = notTold.map { ($0.key.rawValue, CanonicalJSON.string($0.value.rawValue)) }
        return .object([
            "id": .string(id), "version": .string(version), "population": population.json,
            "settings": .texts(settings), "roles": .texts(roles), "uses": .texts(uses),
            "horizon": .string(horizon),
            "required_inputs": .array(requiredInputs.map(\.json)),
            "decision_role": .string(decisionRole.rawValue), "caution": .string(caution),
            "not_told": .object(Dictionary(uniqueKeysWithValues: policies)),
        ])
    }
}

extension IntendedPopulation {
    /// Ages beyond this are slips of the pen.
    private static let ages = 0...150

    static func reading(_ json: CanonicalJSON) throws(GovernanceError) -> IntendedPopulation {
        let path = "intended_use.population"
        let reader = try MemberReader(
            json, path,
            known: [
                "minimum_age", "maximum_age", "sexes", "pregnancy", "required_findings",
                "excluded_findings",
            ])
        var sexes: [Sex] = []
        for text in try reader.texts("sexes") {
            guard let sex = Sex(rawValue: text), sex != .unknown else {
                throw .unfit("\(path).sexes", expected: "of female, male and other")
            }
            sexes.append(sex)
        }
        let population = IntendedPopulation(
            minimumAge: try reader.number("minimum_age", in: ages),
            maximumAge: try reader.number("maximum_age", in: ages), sexes: sexes,
            pregnancy: try reader.choice("pregnancy", as: PregnancyRule.self) ?? .any,
            requiredFindings: try reader.list("required_findings", NamedCode.reading),
            excludedFindings: try reader.list("excluded_findings", NamedCode.reading))
        if let low = population.minimumAge, let high = population.maximumAge, low > high {
            throw .unfit("\(path).maximum_age", expected: "at least minimum_age")
        }
        return population
    }

    var json: CanonicalJSON {
        .object(leavingOutNil: [
            "minimum_age": minimumAge.map { .int($0) }, "maximum_age": maximumAge.map { .int($0) },
            "sexes": .texts(sexes.map(\.rawValue)), "pregnancy": .string(pregnancy.rawValue),
            "required_findings": .array(requiredFindings.map(\.json)),
            "excluded_findings": .array(excludedFindings.map(\.json)),
        ])
    }
}

extension NamedCode {
    static func reading(_ json: CanonicalJSON, _ path: String) throws(GovernanceError) -> NamedCode
    {
        let reader = try MemberReader(json, path, known: ["code", "name"])
        return NamedCode(
            code: try reader.requiredText("code"), name: try reader.requiredText("name"))
    }

    var json: CanonicalJSON { .object(["code": .string(code), "name": .string(name)]) }
}
