// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

extension BenchmarkCase {
    /// The case as JSON in one line: keys in alphabetical order, what isn't given left out.
    ///
    /// Two equal cases give the same bytes, and reading them gives the case back.
    package var json: String {
        CaseWriting.object([
            "abstract": .text(abstract),
            "age": age.map { .raw("\($0)") },
            "default_policy": .text(defaultPolicy.rawValue),
            "diagnosis": .raw(diagnosis.json),
            "difficulty": difficulty.map { .text($0) },
            "findings": .raw("[" + findings.map(\.json).joined(separator: ",") + "]"),
            "format": .text(Self.format),
            "id": .text(id),
            "initial": .texts(initial),
            "must_not_miss": .texts(mustNotMiss),
            "prevalence_weight": .number(prevalenceWeight),
            "provenance": .raw(provenance.json),
            "setting": .text(
                (isEmergencyDepartment ? CaseSetting.emergency : .primaryCare).rawValue),
            "sex": sex.map { .text($0.rawValue) },
            "sources": .raw("[" + sources.map(\.json).joined(separator: ",") + "]"),
            "stratum": .text(stratum.rawValue),
            "twin_change": twinChange.map { .text($0) },
            "twin_of": twinOf.map { .text($0) },
        ])
    }

    /// SHA-256 of `json`, 64 lower-case hexadecimal digits.
    package var digest: String { CaseWriting.sha256(json) }

    /// SHA-256 over the digests of several cases in their order: names a case set.
    package static func digest(of cases: [BenchmarkCase]) -> String {
        CaseWriting.sha256(cases.map(\.digest).joined(separator: "\n"))
    }
}

extension CaseFinding {
    fileprivate var json: String {
        CaseWriting.object([
            "flag": flag.map { .text($0) },
            "gate": .text(gate.rawValue),
            "id": id.map { .text($0) },
            "kind": .text(kind.rawValue),
            "loinc": loinc.map { .text($0) },
            "names": names.isEmpty ? nil : .texts(names),
            "number": number.map { .number($0) },
            "pathognomonic": isPathognomonic ? .raw("true") : nil,
            "reference": reference.map { .text($0) },
            "test": test.map { .text($0) },
            "text": text.map { .text($0) },
            "unit": unit.map { .text($0) },
            "value": outcome.map { .text($0) },
        ])
    }
}

extension CaseDiagnosis {
    fileprivate var json: String {
        CaseWriting.object([
            "accepted": .texts(accepted), "icd10": .texts(icd10), "mondo": .texts(mondo),
            "no_disease": .raw(isNoDisease ? "true" : "false"), "partial": .texts(partial),
            "text": .text(text),
        ])
    }
}

extension CaseProvenance {
    fileprivate var json: String {
        CaseWriting.object([
            "author": .text(author), "licence": .text(licence), "note": .text(note),
            "source": .text(source), "written": .text(written),
        ])
    }
}

extension CaseSource {
    fileprivate var json: String {
        CaseWriting.object(["figure": .text(figure), "source": .text(source)])
    }
}

private enum CaseWriting {
    enum Value {
        case text(String)
        case texts([String])
        case number(Double)
        /// Already JSON.
        case raw(String)
    }

    static func object(_ members: [String: Value?]) -> String {
        let written = members.sorted { $0.key < $1.key }.compactMap { member in
            member.value.map { "\(quoted(member.key)):\(json($0))" }
        }
        return "{" + written.joined(separator: ",") + "}"
    }

    private static func json(_ value: Value) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .texts(let texts): "[" + texts.map(quoted).joined(separator: ",") + "]"
        case .number(let number):
            Int(exactly: number).map(String.init) ?? "\(number)"
        case .raw(let raw): raw
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    static func sha256(_ text: String) -> String {
        RunLog.digest(Array(text.utf8))
    }
}
