// SPDX-License-Identifier: Apache-2.0
import Foundation
import Statistics
import Testing

@testable import Workbench

@Suite struct HTMLTests {
    @Test("text and attributes are escaped as they enter")
    func escapes() {
        let html = tag("p", ["title": #"<"a'&>"#]) { #"<"b'&>"# }
        #expect(
            html.render()
                == "<p title=\"&lt;&quot;a&#39;&amp;&gt;\">&lt;&quot;b&#39;&amp;&gt;</p>\n")
    }

    @Test("random text never opens a tag, ends an attribute or starts a reference")
    func randomTextIsInert() {
        var random = SeededRandom(seed: 11)
        let alphabet = Array("<>&\"'/=ab \u{0}\u{7}\u{301}é🂡\n".unicodeScalars)
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.below(40) { text.append(alphabet[random.below(alphabet.count)]) }
            let escaped = HTML.escaped(String(text))
            for forbidden in ["<", ">", "\"", "'", "\u{0}", "\u{7}"] as [Unicode.Scalar] {
                #expect(!escaped.unicodeScalars.contains(forbidden))
            }
            #expect(unescaped(escaped) == String(text).replacingControls())
        }
    }

    private func unescaped(_ text: String) -> String {
        let references = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ]
        return references.reduce(text) { result, reference in
            result.replacingOccurrences(of: reference.0, with: reference.1, options: .literal)
        }
    }

    @Test("an attribute that is nil is left out, an empty one is a flag")
    func attributes() {
        let html = tag("details", ["open": "", "id": nil]) { "x" }
        #expect(html.render() == "<details open=\"\">x</details>\n")
        #expect(void("input", ["name": "a"]).render() == "<input name=\"a\">\n")
    }

    @Test("a leading line break in a text area survives the parser")
    func leadingLineBreak() {
        #expect(tag("textarea") { "\na" }.render() == "<textarea>\n\na</textarea>")
    }

    @Test("the builder joins conditions and loops in order")
    func builder() {
        func said(_ isEmpty: Bool) -> String {
            HTML {
                for number in 1...3 { tag("b") { "\(number)" } }
                if isEmpty { "none" } else { "some" }
                if isEmpty { "!" }
            }.render()
        }
        #expect(said(true) == "<b>1</b><b>2</b><b>3</b>none!")
        #expect(said(false) == "<b>1</b><b>2</b><b>3</b>some")
    }
}

@Suite struct NumberTextTests {
    @Test(
        "numbers read the same everywhere",
        arguments: [
            (NumberText.whole(0), "0"), (NumberText.whole(1_234_567), "1,234,567"),
            (NumberText.whole(-1_000), "−1,000"), (NumberText.fixed(0.005, decimals: 2), "0.01"),
            (NumberText.fixed(-0.001, decimals: 2), "0.00"),
            (NumberText.fixed(1_234.5, decimals: 1), "1,234.5"),
            (NumberText.fixed(.nan, decimals: 2), "–"), (NumberText.signed(1.84), "+1.84"),
            (NumberText.signed(-0.3), "−0.30"), (NumberText.signed(0.001), "0.00"),
            (NumberText.micros(2_000), "0.002000"), (NumberText.micros(-1_500_000), "−1.500000"),
            (NumberText.coordinate(12.5), "12.5"), (NumberText.coordinate(-0.05), "-0.05"),
            (NumberText.share(1.7), "100%"), (NumberText.share(.infinity), "0%"),
        ])
    func numbers(shown: String, expected: String) {
        #expect(shown == expected)
    }

    @Test("a probability is never rounded to a certainty it does not have")
    func percent() {
        #expect(NumberText.percent(0.0004) == "<0.1 %")
        #expect(NumberText.percent(0.99999) == ">99.9 %")
        #expect(NumberText.percent(0) == "0.0 %")
        #expect(NumberText.percent(1) == "100.0 %")
        #expect(NumberText.percent(0.4615) == "46.2 %")
    }

    @Test("a hidden count says only that it is small")
    func hiddenCount() {
        #expect(ShownCount(nil).text == "<11")
        #expect(ShownCount(nil, hiddenBelow: 6).text == "<6")
        #expect(ShownCount(1_203).text == "1,203")
    }
}

extension String {
    fileprivate func replacingControls() -> String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.value < 32 && scalar != "\n" ? "\u{FFFD}" : scalar
                }))
    }
}
