// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Workbench

@Suite("The forms of the discover page")
struct DiscoverFormTests {
    private typealias Fields = [(name: String, value: String)]

    private func form(_ fields: KeyValuePairs<String, String>) -> DiscoverForm {
        DiscoverForm(fields: fields.map { (name: $0.key, value: $0.value) })
    }

    private func choice(_ fields: KeyValuePairs<String, String>) -> DiscoverChoice {
        DiscoverChoice(fields: fields.map { (name: $0.key, value: $0.value) })
    }

    @Test("a pasted definition is counted as written, with plain line ends")
    func pasting() {
        let pasted = form(["definition": "{\r\n  \"a\": 1\r\n}", "do": "count"])
        #expect(pasted.action == .count)
        #expect(pasted.definition == "{\n  \"a\": 1\n}")
        #expect(!pasted.isBuilding)
        for blank in ["", " \r\n\t"] {
            guard case .needed(let problem) = form(["definition": blank]).action else {
                Issue.record("a blank definition was taken")
                continue
            }
            #expect(problem.field == "definition")
        }
    }

    private static let built: KeyValuePairs = [
        "name": " Adults  with diabetes ", "entry-codes": "SNOMED/44054006, 201826 201826",
        "entry-descendants": "1", "occurrence": "all", "prior-days": "365", "rules": "3",
        "rule-0-name": "HbA1c", "rule-0-codes": "LOINC/4548-4", "rule-0-sense": "at-least",
        "rule-0-count": "2", "rule-0-from-day": "-365", "rule-0-to-day": "0",
        "rule-0-relation": "between", "rule-0-value": "7", "rule-0-other-value": "9.5",
        "rule-0-unit": "%", "rule-1-codes": "", "rule-1-count": "1",
        "rule-2-codes": "RxNorm/106892",
        "rule-2-sense": "exactly", "rule-2-count": "0", "rule-2-to-day": "−1", "end": "fixed",
        "end-days": "730", "do": "build",
    ]

    @Test("the form is read into a question; blank rules ask nothing")
    func building() throws {
        guard case .build(let question) = form(DiscoverFormTests.built).action else {
            Issue.record("not built")
            return
        }
        #expect(question.name == "Adults with diabetes")
        #expect(question.entry.codes == ["SNOMED/44054006", "201826"])
        #expect(question.entry.withDescendants)
        #expect(question.occurrence == .all)
        #expect(question.priorDays == 365)
        #expect(question.endDays == 730)
        #expect(question.rules.map(\.name) == ["HbA1c", "Rule 3"])
        let first = try #require(question.rules.first)
        #expect(first.count == 2 && first.sense == .atLeast)
        #expect(first.fromDay == -365 && first.toDay == 0)
        #expect(
            first.comparison
                == .init(relation: .between, value: 7, otherValue: 9.5, unit: "%"))
        let last = try #require(question.rules.last)
        #expect(last.count == 0 && last.sense == .exactly && !last.codes.withDescendants)
        #expect(last.fromDay == nil && last.toDay == -1 && last.comparison == nil)
    }

    @Test(
        "a field that can't be read is named and nothing is counted",
        arguments: [
            ("entry-codes", ""), ("entry-codes", "type 2 diabetes"), ("entry-codes", "/1"),
            ("prior-days", "-1"), ("prior-days", "a year"), ("rule-0-codes", ""),
            ("rule-0-count", "0"), ("rule-0-count", ""), ("rule-0-from-day", "1.5"),
            ("rule-0-to-day", "-400"), ("rule-0-value", "seven"), ("rule-0-value", "nan"),
            ("rule-0-other-value", "6"), ("rule-0-relation", ""), ("end-days", "0"),
        ])
    func problems(field: String, value: String) {
        let fields = DiscoverFormTests.built.map { pair in
            (name: pair.key, value: pair.key == field ? value : pair.value)
        }
        let read = DiscoverForm(fields: fields)
        guard case .needed(let problem) = read.action else {
            Issue.record("\(field) was taken as \(value)")
            return
        }
        #expect(problem.field == field)
        #expect(problem.sentence.hasSuffix("."))
        #expect(read.draft.rules.count == 3, "what was typed is kept")
    }

    @Test("buttons add and remove rules, search, and add what was found")
    func editing() {
        let base: [(name: String, value: String)] = [
            ("entry-codes", "SNOMED/1"), ("rules", "2"), ("rule-0-codes", ""),
            ("rule-1-codes", "LOINC/2"), ("search", "diabetes"),
        ]
        func pressed(_ name: String, _ value: String) -> DiscoverForm {
            DiscoverForm(fields: base + [(name: name, value: value)])
        }
        #expect(pressed("do", "add-rule").draft.rules.count == 3)
        #expect(pressed("do", "add-rule").action == .edit)
        #expect(pressed("remove", "0").draft.rules.map(\.codes) == ["LOINC/2"])
        #expect(pressed("remove", "7").draft.rules.count == 2)
        #expect(pressed("do", "search").action == .search("diabetes"))
        #expect(pressed("do", "enter").action == .search("diabetes"))
        let searched = DiscoverForm(
            fields: base + [("searched", "diabetes"), ("rule-1-count", "1"), ("do", "enter")])
        #expect(searched.searchText == "diabetes")
        if case .search = searched.action { Issue.record("searched again") }
        #expect(pressed("add", "entry|SNOMED/2").draft.entryCodes == "SNOMED/1, SNOMED/2")
        #expect(pressed("add", "entry|SNOMED/1").draft.entryCodes == "SNOMED/1")
        #expect(pressed("add", "0|201826").draft.rules[0].codes == "201826")
        #expect(pressed("add", "1|LOINC/3").draft.rules[1].codes == "LOINC/2, LOINC/3")
        for odd in ["entry", "9|SNOMED/2", "-1|SNOMED/2", "entry|two words", "|"] {
            #expect(pressed("add", odd).draft == pressed("do", "search").draft, "\(odd)")
        }
        let many = DiscoverForm(
            fields: [("entry-codes", "1"), ("rules", "999999999999"), ("do", "add-rule")])
        #expect(many.draft.rules.count <= DiscoverDraft.mostRules)
        #expect(form(["entry-codes": "1", "rules": "-4"]).draft.rules.isEmpty)
    }

    @Test("ticks and links mean the same choice")
    func choices() {
        #expect(choice(["boxes": "4", "rule": "0", "rule": "3"]).off == [1, 2])
        #expect(choice(["off": "2", "off": "1", "off": "x", "off": "-1"]).off == [1, 2])
        #expect(choice(["boxes": "2"]).off == [0, 1])
        #expect(choice([:]) == DiscoverChoice())
        #expect(choice(["boxes": "99999999999999999999", "days": "0"]) == DiscoverChoice())
        let asked = choice(["outcome": " SNOMED/1,  2 heart ", "days": "365"])
        #expect(asked.outcomeCodes == ["SNOMED/1", "2"])
        #expect(asked.days == 365)
    }

    @Test("a shared link holds the digest and the rules that are off, nothing else")
    func links() throws {
        let address = DiscoverAddress.page("3f9a", off: [3, 1])
        #expect(address == "/discover/3f9a?off=1&off=3")
        #expect(DiscoverAddress.page("../a?b\"<") == "/discover/ab")
        let file = DiscoverAddress.file(
            .survival, of: "3f9a",
            choice: DiscoverChoice(off: [0], outcome: "SNOMED/1 2&x=1/\"", days: 30))
        #expect(
            file == "/discover/3f9a/survival.csv?off=0&outcome=SNOMED%2F1,2%26x%3D1%2F%22&days=30")
    }

    @Test("a patient must be named, and not by a novel")
    func subjects() throws {
        #expect(try DiscoverForm.subject([(name: "subject", value: " 17 ")]) == "17")
        for odd in ["", "  ", String(repeating: "9", count: 101)] {
            #expect(throws: DiscoverProblem.self) {
                try DiscoverForm.subject([(name: "subject", value: odd)])
            }
        }
    }

    @Test("indented lines become sentences and their parts")
    func sentenceTree() {
        let tree = DiscoverView.Sentence.tree(
            "Enters at A.\nKept are:\n  1. adult\n  2. one of\n    - B\n    - C\n\nLeaves.")
        #expect(tree.map(\.text) == ["Enters at A.", "Kept are:", "Leaves."])
        #expect(tree[1].parts.map(\.text) == ["adult", "one of"])
        #expect(tree[1].parts[1].parts.map(\.text) == ["B", "C"])
        #expect(DiscoverView.Sentence.tree("").isEmpty)
        #expect(DiscoverView.Sentence.tree("    deep\nshallow").map(\.text) == ["deep", "shallow"])
    }
}
