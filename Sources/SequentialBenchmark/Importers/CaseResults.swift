// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

extension CaseCoder {
    /// A result as other sets print it: names from the group to the item, and what it says.
    ///
    /// - Parameters:
    ///   - names: such as `["Blood_Work", "Complete_Blood_Count", "WBC"]`.
    ///   - gate: `.ask` for examinations.
    func result(_ names: [String], _ text: String, gate: Gate, sex: Sex?) -> [CaseFinding] {
        let path = names.map(Self.readable).filter { !Self.isEmptyWord($0) }
        let item = path.last ?? "result"
        if let vital = vitals(item, text) { return vital }
        let test = path.reversed().compactMap { self.test(named: $0) }.first
        if gate == .order, let test, let normal = normalPanel(test, item, text) { return normal }
        if let coded = named(item, path, text, gate, test: test, sex) { return [coded] }
        let kind: FindingKind = gate == .ask ? .exam : Self.kind(path)
        var labels = [item]
        if path.count > 1 { labels.append("\(path[path.count - 2]) \(item)") }
        let ownTest = Self.isGroup(path.first ?? item) || path.isEmpty ? item : path[0]
        let own = CaseFinding(
            kind: kind, names: labels, text: text, gate: gate,
            test: gate == .ask ? nil : test.map { catalogue.tests[$0].id } ?? ownTest)
        let readable =
            gate == .ask
            ? catalogue.findings.indices.filter { catalogue.findings[$0].kind.isAskable }
            : test.map { catalogue.tests[$0].reveals } ?? []
        return [own] + coded(text, sex: sex, only: readable)
    }

    /// Vital signs in one piece: "125/80 mmHg", "36.6 C".
    private func vitals(_ item: String, _ text: String) -> [CaseFinding]? {
        guard let position = finding(named: item), catalogue.findings[position].kind == .vital
        else { return nil }
        let numbers = reader.numbers(of: position, in: text)
        guard let first = numbers.first else { return nil }
        let finding = catalogue.findings[position]
        var result = [CaseFinding(kind: .vital, id: finding.id, number: first, text: text)]
        if numbers.count == 2 {
            result.append(
                CaseFinding(kind: .vital, id: "diastolic-bp", number: numbers[1], text: text))
        }
        return result
    }

    /// "Blood count: within normal limits" says so of everything the test reveals.
    private func normalPanel(_ test: Int, _ item: String, _ text: String) -> [CaseFinding]? {
        let reveals = catalogue.tests[test].reveals
        guard reveals.count > 1, self.test(named: item) == test,
            [
                "normal", "within normal limits", "normal range", "within normal range",
                "no abnormalities", "unremarkable",
            ]
            .contains(text.lowercased().filter { $0 != "." }.trimmed)
        else { return nil }
        return reveals.map { position in
            let finding = catalogue.findings[position]
            return CaseFinding(
                kind: finding.kind, id: finding.id, outcome: finding.outcomes[finding.usual],
                text: text)
        }
    }

    /// What a urine dipstick names without saying urine.
    private static let urineNames = [
        "wbc": "ua-leukocytes", "leukocyte esterase": "ua-leukocytes",
        "leukocytes": "ua-leukocytes", "nitrites": "ua-nitrite", "nitrite": "ua-nitrite",
        "rbc": "ua-blood", "blood": "ua-blood", "protein": "ua-protein", "glucose": "ua-glucose",
        "ketones": "ua-ketones",
    ]

    /// A finding of the catalogue by its name, where the text gives a value that can be read.
    private func named(
        _ item: String, _ path: [String], _ text: String, _ gate: Gate, test: Int?, _ sex: Sex?
    ) -> CaseFinding? {
        var position = finding(named: item)
        // "Urinalysis / WBC" is no blood count: the test must be one that reveals the finding.
        if let found = position, gate == .order {
            let tests = catalogue.findings[found].tests
            let isElsewhere =
                path.contains { Self.isOtherFluid($0) }
                || (test.map { !tests.contains($0) } ?? false)
            if isElsewhere { position = nil }
        }
        if let test, catalogue.tests[test].id == "urinalysis",
            let id = Self.urineNames[item.lowercased()]
        {
            position = catalogue.finding(id)
        }
        if position == nil, gate == .order, let test, catalogue.tests[test].reveals.count == 1,
            self.test(named: item) == test
        {
            position = catalogue.tests[test].reveals[0]
        }
        guard let position else { return nil }
        let finding = catalogue.findings[position]
        guard gate == (finding.kind.isAskable ? .ask : .order) else { return nil }
        if let only = finding.sex, let sex, only != sex { return nil }
        if finding.isMeasured, let number = reader.number(of: position, in: text) {
            return CaseFinding(
                kind: finding.kind, id: finding.id, names: [item], number: number, text: text)
        }
        guard let outcome = reader.outcome(of: position, in: text) else { return nil }
        return CaseFinding(
            kind: finding.kind, id: finding.id, names: [item], outcome: finding.outcomes[outcome],
            text: text)
    }

    /// `Complete_Blood_Count` and `bloodCount` as words.
    static func readable(_ name: String) -> String {
        name.replacing("_", with: " ").trimmed
    }

    private static func isEmptyWord(_ name: String) -> Bool {
        ["findings", "finding", "result", "results", "comments", "interpretation", "report"]
            .contains(name.lowercased())
    }

    /// A heading rather than a test.
    private static func isGroup(_ name: String) -> Bool {
        [
            "blood tests", "blood test", "blood work", "imaging", "laboratory", "labs",
            "laboratory tests", "laboratory studies", "imaging studies", "other tests",
        ].contains(name.lowercased())
    }

    private static func isOtherFluid(_ name: String) -> Bool {
        ["urin", "csf", "cerebrospinal", "synovial", "fluid", "stool", "sputum", "semen"]
            .contains { name.lowercased().contains($0) }
    }

    /// By words in the names of test and group.
    static func kind(_ path: [String]) -> FindingKind {
        let name = path.joined(separator: " ").lowercased()
        let signs: [(FindingKind, [String])] = [
            (.pathology, ["biopsy", "histo", "patholog", "smear", "cytolog", "marrow"]),
            (
                .imaging,
                [
                    "x-ray", "x ray", "xray", "mri", "ultrasound", "echo", "imaging", "scan",
                    "radiograph", "mammogra", "angiogra", "enema", "barium", "doppler", " ct",
                    "ct ", "tomogra", "pyelogram", "sonogra",
                ]
            ),
            (
                .procedure,
                [
                    "electro", "ecg", "eeg", "emg", "spirom", "pulmonary function", "scop",
                    "audiom", "holter", "nerve conduction", "manometry", "tympano", "consult",
                ]
            ),
        ]
        return signs.first { $0.1.contains { name.contains($0) } }?.0 ?? .lab
    }
}
