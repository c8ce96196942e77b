// SPDX-License-Identifier: Apache-2.0
package import Diagnosis

/// What a judge made of a stated diagnosis.
package struct Verdict: Sendable, Hashable, Codable {
    /// What decided.
    package enum Basis: String, Sendable, Codable, CaseIterable {
        case code, name, model, person, none
    }

    /// 5 the reference or more specific; 4 the right disease with a qualifier missing; 3 the right
    /// field; 2 little of it; 1 nothing.
    package var score: Int
    /// One sentence.
    package var reason: String
    package var by: Basis

    /// 4 and 5 count as right.
    ///
    /// Source: rubric of arXiv 2506.22405.
    package var isCorrect: Bool { score >= 4 }

    package init(score: Int, reason: String, by: Basis) {
        self.score = score
        self.reason = reason
        self.by = by
    }
}

/// Compares a stated diagnosis with a case's, by ICD-10 code and by name; no model, no opinion.
package enum Judge {
    /// The better of code and name, unless the text also names an unrelated diagnosis: then 3 at
    /// most.
    ///
    /// In a case without disease only "no disease" or an accepted name of the harmless explanation
    /// is right; where there is a disease, "no disease" is wrong whatever else was said.
    package static func judge(_ stated: StatedDiagnosis, _ item: BenchmarkCase) -> Verdict {
        let name = byName(stated.name, item)
        if item.diagnosis.isNoDisease {
            if stated.isNoDisease {
                return Verdict(
                    score: 5, reason: "No disease was stated and none is there.", by: .name)
            }
            if name.score >= 4 || name.score == 3 && !name.isMixed { return name.verdict }
            return Verdict(
                score: 1, reason: "A disease was stated where none is there.", by: .none)
        }
        if stated.isNoDisease {
            return Verdict(
                score: 1, reason: "No disease was stated where there is one.", by: .none)
        }
        let code = byCode(stated.icd10, item.diagnosis.icd10)
        if name.isMixed {
            let score = min(3, max(name.score, code.score))
            return Verdict(
                score: score,
                reason: score == 3
                    ? "The text names another diagnosis beside the right one." : name.reason,
                by: score == 1 ? .none : .name)
        }
        if name.score >= code.score { return name.verdict }
        // Codes of several categories under a name that isn't right are several guesses.
        guard Set(stated.icd10.map { plain($0).prefix(3) }).count > 1, code.score > 3 else {
            return code
        }
        return Verdict(
            score: 3, reason: "One of several stated code categories is right, the name is not.",
            by: .code)
    }

    /// The place, from 1, of the first right diagnosis in a differential; nil where none is right.
    package static func rank(_ differential: [StatedCondition], _ item: BenchmarkCase) -> Int? {
        let noDisease = DiagnosisName("no disease found")
        let place = differential.firstIndex { condition in
            let isNone =
                condition.icd10.isEmpty && DiagnosisName(condition.name).words == noDisease.words
            return judge(
                StatedDiagnosis(
                    name: condition.name, icd10: condition.icd10, isNoDisease: isNone), item
            ).isCorrect
        }
        return place.map { $0 + 1 }
    }

    /// How well the best pair of codes fits.
    ///
    /// - 5: the same code, or a longer one.
    /// - 4: a code that lacks detail; or another code of the same three-character category, where
    ///   one of the two is the "unspecified" one (fourth character 9).
    /// - 3: any other code of the category, because a category may hold different diseases, as M31
    ///   holds giant-cell arteritis and granulomatosis; in the categories of symptoms, injuries and
    ///   reasons for contact (R, S, T, Z), which lump things together, even the unspecified one.
    ///   Also the same letter and first digit, as I20 to I29: the right field.
    ///
    /// A list of more than three categories is a guess at all of them and isn't read.
    static func byCode(_ stated: [String], _ reference: [String]) -> Verdict {
        let stated = stated.map(plain).filter { $0.count >= 3 }
        let reference = reference.map(plain).filter { $0.count >= 3 }
        var best = Verdict(score: 1, reason: "No code and no name matches.", by: .none)
        if Set(stated.map { $0.prefix(3) }).count > 3 {
            best.reason = "More than three code categories were stated; none was read."
            return best
        }
        for right in reference {
            for code in stated {
                let verdict = compare(code, right)
                if verdict.score > best.score { best = verdict }
            }
        }
        return best
    }

    private static func compare(_ code: String, _ right: String) -> Verdict {
        if code == right {
            return Verdict(score: 5, reason: "The ICD-10 code is the reference's.", by: .code)
        }
        if code.hasPrefix(right) {
            return Verdict(
                score: 5, reason: "The ICD-10 code is more specific than the reference's.",
                by: .code)
        }
        if right.hasPrefix(code) {
            return Verdict(
                score: 4, reason: "The ICD-10 code is the reference's with less detail.", by: .code)
        }
        if code.prefix(3) == right.prefix(3) {
            let isUnspecified =
                code.dropFirst(3).hasPrefix("9") || right.dropFirst(3).hasPrefix("9")
            let isSame = isUnspecified && !"RSTZ".contains(right.prefix(1))
            return Verdict(
                score: isSame ? 4 : 3,
                reason: "The ICD-10 code differs from the reference's after three characters.",
                by: .code)
        }
        if code.prefix(2) == right.prefix(2) {
            return Verdict(
                score: 3, reason: "The ICD-10 code is of the reference's field.", by: .code)
        }
        return Verdict(score: 1, reason: "No code and no name matches.", by: .none)
    }

    private static func plain(_ code: String) -> String {
        String(code.uppercased().filter { $0.isLetter || $0.isNumber })
    }
}
