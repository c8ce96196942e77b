// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing

@testable import Workbench

@Suite struct LedgerPageTests {
    @Test("a broken ledger is called broken, with the first bad entry")
    func brokenLedger() {
        let samples = Samples()
        let source = samples.ledger(samples.broken).render(in: samples.frame)
        #expect(source.contains("Broken."))
        #expect(source.contains("First bad entry: 1,024."))
        #expect(!source.contains("Sound."))
        #expect(samples.ledger(nil).render(in: samples.frame).contains("Verify"))
        #expect(!samples.ledger(nil).render(in: samples.frame).contains("Sound."))
    }

    @Test("indenting a record adds whitespace and nothing else")
    func indentation() {
        #expect(
            indentedJSON(#"{"a":[1,{"b":"x,{:}\"\\"}],"c":{}}"#)
                == """
                {
                  "a": [
                    1,
                    {
                      "b": "x,{:}\\"\\\\"
                    }
                  ],
                  "c": {}
                }
                """)
    }

    @Test("whatever bytes a record has, they are all still there")
    func indentationKeepsEverything() {
        var random = SeededRandom(seed: 5)
        let alphabet = Array("{}[]:,\"\\1a\u{301}".unicodeScalars)
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.below(30) { text.append(alphabet[random.below(alphabet.count)]) }
            let kept = indentedJSON(String(text)).unicodeScalars.filter { $0 != " " && $0 != "\n" }
            #expect(Array(kept) == Array(text))
        }
    }

    @Test("the first and the last entry have one neighbour")
    func neighbours() {
        var view = Samples().entry
        #expect(!view.render(in: Samples().frame).contains("Next"))
        view.index = 0
        let first = view.render(in: Samples().frame)
        #expect(first.contains("Next") && !first.contains("Previous"))
    }
}
