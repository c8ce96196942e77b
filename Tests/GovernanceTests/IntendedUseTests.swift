// SPDX-License-Identifier: Apache-2.0
import Ledger
import Records
import Statistics
import Testing

@testable import Governance

@Suite struct IntendedUseTests {
    private let use = IntendedUse(
        id: "panel-adults", version: "1",
        population: IntendedPopulation(
            minimumAge: 18, maximumAge: 89, sexes: [.female, .male], pregnancy: .excluded,
            requiredFindings: [NamedCode(code: "F1", name: "fever")],
            excludedFindings: [NamedCode(code: "F2", name: "major trauma")]),
        settings: ["outpatient", "emergency"], roles: ["physician"], uses: ["diagnosis-support"],
        horizon: "this encounter", requiredInputs: [NamedCode(code: "age", name: "age in years")],
        caution: "Not for emergencies that leave no time to read the basis.")

    private let inside = IntendedUseContext(
        age: 50, sex: .female, isPregnant: false, setting: "outpatient", userRole: "physician",
        use: "diagnosis-support", present: ["F1"], absent: ["F2"], inputs: ["age"])

    private func verdict(
        _ use: IntendedUse? = nil, _ change: (inout IntendedUseContext) -> Void
    ) -> IntendedUseVerdict {
        var context = inside
        change(&context)
        return (use ?? self.use).evaluate(context)
    }

    private func codes(_ change: (inout IntendedUseContext) -> Void) -> [String] {
        let verdict = verdict(nil, change)
        return [verdict.code] + verdict.reasons.map(\.code)
    }

    @Test("a patient inside every bound is inside, to the last year")
    func acceptsWhoIsMeant() {
        #expect(use.evaluate(inside) == .inside)
        #expect(codes { $0.age = 18 } == ["inside"])
        #expect(codes { $0.age = 89 } == ["inside"])
        #expect(use.mark(.inside) == "panel-adults@1:inside")
    }

    @Test("each bound refuses with its own reason and a sentence without the caller's words")
    func refusesWhoIsNotMeant() {
        #expect(codes { $0.age = 17 } == ["outside", "age_outside"])
        #expect(codes { $0.age = 90 } == ["outside", "age_outside"])
        #expect(codes { $0.sex = .other } == ["outside", "sex_outside"])
        #expect(codes { $0.isPregnant = true } == ["outside", "pregnancy_outside"])
        #expect(
            codes {
                $0.present = []
                $0.absent = ["F1", "F2"]
            } == ["outside", "finding_required"])
        #expect(codes { $0.present = ["F1", "F2"] } == ["outside", "finding_excluded"])
        #expect(codes { $0.setting = "home" } == ["outside", "setting_outside"])
        #expect(codes { $0.userRole = "patient" } == ["outside", "role_outside"])
        #expect(codes { $0.use = "billing" } == ["outside", "use_outside"])
        #expect(codes { $0.inputs = [] } == ["outside", "input_missing"])
        let secret = verdict { $0.setting = "Jane Doe" }
        #expect(secret.reasons.allSatisfy { !$0.sentence.contains("Jane") })
        #expect(!secret.allowsAnswer)
        #expect(
            codes {
                $0.age = 3; $0.setting = "home"
            } == ["outside", "age_outside", "setting_outside"])
    }

    @Test("what is not told is reported, refused or passed over, as the use says")
    func knowsWhatItWasNotTold() {
        let untold = verdict { context in
            context = IntendedUseContext(inputs: ["age"])
        }
        #expect(
            untold.reasons.map(\.code) == [
                "age_not_told", "sex_not_told", "pregnancy_not_told", "finding_not_told",
                "finding_not_told", "setting_not_told", "role_not_told", "use_not_told",
            ])
        #expect(untold.allowsAnswer)
        #expect(use.mark(untold) == "panel-adults@1:not_assessed")
        var strict = use
        strict.notTold = [.age: .refuse, .pregnancy: .ignore]
        #expect(verdict(strict) { $0.age = nil }.code == "outside")
        #expect(verdict(strict) { $0.isPregnant = nil } == .inside)
        #expect(verdict { $0.sex = .unknown }.code == "not_assessed")
        // What lies outside is not made better by what was not told.
        #expect(
            verdict {
                $0.age = nil; $0.setting = "home"
            }.code == "outside")
    }

    @Test("any change of a use changes its digest, and none comes from writing and reading it")
    func hasADigest() throws {
        #expect(try IntendedUse(json: use.json) == use)
        #expect(try IntendedUse(json: CanonicalJSON(parsing: use.json.serialized())) == use)
        var changes: [IntendedUse] = [use]
        func change(_ edit: (inout IntendedUse) -> Void) {
            var other = use
            edit(&other)
            changes.append(other)
        }
        change { $0.population.minimumAge = 17 }
        change { $0.population.maximumAge = nil }
        change { $0.population.sexes = [] }
        change { $0.population.pregnancy = .any }
        change { $0.population.requiredFindings = [] }
        change { $0.population.excludedFindings[0].name = "trauma" }
        change { $0.settings = [] }
        change { $0.roles.append("nurse") }
        change { $0.uses = [] }
        change { $0.horizon = "one year" }
        change { $0.requiredInputs = [] }
        change { $0.caution = "None." }
        change { $0.notTold = [.age: .refuse] }
        change { $0.version = "2" }
        #expect(Set(changes.map(\.digest)).count == changes.count)
    }

    @Test("a use that can't be meant is refused by the name of its member")
    func refusesSlips() throws {
        func problem(_ path: [String], _ value: CanonicalJSON) -> String {
            do throws(GovernanceError) {
                _ = try IntendedUse(json: use.json.setting(path, to: value))
                return ""
            } catch { return error.sentence }
        }
        #expect(problem(["decision_role"], .string("replaces")).contains("informs"))
        #expect(problem(["population", "minimum_age"], .int(90)).contains("maximum_age"))
        #expect(problem(["population", "minimum_age"], .int(-1)).contains("minimum_age"))
        #expect(problem(["population", "sexes"], .array([.string("unknown")])).contains("sexes"))
        #expect(problem(["population", "max_age"], .int(3)).contains("max_age"))
        #expect(problem(["not_told", "age"], .string("maybe")).contains("not_told.age"))
        #expect(problem(["caution"], .null).contains("caution"))
        #expect(
            problem(["required_inputs"], .array([.string("age")]))
                == "intended_use.required_inputs[0] must be an object")
    }
}

extension CanonicalJSON {
    /// The same with one member replaced.
    fileprivate func setting(_ path: [String], to value: CanonicalJSON) -> CanonicalJSON {
        guard case .object(var members) = self, let first = path.first else { return self }
        members[first] =
            path.count == 1
            ? value
            : (members[first] ?? .object([:])).setting(Array(path.dropFirst()), to: value)
        return .object(members)
    }
}
