// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Diagnosis
import Knowledge
import Records
import Site

/// A case as a caller handed it over, with what the answer says of each input.
///
/// A case comes as the panel's flat object, as a FHIR R4 bundle, or as a bundle in the member
/// `bundle`; beside it a caller may name the subject, the use, the reader's role and the setting.
/// Nothing is guessed: what a bundle holds beyond what could be mapped is listed with the reason.
struct CaseReading: Sendable {
    var input: CaseInput
    var used: [UsedInput]
    var unused: [UnusedInput] = []
    var said = CallMembers()

    /// - Parameters:
    ///   - bytes: JSON text.
    ///   - today: completed years are counted at a bundle's own time, else at this day.
    /// - Throws: `CaseRefusal`, which never repeats what was sent.
    init(_ bytes: [UInt8], knowledge: KnowledgeBase, today: CivilDay) throws(CaseRefusal) {
        // What is not an object is told so by the reader of the flat case, with its line.
        guard let object = try? JSONObject(bytes) else {
            self = try CaseReading(flat: bytes, knowledge)
            return
        }
        let said = try CallMembers(bytes, object)
        if object["resourceType"] != nil {
            self = try CaseReading(bundle: bytes, knowledge, today)
        } else if let bundle = object["bundle"] {
            guard CallMembers.isAlone("bundle", in: object) else {
                throw .unreadable(
                    .wrongType(
                        place: "as a whole",
                        expected: "nothing beside bundle but subject, use, user_role and setting"))
            }
            self = try CaseReading(bundle: Array(bytes[bundle]), knowledge, today)
        } else {
            self = try CaseReading(flat: CallMembers.removed(from: bytes, object), knowledge)
        }
        self.said = said
    }

    private init(flat bytes: [UInt8], _ knowledge: KnowledgeBase) throws(CaseRefusal) {
        do throws(CaseError) {
            input = try CaseInput(json: bytes, knowledge: knowledge)
        } catch { throw .unreadable(error) }
        used = input.findings.enumerated().map { position, finding in
            UsedInput(
                finding, name: knowledge.name(of: finding.evidence), code: finding.evidence,
                source: "findings[\(position)]")
        }
    }

    private init(bundle bytes: [UInt8], _ knowledge: KnowledgeBase, _ today: CivilDay)
        throws(CaseRefusal)
    {
        let reader = try BundleReader(bytes, knowledge: knowledge, today: today)
        input = reader.input
        used = reader.used
        unused = reader.unused
    }

    /// The caller, with what the case itself says of the call.
    ///
    /// - Throws: `CaseRefusal.saidTwice` where a header and the body say different things.
    func caller(_ caller: Caller) throws(CaseRefusal) -> Caller {
        var caller = caller
        for (header, member, name) in [
            (caller.subject, said.subject, "subject"), (caller.use, said.use, "use"),
        ] {
            if let header, let member, header != member { throw .saidTwice(member: name) }
        }
        caller.subject = said.subject ?? caller.subject
        caller.use = said.use ?? caller.use
        caller.role = said.role
        caller.setting = said.setting
        return caller
    }
}

/// An input that entered the score, as an answer tells it.
struct UsedInput: Encodable, Sendable {
    /// The evidence it answers.
    var feature: String
    var name: String
    var isPresent: Bool
    /// What was given: true or false, or the number that was measured.
    var value: JSONTree
    /// UCUM code of a number's unit.
    @Nullable var unit: String?
    /// The code by which it was found, as `system|code`; the evidence's own in a flat case.
    var code: String
    /// FHIR date or time of the observation, as given.
    @Nullable var observedAt: String?
    /// Where in the request it stands.
    var sourceRef: String
    /// Always false: this panel fills in nothing.
    var imputed = false

    enum CodingKeys: String, CodingKey {
        case feature, name, value, unit, code, imputed
        case isPresent = "is_present"
        case observedAt = "observed_at"
        case sourceRef = "source_ref"
    }

    init(
        _ finding: Finding, name: String, code: String, source: String, value: JSONTree? = nil,
        unit: String? = nil, observedAt: String? = nil
    ) {
        feature = finding.evidence
        self.name = name
        isPresent = finding.isPresent
        self.value = value ?? .bool(finding.isPresent)
        self.unit = unit
        self.code = code
        self.observedAt = observedAt
        sourceRef = source
    }
}

/// A part of a bundle that did not enter the score.
struct UnusedInput: Encodable, Sendable, Equatable {
    var sourceRef: String
    /// A sentence of this program's.
    var reason: String

    enum CodingKeys: String, CodingKey {
        case reason
        case sourceRef = "source_ref"
    }
}

/// What a case says of the call rather than of the patient.
struct CallMembers: Sendable, Equatable {
    /// The caller's handle for the patient; only a keyed digest of it is stored.
    var subject: String?
    var use: String?
    var role: String?
    var setting: String?

    private static let names: [StaticString] = ["subject", "use", "user_role", "setting"]

    init() {}

    fileprivate init(_ bytes: [UInt8], _ object: JSONObject) throws(CaseRefusal) {
        for name in CallMembers.names {
            guard let range = object[name], !JSONText.isNull(bytes, range) else { continue }
            let isHandle = name.description == "subject"
            guard object.count(of: name) == 1, let text = JSONText.string(bytes, range),
                isHandle ? CallHeaders.isHandle(text) : KeyName.isValid(text)
            else {
                throw .unreadable(
                    .wrongType(
                        place: name.description,
                        expected: isHandle
                            ? "1 to 255 visible ASCII characters, once" : "\(KeyName.rule), once"))
            }
            switch name.description {
            case "subject": subject = text
            case "use": use = text
            case "user_role": role = text
            default: setting = text
            }
        }
    }

    /// Whether an object holds a member once, and none but these beside it.
    fileprivate static func isAlone(_ name: StaticString, in object: JSONObject) -> Bool {
        object.count(of: name) == 1
            && object.members.allSatisfy { member in
                JSONText.equals(member.name, name)
                    || names.contains { JSONText.equals(member.name, $0) }
            }
    }

    /// The same text without these members; the bytes themselves where there are none.
    fileprivate static func removed(from bytes: [UInt8], _ object: JSONObject) -> [UInt8] {
        let isOurs = { (name: [UInt8]) in
            names.contains { JSONText.equals(name, $0) }
        }
        guard object.members.contains(where: { isOurs($0.name) }) else { return bytes }
        var rest = Array("{".utf8)
        for member in object.members where !isOurs(member.name) {
            if rest.count > 1 { rest.append(UInt8(ascii: ",")) }
            rest += JSONText.quoted(String(decoding: member.name, as: UTF8.self))
            rest.append(UInt8(ascii: ":"))
            rest += bytes[member.value]
        }
        return rest + Array("}".utf8)
    }
}

/// Why a case was not taken.
enum CaseRefusal: Error, Equatable, Sendable {
    /// It is not of the shape of a case.
    case unreadable(CaseError)
    /// A header and the body name different subjects or uses.
    case saidTwice(member: String)
    /// The text is no bundle that can be read.
    case notABundle(expected: String)
    /// A bundle is about one patient.
    case patients(count: Int)
    /// Nothing in the bundle answers a question of the panel.
    case nothingUsed(parts: Int)

    /// One sentence for the caller.
    var sentence: String {
        switch self {
        case .unreadable(let error): error.sentence
        case .saidTwice(let member):
            "The body's \(member) and the header x-\(member) differ; give it once."
        case .notABundle(let expected):
            "The bundle: expected \(expected). For example: \(BundleReader.example)"
        case .patients(let count):
            "The bundle holds \(count) Patient resources; expected one at most."
        case .nothingUsed(let parts):
            "None of the bundle's \(parts) resources answers a question of this panel; expected "
                + "at least one Condition or Observation whose code it knows, or one coded with "
                + "the system \(BundleCodes.evidenceSystem) and an evidence's id (GET "
                + "/v1/panels/{model}/knowledge lists them)."
        }
    }

    /// Whether the case is well formed and says something that can't be used.
    var isAboutMeaning: Bool {
        switch self {
        case .unreadable(.contradiction), .saidTwice, .patients, .nothingUsed: true
        case .unreadable, .notABundle: false
        }
    }

    /// The refusal as the caller sees it: 400 for the shape, 422 for what it says.
    var apiError: APIError {
        APIError(
            status: isAboutMeaning ? .unprocessableContent : .badRequest,
            type: "invalid_request_error", code: "invalid_case", param: "case", message: sentence)
    }
}

extension KnowledgeBase {
    /// Two to five words for an evidence of this knowledge.
    func name(of evidence: String) -> String {
        self.evidence(named: evidence).map { evidences[$0].shortName } ?? evidence
    }
}
