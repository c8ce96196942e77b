// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Records

/// How findings are worded, the same whether they were recorded or not.
///
/// What is absent or normal is said in a fixed form even where the record has words for it: words
/// would show that somebody expected the question.
enum AnswerWording {
    /// - Parameter text: the record's words; used only for what is present, low or high.
    static func line(
        _ finding: Catalogue.Finding, outcome: Int, number: Double?, range: Catalogue.Range?,
        text: String?
    ) -> String {
        let name = title(finding.name)
        let usual = outcome == finding.usual
        let value: String
        if finding.isMeasured {
            value =
                number.map { quantity($0, unit: finding.unit, range: range) }
                ?? (usual ? "within the usual range" : finding.outcomes[outcome])
        } else {
            switch finding.kind {
            case .symptom, .history: value = usual ? "no" : "yes"
            default: value = usual ? "absent" : "present"
            }
        }
        guard !usual, let text, !text.isEmpty else { return "\(name): \(value)." }
        return "\(name): \(value). \(text)"
    }

    static func notRecorded(_ name: String) -> String { "\(title(name)): not recorded." }

    /// A finding that the catalogue doesn't hold.
    static func line(own finding: CaseFinding) -> String {
        let name = finding.names.first.map(title)
        var value = finding.text ?? ""
        if let number = finding.number {
            let quantity = shortest(number, atLeast: 0) + readable(unit: finding.unit)
            let reference = finding.reference.map { " (reference \($0))" } ?? ""
            value = "\(quantity)\(reference)." + (value.isEmpty ? "" : " \(value)")
        } else if value.isEmpty {
            value = "\(finding.outcome ?? "not recorded")."
        }
        return name.map { "\($0): \(value)" } ?? value
    }

    static func title(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

    static func quantity(_ number: Double, unit: String?, range: Catalogue.Range?) -> String {
        shortest(number, atLeast: range.map { DefaultValue.decimals($0, unit: unit) } ?? 0)
            + readable(unit: unit)
    }

    /// At least so many decimals, and more only where the number has them.
    private static func shortest(_ number: Double, atLeast decimals: Int) -> String {
        var decimals = decimals
        while decimals < 6, DefaultValue.rounded(number, decimals) != number { decimals += 1 }
        return String(format: "%.\(decimals)f", number)
    }

    /// A UCUM unit as it stands on a report, with a space before it.
    private static func readable(unit: String?) -> String {
        guard let unit else { return "" }
        switch unit {
        case "": return ""
        case "Cel": return " °C"
        case "%": return " %"
        case "/min": return " per minute"
        case "[pH]", "{INR}": return ""
        case "{x99th}": return " times the 99th percentile"
        case "ng/mL{FEU}": return " ng/mL FEU"
        case "m[IU]/L": return " mIU/L"
        case "ug/(24.h)": return " µg in 24 hours"
        default:
            var text = unit.replacingOccurrences(of: "mm[Hg]", with: "mmHg")
            text = text.replacingOccurrences(of: "10*3", with: "10³")
            return " \(text)"
        }
    }
}

/// What the gatekeeper says when it doesn't answer; nothing in it depends on the case.
enum RefusalWording {
    static let vague = "That is too broad. Please name one finding, examination or test."
    static let needsOrder = "That is the result of a test. Please order the test by name."
    static let notUnderstood = "That was not understood. Please use the name of a finding or test."

    static func needsOrder(_ names: [String]) -> String {
        let list = names.joined(separator: "; ")
        return "That is the result of a test and needs an order: \(list)."
    }

    static func ambiguous(_ names: [String], isCut: Bool) -> String {
        let list = names.joined(separator: "; ")
        return "That can mean several things: \(list)\(isCut ? "; and others" : ""). "
            + "Please name one."
    }

    static func limit(_ count: Int, _ things: String) -> String {
        "Only the first \(count) \(things) were done; please request the others separately."
    }

    static let rest = "The rest was not understood."
}
