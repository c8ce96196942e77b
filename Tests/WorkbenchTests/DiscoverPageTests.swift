// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Workbench

/// What holds for the discover page in every state, whatever stands in its fields.
@Suite("The discover page")
struct DiscoverPageTests {
    static let names = DiscoverSample().pages.map(\.name)

    private func page(_ name: String, mark: String = "") throws -> Markup {
        let sample = DiscoverSample(mark: mark)
        let page = try #require(sample.pages.first { $0.name == name }?.page)
        return Markup(page.render(in: sample.frame))
    }

    /// The page's text between tags.
    private func text(_ page: Markup) -> String {
        page.source.components(separatedBy: "<").map { piece in
            piece.components(separatedBy: ">").dropFirst().joined(separator: ">")
        }.joined(separator: " ")
    }

    private func files(_ result: DiscoverView.Result) -> [String] {
        result.files.compactMap { result.bytes(of: $0, definition: "{}") }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("markup in any field of any view stays text", arguments: names)
    func markupStaysText(name: String) throws {
        let plain = try page(name)
        let attacks = [
            #"<script>alert(1)</script>"'&"#, #""><img src=x onerror=alert(1)>"#,
            "'><svg onload=alert(1)>", "</textarea></title></style><script>x</script>", "<!--",
        ]
        for attack in attacks {
            let hostile = try page(name, mark: attack)
            #expect(hostile.tags.map(\.name) == plain.tags.map(\.name), "\(attack)")
            #expect(hostile.tags.map(\.attributeNames) == plain.tags.map(\.attributeNames))
            #expect(!hostile.source.contains(attack))
        }
        #expect(try page(name, mark: "<&>").source.contains("&lt;&amp;&gt;"))
    }

    @Test("no file of a count holds markup or a formula from a field")
    func filesAreInert() throws {
        var result = DiscoverSample(mark: "</style><script>").result
        result.codes[0].name = "=HYPERLINK(\"x\"),\n"
        for file in DiscoverFile.allCases {
            let bytes = try #require(result.bytes(of: file, definition: "{}"))
            let text = String(decoding: bytes, as: UTF8.self)
            if file.rawValue.hasSuffix(".svg") {
                #expect(
                    !text.contains("<script")
                        && text.contains("&lt;script&gt;") == text.contains("script"))
                #expect(Markup("<x" + text.components(separatedBy: "?>")[1]).unbalanced == nil)
            }
        }
        let codes = String(
            decoding: try #require(result.bytes(of: .codes, definition: "")), as: UTF8.self)
        #expect(codes.contains("\"'=HYPERLINK(\"\"x\"\"),\n\""))
    }

    @Test("forms that change or tell something carry the token; the one of ticks has none")
    func forms() throws {
        for name in DiscoverPageTests.names {
            for form in try page(name).source.components(separatedBy: "<form").dropFirst() {
                let inside = form.components(separatedBy: "</form>")[0]
                let isPost = inside.contains(#"method="post""#)
                #expect(isPost != inside.contains(#"method="get""#))
                #expect(inside.contains(#"name="csrf""#) == isPost)
                #expect(inside.contains("aria-label=\""))
            }
        }
        let counted = try page("counted").source
        #expect(counted.components(separatedBy: #"method="get""#).count == 2)
        #expect(
            counted.contains(#"action="/discover/3f9a1c0de2b47715" aria-label="Rules to apply""#))
    }

    @Test(
        "every field the visitor sees has a label, and every reference finds its target",
        arguments: names)
    func fieldsAreLabelled(name: String) throws {
        let page = try page(name)
        let ids = page.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        let labelled = Set(page.tags.filter { $0.name == "label" }.compactMap { $0["for"] })
        for tag in page.tags where ["input", "select", "textarea"].contains(tag.name) {
            if tag["type"] == "hidden" { continue }
            let id = try #require(tag["id"], "\(tag["name"] ?? "")")
            #expect(labelled.contains(id), "\(id)")
        }
        for tag in page.tags {
            let references = ["for", "aria-labelledby", "aria-describedby", "list", "form"]
                .compactMap { tag[$0] }.flatMap { $0.components(separatedBy: " ") }
            for reference in references { #expect(ids.contains(reference), "\(reference)") }
            if let link = tag["href"], link.hasPrefix("#") {
                #expect(ids.contains(String(link.dropFirst())), "\(link)")
            }
        }
    }

    @Test("the keyboard goes through the page as it is written", arguments: names)
    func keyboardOrder(name: String) throws {
        for tag in try page(name).tags {
            guard let index = tag["tabindex"] else { continue }
            #expect(index == "0" || index == "-1")
            let isField = ["input", "select", "textarea", "a"].contains(tag.name)
            #expect(!isField, "\(tag["id"] ?? "") left out")
            if tag.name == "button" { #expect(tag["aria-hidden"] == "true") }
        }
    }

    @Test("the form that builds asks in the order of the question; Enter counts")
    func fieldOrder() throws {
        let source = try page("building").source
        let form = try #require(
            source.components(separatedBy: #"aria-label="Build a definition""#).last)
        let fields = Markup("<x>" + form.components(separatedBy: "</form>")[0]).tags
            .filter { ["input", "select", "button"].contains($0.name) && $0["type"] != "hidden" }
        #expect(fields.first?["value"] == "enter")
        let names = fields.compactMap { $0["id"] }
        #expect(
            Array(names.prefix(16)) == [
                "name", "entry-codes", "entry-descendants", "occurrence", "prior-days",
                "rule-0-name", "rule-0-codes", "rule-0-descendants", "rule-0-sense",
                "rule-0-count", "rule-0-from-day", "rule-0-to-day", "rule-0-relation",
                "rule-0-value", "rule-0-other-value", "rule-0-unit",
            ])
        #expect(names.suffix(3) == ["end", "end-days", "search"])
    }

    @Test("what was typed comes back as it was read")
    func formRoundTrip() throws {
        let view = DiscoverSample().building
        let source = view.render(in: DiscoverSample().frame)
        let form = source.components(separatedBy: #"aria-label="Build a definition""#)[1]
            .components(separatedBy: "</form>")[0]
        var fields: [(name: String, value: String)] = []
        var select: String?
        for tag in Markup("<x>" + form).tags {
            switch tag.name {
            case "select": select = tag["name"]
            case "option":
                if tag["selected"] != nil, let select {
                    fields.append((select, tag["value"] ?? ""))
                }
            case "input":
                if tag["type"] == "checkbox", tag["checked"] == nil { continue }
                fields.append((tag["name"] ?? "", tag["value"] ?? ""))
            default: continue
            }
        }
        #expect(DiscoverForm(fields: fields).draft == view.draft)
    }

    @Test("every number of the view is on its page")
    func numbersAppear() throws {
        let text = try text(page("counted"))
        let numbers = [
            "3,100", "3,312", "12,041", "12,906", "614", "11,427", "12,201", "11,428", "8,300",
            "3,127", "3,340", "3,519", "2,877", "27", "141", "172", "423", "471", "667", "811",
            "218", "205", "37", "61", "98", "144", "216", "301", "388", "452", "433", "407", "312",
            "198", "70", "52", "71", "3,119", "41,207", "99.7 %", "2,405", "18,112", "76.9 %",
            "1,981", "20,112", "63.4 %", "23.1 %", "+0.89", "−0.19", "13,905", "2,987", "2,340",
            "1,602", "411", "311", "2,676", "140", "85.8 %", "84.2 %", "87.3 %", "4,871.6",
            "63.84", "56.94", "71.35", "12 ms", "2,117",
        ]
        for number in numbers { #expect(text.contains(number), "\(number)") }
        #expect(text.contains("&lt;11"))
        let csv = files(DiscoverSample().result).joined()
        for number in ["12041", "41207", "0.9974", "-0.19", "4871.6", "63.84", "<11"] {
            #expect(csv.contains(number), "\(number)")
        }
    }

    @Test("what a hidden count would tell is on no page and in no file, even if the view holds it")
    func hiddenCountsStayHidden() throws {
        var pages = [try page("counted").source]
        var kept = files(DiscoverSample().result)
        // Shares and differences of the two hidden rows.
        for told in ["0.3 %", "0.00287", "0.0029", "+0.01", "0.0093"] {
            for text in pages + kept { #expect(!text.contains(told), "\(told)") }
        }
        let small = DiscoverSample().small
        guard case .counted(let result) = small.outcome else { return }
        pages = [small.render(in: DiscoverSample().frame)]
        kept = files(result)
        // The curve, the rate and those censored would all tell the hidden number of events.
        for told in ["63.84", "56.94", "85.8 %", "0.858", "2,676", "2676"] {
            for text in pages + kept { #expect(!text.contains(told), "\(told)") }
        }
        #expect(pages[0].contains("too few for a rate"))
        #expect(result.bytes(of: .survivalPicture, definition: "") == nil)
    }

    @Test("a hidden count sorts as zero, so no attribute orders the hidden ones")
    func hiddenCountsHaveNoKey() throws {
        let source = try page("counted").source
        let cells = source.components(separatedBy: "<td").dropFirst()
            .map { $0.components(separatedBy: "</td>")[0] }
            .filter { $0.contains("withheld") }
        #expect(!cells.isEmpty)
        for cell in cells { #expect(cell.contains(#"data-key="0""#)) }
    }

    @Test("the link holds the digest and what is off; no address holds a patient")
    func addresses() throws {
        let page = try page("explained")
        #expect(page.source.contains(#"href="/discover/3f9a1c0de2b47715?off=2""#))
        for tag in page.tags {
            for address in ["href", "src", "action"].compactMap({ tag[$0] }) {
                #expect(!address.contains("10482"), "\(address)")
                #expect(address.hasPrefix("/") || address.hasPrefix("#"))
            }
        }
    }

    @Test("only who may ask about a patient sees the question")
    func explanationIsForTheSite() throws {
        #expect(try page("counted").source.contains("/discover/3f9a1c0de2b47715/why"))
        #expect(try !page("small").source.contains("/why"))
        let explained = try text(page("explained"))
        for part in ["Not in the cohort.", "does not hold", "−371", "+12", "6 days too early"] {
            #expect(explained.contains(part), "\(part)")
        }
        var view = DiscoverSample().explained
        view.mayExplain = false
        #expect(!view.render(in: DiscoverSample().frame).contains("10482"))
    }

    @Test("each state says what it is")
    func states() throws {
        #expect(try text(page("empty")).contains("Examples to try"))
        #expect(try text(page("no-data")).contains("There is nobody to count."))
        let refused = try page("refused")
        #expect(text(refused).contains("CustomEra") && text(refused).contains("not supported"))
        #expect(refused.tags.contains { $0.name == "textarea" && $0["aria-invalid"] == "true" })
        let needed = try page("needed")
        #expect(needed.tags.contains { $0["href"] == "#rule-1-codes" })
        #expect(needed.tags.contains { $0["id"] == "rule-1-codes" && $0["aria-invalid"] == "true" })
        #expect(try text(page("unexplained")).contains("There is no patient of this number."))
    }

    @Test("a rule that is off is an empty box")
    func ticks() throws {
        let boxes = try page("counted").tags.filter { $0["name"] == "rule" }
        #expect(boxes.map { $0["value"] } == ["0", "1", "2", "3"])
        #expect(boxes.map { $0["checked"] != nil } == [true, true, false, true])
    }

    @Test(
        "pictures are named, headings in order, elements balanced, regions distinct",
        arguments: names)
    func structure(name: String) throws {
        let page = try page(name)
        #expect(page.unbalanced == nil)
        let pictures = page.source.components(separatedBy: "<svg").dropFirst()
        for picture in pictures {
            #expect(picture.contains(#"role="img""#) && picture.contains("<title id="))
            #expect(picture.contains("<desc id="))
        }
        if name == "counted" { #expect(pictures.count == 5) }
        let levels = page.tags.compactMap { tag in
            tag.name.first == "h" ? Int(tag.name.dropFirst()) : nil
        }
        #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
        let regions = page.tags.filter { $0["role"] == "region" }.compactMap { $0["aria-label"] }
        #expect(Set(regions).count == regions.count)
        for tag in page.tags {
            #expect(!tag.attributeNames.contains { $0 == "style" || $0.hasPrefix("on") })
        }
    }
}
