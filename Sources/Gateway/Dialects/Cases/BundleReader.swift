// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Knowledge
import Records

/// Reads a case out of a FHIR R4 bundle: age and sex of its Patient, yes and no of its Conditions
/// and Observations.
///
/// Every resource ends up either among what was used or among what was not, with the reason. A
/// missing resource is never read as a no, a resolved condition never as a present one.
struct BundleReader: Sendable {
    private(set) var input = CaseInput()
    private(set) var used: [UsedInput] = []
    private(set) var unused: [UnusedInput] = []

    private let knowledge: KnowledgeBase

    static let example =
        #"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"#
        + #""Condition","code":{"coding":[{"system":"http://snomed.info/sct","code":"49727002"}]}}}]}"#

    /// - Throws: `CaseRefusal` for a text that is no bundle, for a second patient, for yes and no to
    ///   the same question, and where nothing could be used.
    init(_ bytes: [UInt8], knowledge: KnowledgeBase, today: CivilDay) throws(CaseRefusal) {
        self.knowledge = knowledge
        let bundle = try BundleReader.parse(bytes)
        guard bundle["resourceType"]?.text == "Bundle" else {
            throw .notABundle(expected: "a resource of the type Bundle")
        }
        guard let entries = bundle["entry"]?.list else {
            throw .notABundle(expected: "a list named entry")
        }
        var resources: [(source: String, resource: LinedJSON)] = []
        for (position, entry) in entries.enumerated() {
            guard let resource = entry["resource"], let type = resource["resourceType"]?.text
            else {
                throw .notABundle(
                    expected: "a resource with a resourceType in entry[\(position)]")
            }
            resources.append((BundleReader.source(type, resource, position), resource))
        }
        let patients = resources.filter { $0.resource["resourceType"]?.text == "Patient" }
        guard patients.count <= 1 else { throw .patients(count: patients.count) }
        let day = bundle["timestamp"]?.text.flatMap(FHIRDay.init)?.day ?? today
        for (source, resource) in resources {
            do throws(Unfit) {
                switch resource["resourceType"]?.text {
                case "Patient": readPatient(resource, source, on: day)
                case "Condition": try take(condition(resource), source)
                case "Observation": try take(observation(resource), source)
                default: throw Unfit("the panel reads Patient, Condition and Observation")
                }
            } catch {
                if let evidence = error.contradicts {
                    throw .unreadable(.contradiction(place: source, evidence: evidence))
                }
                unused.append(UnusedInput(sourceRef: source, reason: error.reason))
            }
        }
        guard !input.findings.isEmpty else { throw .nothingUsed(parts: resources.count) }
        guard input.findings.count <= CaseInput.findingLimit else {
            throw .unreadable(.tooManyFindings(limit: CaseInput.findingLimit))
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(CaseRefusal) -> LinedJSON {
        var reader = LinedJSONReader(bytes: bytes)
        do throws(Diagnosis.JSONFault) {
            reader.skipSpace()
            let value = try reader.value()
            reader.skipSpace()
            guard reader.isAtEnd else { throw reader.expected("nothing after the JSON value") }
            return value
        } catch { throw .notABundle(expected: "\(error.expected) in line \(error.line)") }
    }

    /// `Condition/abc` where the resource has an id of FHIR's alphabet, else its place.
    private static func source(_ type: String, _ resource: LinedJSON, _ position: Int) -> String {
        guard let id = resource["id"]?.text, (1...64).contains(id.utf8.count),
            type.utf8.count <= 64,
            (id + type).utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            })
        else { return "entry[\(position)]" }
        return "\(type)/\(id)"
    }

    // MARK: - Patient

    private mutating func readPatient(_ patient: LinedJSON, _ source: String, on day: CivilDay) {
        if let text = patient["gender"]?.text, let sex = Sex(rawValue: text) {
            input.sex = sex
        } else if patient["gender"] != nil {
            unused.append(
                UnusedInput(
                    sourceRef: "\(source).gender",
                    reason: "expected one of female, male, other, unknown"))
        }
        guard let text = patient["birthDate"] else { return }
        guard let birth = text.text.flatMap(FHIRDay.init)?.day, birth <= day else {
            unused.append(
                UnusedInput(
                    sourceRef: "\(source).birthDate",
                    reason: "it does not name a day before the case, so the age is not known"))
            return
        }
        let years = FHIRDay.years(from: birth, to: day)
        guard years <= 130 else {
            unused.append(
                UnusedInput(
                    sourceRef: "\(source).birthDate", reason: "it gives an age above 130 years"))
            return
        }
        input.age = years
    }

    // MARK: - Condition and Observation

    /// An answer as a resource gives it.
    private struct Reading {
        var finding: Finding
        var code: String
        var value: JSONTree?
        var unit: String?
        var observedAt: String?
    }

    /// Why a resource was not used.
    private struct Unfit: Error {
        var reason: String
        /// The evidence to which it says the opposite of an earlier resource.
        var contradicts: String?

        init(_ reason: String) { self.reason = reason }
    }

    private mutating func take(_ reading: Reading, _ source: String) throws(Unfit) {
        if let before = input.findings.first(where: { $0.evidence == reading.finding.evidence }) {
            var unfit = Unfit("an earlier resource answers the same question the same way")
            if before.isPresent != reading.finding.isPresent {
                unfit.contradicts = before.evidence
            }
            throw unfit
        }
        input.findings.append(reading.finding)
        used.append(
            UsedInput(
                reading.finding, name: knowledge.name(of: reading.finding.evidence),
                code: reading.code, source: source, value: reading.value, unit: reading.unit,
                observedAt: reading.observedAt))
    }

    private func condition(_ resource: LinedJSON) throws(Unfit) -> Reading {
        let found = try evidence(resource)
        let verification = resource["verificationStatus"]?.codes ?? []
        let clinical = resource["clinicalStatus"]?.codes ?? []
        var isPresent = true
        switch verification.first {
        case nil, "confirmed": break
        case "refuted": isPresent = false
        default: throw Unfit("its verification status is neither confirmed nor refuted")
        }
        if isPresent {
            let isOver: Bool
            switch clinical.first {
            case nil where resource["abatementDateTime"] != nil: isOver = true
            case nil, "active", "recurrence", "relapse": isOver = false
            case "inactive", "remission", "resolved": isOver = true
            default: throw Unfit("its clinical status is not one of FHIR's")
            }
            switch BundleCodes.time(of: found.evidence) {
            case .now where isOver:
                throw Unfit("it is over, and the panel asks about the present")
            case .past where !isOver:
                throw Unfit("it is active, and the panel asks about the past")
            default: break
            }
        }
        return Reading(
            finding: Finding(evidence: found.evidence, isPresent: isPresent), code: found.code,
            observedAt: BundleReader.time(
                resource, ["onsetDateTime", "recordedDate", "assertedDate"]))
    }

    private func observation(_ resource: LinedJSON) throws(Unfit) -> Reading {
        switch resource["status"]?.text {
        case nil, "final", "amended", "corrected", "preliminary": break
        default: throw Unfit("its status says that it is not to be used")
        }
        let observedAt = BundleReader.time(resource, ["effectiveDateTime", "effectiveInstant"])
        if let coding = resource["code"]?.codings.first(where: {
            $0.system == BundleCodes.loinc && $0.code == BundleCodes.temperature
        }) {
            return try temperature(resource, coding.joined, observedAt)
        }
        let found = try evidence(resource)
        var answer = resource["valueBoolean"]?.truth
        if answer == nil, let codings = resource["valueCodeableConcept"]?.codings {
            answer =
                codings.lazy.compactMap {
                    BundleCodes.isPresent(system: $0.system, code: $0.code)
                }.first
        }
        guard let answer else {
            throw Unfit("its value is neither a yes nor a no that the panel can read")
        }
        return Reading(
            finding: Finding(evidence: found.evidence, isPresent: answer), code: found.code,
            observedAt: observedAt)
    }

    /// A fever is raised temperature or the feeling of it: a measured one proves it, a normal one
    /// does not rule the feeling out.
    private func temperature(_ resource: LinedJSON, _ code: String, _ observedAt: String?)
        throws(Unfit) -> Reading
    {
        let quantity = resource["valueQuantity"]
        guard let value = quantity?["value"]?.number, let unit = quantity?["code"]?.text,
            let limit = BundleCodes.feverFrom, ["Cel", "[degF]"].contains(unit)
        else { throw Unfit("its value is not a number of Cel or [degF]") }
        let celsius = unit == "Cel" ? value : (value - 32) / 1.8
        guard celsius >= limit, celsius < 50 else {
            throw Unfit("it is no measured fever (from \(limit) Cel), which doesn't rule one out")
        }
        return Reading(
            finding: Finding(evidence: BundleCodes.fever, isPresent: true), code: code,
            value: .number(value), unit: unit, observedAt: observedAt)
    }

    /// The one evidence that the resource's codings answer.
    private func evidence(_ resource: LinedJSON) throws(Unfit) -> (evidence: String, code: String) {
        var found: (evidence: String, code: String)?
        for coding in resource["code"]?.codings ?? [] {
            guard
                let evidence = BundleCodes.evidence(
                    system: coding.system, code: coding.code, knowledge)
            else { continue }
            if let found, found.evidence != evidence {
                throw Unfit("its codes answer different questions")
            }
            if found == nil { found = (evidence, coding.joined) }
        }
        guard let found else { throw Unfit("no code of it answers a question of the panel") }
        return found
    }

    /// The first of these members that is a FHIR date or time.
    private static func time(_ resource: LinedJSON, _ members: [String]) -> String? {
        members.lazy.compactMap { resource[$0]?.text }.first { FHIRDay.isTime($0) }
    }
}
