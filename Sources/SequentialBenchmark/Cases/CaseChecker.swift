// SPDX-License-Identifier: Apache-2.0
package import Knowledge
import Records

/// Something about a case that its author should look at.
package struct CaseRemark: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The diagnosis is named before anyone could have found it.
        case leak
        /// Nothing has to be ordered.
        case noTest = "no-test"
        case noVitals = "no-vitals"
        /// Nothing is recorded as absent or normal.
        case noNegative = "no-negative"
        case noSource = "no-source"
        /// A number whose unit isn't known.
        case unknownUnit = "unknown-unit"
        /// The catalogue doesn't hold the id.
        case unknownFinding = "unknown-finding"
        /// A finding that the abstract states isn't among the findings.
        case initialNotRecorded = "initial-not-recorded"
        /// The same catalogue finding is recorded twice.
        case repeatedFinding = "repeated-finding"
    }

    package var kind: Kind
    /// `abstract` or the path of the value, such as `findings[3].text`; `case` for the whole.
    package var place: String
    /// One sentence; it doesn't repeat the case's text.
    package var sentence: String

    package init(kind: Kind, place: String, sentence: String) {
        self.kind = kind
        self.place = place
        self.sentence = sentence
    }
}

/// Reads a case as a critic would: where it gives itself away, and what it lacks.
package enum CaseChecker {
    /// Leaks first, then gaps, each in the order of the case.
    package static func check(_ item: BenchmarkCase, catalogue: Catalogue) -> [CaseRemark] {
        leaks(item) + gaps(item, catalogue)
    }

    /// Where the diagnosis or another accepted name of it stands in the abstract or in an answer to
    /// a question.
    ///
    /// Names match whole words, whatever their capitals; names of three letters or fewer only in
    /// capitals.
    package static func leaks(_ item: BenchmarkCase) -> [CaseRemark] {
        if item.diagnosis.isNoDisease { return [] }
        let names = ([item.diagnosis.text] + item.diagnosis.accepted).map(LeakPattern.init)
        var remarks: [CaseRemark] = []
        if names.contains(where: { $0.matches(item.abstract) }) {
            remarks.append(
                CaseRemark(
                    kind: .leak, place: "abstract",
                    sentence: "The abstract names the diagnosis."))
        }
        for (index, finding) in item.findings.enumerated() where finding.gate == .ask {
            guard let text = finding.text, names.contains(where: { $0.matches(text) }) else {
                continue
            }
            remarks.append(
                CaseRemark(
                    kind: .leak, place: "findings[\(index)].text",
                    sentence: "An answer to a question names the diagnosis."))
        }
        return remarks
    }

    private static func gaps(_ item: BenchmarkCase, _ catalogue: Catalogue) -> [CaseRemark] {
        var remarks: [CaseRemark] = []
        func whole(_ kind: CaseRemark.Kind, _ sentence: String) {
            remarks.append(CaseRemark(kind: kind, place: "case", sentence: sentence))
        }
        if !item.findings.contains(where: { $0.gate == .order }) {
            whole(.noTest, "No finding has to be ordered.")
        }
        if !item.findings.contains(where: { $0.kind == .vital }) {
            whole(.noVitals, "No vital sign is recorded.")
        }
        if !item.findings.contains(where: { isNegative($0, catalogue, item) }) {
            whole(.noNegative, "No finding is recorded as absent or normal.")
        }
        if item.sources.isEmpty { whole(.noSource, "No source of a figure is given.") }
        let recorded = Set(item.findings.compactMap(\.id))
        for (index, id) in item.initial.enumerated() where !recorded.contains(id) {
            remarks.append(
                CaseRemark(
                    kind: .initialNotRecorded, place: "initial[\(index)]",
                    sentence: "The abstract's finding isn't among the findings."))
        }
        var seen: Set<String> = []
        for (index, finding) in item.findings.enumerated() {
            remarks += gaps(finding, "findings[\(index)]", catalogue)
            if let id = finding.id, !seen.insert(id).inserted {
                remarks.append(
                    CaseRemark(
                        kind: .repeatedFinding, place: "findings[\(index)].id",
                        sentence: "The finding is recorded before."))
            }
        }
        return remarks
    }

    private static func gaps(
        _ finding: CaseFinding, _ place: String, _ catalogue: Catalogue
    ) -> [CaseRemark] {
        guard let id = finding.id else {
            guard finding.number != nil, finding.unit == nil else { return [] }
            return [
                CaseRemark(
                    kind: .unknownUnit, place: "\(place).unit", sentence: "The number has no unit.")
            ]
        }
        guard let position = catalogue.finding(id) else {
            return [
                CaseRemark(
                    kind: .unknownFinding, place: "\(place).id",
                    sentence: "The catalogue has no finding of this id.")
            ]
        }
        guard finding.number != nil, let unit = finding.unit,
            unit != catalogue.findings[position].unit
        else { return [] }
        return [
            CaseRemark(
                kind: .unknownUnit, place: "\(place).unit",
                sentence: "The number isn't in the catalogue's unit.")
        ]
    }

    private static func isNegative(
        _ finding: CaseFinding, _ catalogue: Catalogue, _ item: BenchmarkCase
    ) -> Bool {
        let outcome = finding.outcome(in: catalogue, sex: item.sex)
        return outcome == "absent" || outcome == "normal"
    }
}

/// A diagnosis name as it would be read in a text.
struct LeakPattern {
    private let words: [String]
    /// Short names are abbreviations: "MI" gives away, "mi" doesn't.
    private let isAbbreviation: Bool

    init(_ name: String) {
        isAbbreviation = name.count <= 3
        words = LeakPattern.words(name, keepsCapitals: isAbbreviation)
    }

    func matches(_ text: String) -> Bool {
        guard !words.isEmpty else { return false }
        let tokens = LeakPattern.words(text, keepsCapitals: isAbbreviation)
        guard tokens.count >= words.count else { return false }
        return (0...tokens.count - words.count).contains { start in
            tokens[start..<start + words.count].elementsEqual(words)
        }
    }

    static func words(_ text: String, keepsCapitals: Bool = false) -> [String] {
        (keepsCapitals ? text : text.lowercased()).unicodeScalars.split {
            !$0.properties.isAlphabetic && !("0"..."9").contains($0)
        }.map(String.init)
    }
}
