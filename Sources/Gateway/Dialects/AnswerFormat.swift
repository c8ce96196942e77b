// SPDX-License-Identifier: Apache-2.0

/// The JSON form in which an answer is wanted.
///
/// The model answers with one object, whose schema is in `/openapi.json`. A caller's own schema may
/// choose among its members; members the model does not have can't be asked for.
struct AnswerFormat: Sendable, Equatable {
    /// Members the caller's schema names, where it allows no others; nil for all.
    var members: Set<String>?

    /// The whole object.
    static let whole = AnswerFormat(members: nil)

    /// - Parameters:
    ///   - schema: the caller's schema; nil where none came.
    ///   - param: where it stood in the request.
    /// - Throws: `APIError` 422 for a schema that the model's answer can't meet.
    init(schema: JSONTree?, param: String) throws(APIError) {
        members = nil
        guard let schema else { return }
        if let type = schema["type"], type != "object",
            !type.items.contains("object")
        {
            throw AnswerFormat.unserved("an object is answered", param: "\(param).type")
        }
        let named = (schema["required"]?.items ?? []).compactMap(\.text)
        guard named.allSatisfy(AnswerFormat.known.contains) else {
            throw AnswerFormat.unserved(
                "it requires a member that the answer does not have (it has: "
                    + AnswerFormat.known.sorted().joined(separator: ", ") + ")",
                param: "\(param).required")
        }
        if schema["additionalProperties"] == false,
            case .object(let members)? = schema["properties"]
        {
            self.members = AnswerFormat.known.intersection(members.keys)
        }
    }

    private init(members: Set<String>?) {
        self.members = members
    }

    private static func unserved(_ reason: String, param: String) -> APIError {
        .unserved(
            "this schema can't be met: \(reason); see PanelAnswer in /openapi.json", param: param)
    }

    /// Names of the answer's members.
    static let known = Set(PanelAnswer.CodingKeys.allCases.map(\.rawValue))

    func text(of answer: PanelAnswer) -> String {
        let whole = JSONBody.text(answer)
        guard let members, let object = try? JSONObject(Array(whole.utf8)) else { return whole }
        let bytes = Array(whole.utf8)
        var parts: [String] = []
        for member in object.members {
            let name = String(decoding: member.name, as: UTF8.self)
            guard members.contains(name) else { continue }
            parts.append("\"\(name)\":\(String(decoding: bytes[member.value], as: UTF8.self))")
        }
        return "{\(parts.joined(separator: ","))}"
    }
}
