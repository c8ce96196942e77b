// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@Suite("The nearest word")
struct NearestWordTests {
    private let keys = ["age", "anyOf", "atLeast", "name", "withinDays"]

    @Test(
        "a word with a slip in it is found: a letter too much, missing, wrong, or two swapped",
        arguments: [
            ("agee", "age"), ("nme", "name"), ("anyUf", "anyOf"), ("wihtinDays", "withinDays"),
            ("ATLEAST", "atLeast"), ("name", "name"),
        ])
    func slips(typed: String, meant: String) {
        #expect(NearestWord.to(typed, among: keys) == meant)
        #expect(NearestWord.index(of: typed, among: keys) == keys.firstIndex(of: meant))
    }

    @Test("of two words equally near, the first is named")
    func ties() {
        #expect(NearestWord.to("bat", among: ["cat", "hat"]) == "cat")
        #expect(NearestWord.to("bat", among: ["hat", "cat"]) == "hat")
        #expect(NearestWord.index(of: "", among: ["aa", "b", "c"]) == 1)
    }

    @Test("without candidates there is no nearest one")
    func nothing() {
        #expect(NearestWord.index(of: "age", among: []) == nil)
        #expect(NearestWord.to("age", among: []).isEmpty)
    }

    @Test("a typed page is compared by its beginning")
    func longTexts() {
        let page = String(repeating: "name ", count: 100_000)
        let line = String(repeating: "name ", count: 19)
        #expect(NearestWord.to(page, among: ["x", line]) == line)
    }
}
