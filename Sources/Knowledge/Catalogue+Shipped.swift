// SPDX-License-Identifier: Apache-2.0
import Records

extension Catalogue {
    /// The catalogue that comes with the program.
    ///
    /// - Throws: `KnowledgeError` naming table and line when a table is missing or altered in shape.
    /// - Complexity: reads four small tables; keep the result.
    package static func shipped() throws(KnowledgeError) -> Catalogue {
        try Catalogue(
            findings: Table.shipped("findings.tsv", folder: "Catalogue"),
            tests: Table.shipped("tests.tsv", folder: "Catalogue"),
            ranges: Table.shipped("ranges.tsv", folder: "Catalogue"),
            loinc: Table.shipped("loinc.tsv", folder: "Catalogue"))
    }

    /// The same from the texts of the four tables.
    package init(
        findings findingText: String, tests testText: String, ranges rangeText: String,
        loinc loincText: String
    ) throws(KnowledgeError) {
        var findings = try Catalogue.readFindings(findingText)
        var positions: [String: Int] = [:]
        for (index, finding) in findings.enumerated() { positions[finding.id] = index }
        var tests = try Catalogue.readTests(testText, positions)
        let narrowFirst = tests.indices.sorted {
            (tests[$0].reveals.count, $0) < (tests[$1].reveals.count, $1)
        }
        for test in narrowFirst {
            for finding in tests[test].reveals { findings[finding].tests.append(test) }
        }
        try Catalogue.readLOINC(loincText, &findings, &tests)
        let ranges = try Catalogue.readRanges(rangeText, findings, positions)
        var hash = Fingerprint()
        for text in [findingText, testText, rangeText, loincText] { hash.add(text) }
        self.init(findings: findings, tests: tests, ranges: ranges, digest: hash.hexadecimal)
    }

    private static func readFindings(_ text: String) throws(KnowledgeError) -> [Finding] {
        let table = try Table(
            text, file: "findings.tsv",
            columns: "id kind name synonyms outcomes test ddxplus sex unit",
            mayBeEmpty: ["synonyms", "test", "ddxplus", "sex", "unit"])
        var findings: [Finding] = []
        var seen: Set<String> = []
        for row in table.rows {
            let fields = row.fields
            guard let kind = FindingKind(rawValue: fields[1]) else {
                throw table.bad(row, "one of the kinds of findings")
            }
            let outcomes = fields[4].split(separator: "|").map(String.init)
            guard outcomes == ["absent", "present"] || outcomes == ["low", "normal", "high"] else {
                throw table.bad(row, "the outcomes absent|present or low|normal|high")
            }
            guard fields[7].isEmpty || Sex(rawValue: fields[7]) != nil else {
                throw table.bad(row, "a sex, or nothing")
            }
            guard seen.insert(fields[0]).inserted else { throw table.duplicate(row, fields[0]) }
            findings.append(
                Finding(
                    id: fields[0], kind: kind, name: fields[2], synonyms: fields[3].bars,
                    outcomes: outcomes, tests: [], ddxplus: fields[6].filled,
                    sex: Sex(rawValue: fields[7]), unit: fields[8].filled, loinc: nil))
        }
        return findings
    }

    private static func readTests(
        _ text: String, _ positions: [String: Int]
    ) throws(KnowledgeError) -> [Test] {
        let table = try Table(
            text, file: "tests.tsv", columns: "id name synonyms reveals", mayBeEmpty: ["synonyms"])
        var tests: [Test] = []
        for row in table.rows {
            var reveals: [Int] = []
            for id in row.fields[3].bars {
                guard let position = positions[id] else { throw table.unknown(row, id) }
                reveals.append(position)
            }
            tests.append(
                Test(
                    id: row.fields[0], name: row.fields[1], synonyms: row.fields[2].bars,
                    reveals: reveals, loinc: nil))
        }
        return tests
    }

    private static func readLOINC(
        _ text: String, _ findings: inout [Finding], _ tests: inout [Test]
    ) throws(KnowledgeError) {
        let table = try Table(
            text, file: "loinc.tsv", columns: "kind id loinc source", mayBeEmpty: ["source"])
        for row in table.rows {
            let id = row.fields[1]
            if row.fields[0] == "finding", let index = findings.firstIndex(where: { $0.id == id }) {
                findings[index].loinc = row.fields[2]
            } else if row.fields[0] == "test", let index = tests.firstIndex(where: { $0.id == id })
            {
                tests[index].loinc = row.fields[2]
            } else {
                throw table.unknown(row, id)
            }
        }
    }

    private static func readRanges(
        _ text: String, _ findings: [Finding], _ positions: [String: Int]
    ) throws(KnowledgeError) -> [Sex?: [Int: Range]] {
        let table = try Table(
            text, file: "ranges.tsv", columns: "finding sex low high source",
            mayBeEmpty: ["low", "high"])
        var ranges: [Sex?: [Int: Range]] = [:]
        for row in table.rows {
            let fields = row.fields
            guard let position = positions[fields[0]], findings[position].isMeasured else {
                throw table.unknown(row, fields[0])
            }
            let sex = Sex(rawValue: fields[1])
            let (low, high) = (Double(fields[2]), Double(fields[3]))
            guard fields[1] == "any" || sex != nil, fields[2].isEmpty || low != nil,
                fields[3].isEmpty || high != nil, low ?? -.infinity < high ?? .infinity,
                low != nil || high != nil
            else { throw table.bad(row, "a sex or any, and a lower or upper limit") }
            let range = Range(low: low, high: high, source: fields[4])
            guard ranges[sex, default: [:]].updateValue(range, forKey: position) == nil else {
                throw table.duplicate(row, fields[0])
            }
        }
        return ranges
    }
}

extension String {
    /// The parts between bars; none of an empty text.
    var bars: [String] { split(separator: "|").map(String.init) }

    /// Itself, or nil when empty.
    var filled: String? { isEmpty ? nil : self }
}
