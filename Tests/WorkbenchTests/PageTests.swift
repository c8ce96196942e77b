// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Workbench

/// What holds for every page in every state, whatever stands in its fields.
@Suite struct PageTests {
    static let names = Samples().pages.map(\.name)

    private func page(_ name: String, mark: String = "") throws -> Markup {
        let samples = Samples(mark: mark)
        let page = try #require(samples.pages.first { $0.name == name }?.page)
        return Markup(page.render(in: samples.frame))
    }

    @Test("markup in any field of any view stays text", arguments: names)
    func markupStaysText(name: String) throws {
        let plain = try page(name)
        let attacks = [
            #"<script>alert(1)</script>"'&"#, #""><img src=x onerror=alert(1)>"#,
            "'><svg onload=alert(1)>", "</textarea></pre></title><script>x</script>", "<!--",
        ]
        for attack in attacks {
            let hostile = try page(name, mark: attack)
            // The same tags in the same order: nothing a field says becomes an element.
            #expect(hostile.tags.map(\.name) == plain.tags.map(\.name), "\(attack)")
            #expect(hostile.tags.map(\.attributeNames) == plain.tags.map(\.attributeNames))
            #expect(hostile.tags.count { $0.name == "script" } == 1)
            #expect(!hostile.source.contains(attack))
        }
    }

    @Test("every string of a view reaches its page escaped, none is dropped")
    func hostileFieldsAreShown() throws {
        for name in ["overview", "cohort", "work-up-running", "ledger-sound", "ledger-entry"] {
            let source = try page(name, mark: "<&>").source
            #expect(source.contains("&lt;&amp;&gt;"))
            #expect(!source.contains("<&>"))
        }
    }

    @Test("no page needs an inline script, an inline style or an event attribute", arguments: names)
    func pagesFitAStrictContentPolicy(name: String) throws {
        let page = try page(name)
        for tag in page.tags {
            #expect(tag.name != "style")
            #expect(!tag.attributeNames.contains("style"), "\(tag.name)")
            #expect(!tag.attributeNames.contains { $0.hasPrefix("on") }, "\(tag.name)")
            for address in ["href", "src", "action"].compactMap({ tag[$0] }) {
                #expect(address.hasPrefix("/") || address.hasPrefix("#"), "\(address)")
            }
        }
        let script = try #require(page.tags.first { $0.name == "script" })
        #expect(script["src"] == "/assets/workbench.js")
        #expect(page.source.contains("></script>"))
    }

    @Test("a cohort's rules are a list, under sentences of their own and one name")
    func cohortSentences() throws {
        let source = try page("cohort").source
        let start = try #require(source.range(of: "<ol class=\"lede\">")?.upperBound)
        let list = source[start...].components(separatedBy: "</ol>")[0]
        #expect(list.components(separatedBy: "<li>").count == 3)
        #expect(list.contains("<li>adult: age at day 0 is from 18 to 89 years.</li>"))
        #expect(source.components(separatedBy: "<p class=\"lede\">").count == 3)
        #expect(!source.contains("Adults with diabetes and a high HbA1c.</p>"))
    }

    @Test("every form posts, with the visitor's token", arguments: names)
    func formsCarryTheToken(name: String) throws {
        let page = try page(name)
        let forms = page.source.components(separatedBy: "<form").dropFirst()
        for form in forms {
            let inside = form.components(separatedBy: "</form>")[0]
            // What only asks stands in the address; it changes nothing and names no patient.
            if inside.contains(#"method="get""#) {
                #expect(inside.contains(#"action="/ledger""#))
                #expect(!inside.contains("csrf"))
                continue
            }
            #expect(inside.contains(#"method="post""#))
            #expect(inside.contains(#"name="csrf" value="t0ken-7f3a""#))
        }
        if ["work-up", "work-up-running", "cohort", "ledger", "keys", "who-saw"].contains(name) {
            #expect(!forms.isEmpty)
        }
    }

    @Test("the case is never part of an address")
    func theCaseIsNotInAnAddress() throws {
        let page = try page("work-up-running")
        for tag in page.tags {
            for address in ["href", "src", "action"].compactMap({ tag[$0] }) {
                #expect(!address.contains("E_"))
                #expect(!address.contains("?"))
            }
        }
    }

    @Test("ids are unique and whatever refers to one finds it", arguments: names)
    func idsAreUnique(name: String) throws {
        let page = try page(name)
        let ids = page.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        for tag in page.tags {
            let references = ["for", "aria-labelledby", "aria-describedby", "list", "form"]
                .compactMap { tag[$0] }.flatMap { $0.components(separatedBy: " ") }
            for reference in references { #expect(ids.contains(reference), "\(reference)") }
            if let link = tag["href"], link.hasPrefix("#") {
                #expect(ids.contains(String(link.dropFirst())))
            }
        }
    }

    @Test("every picture has the role of an image and a title", arguments: names)
    func picturesAreNamed(name: String) throws {
        let page = try page(name)
        let pictures = page.source.components(separatedBy: "<svg").dropFirst()
        for picture in pictures {
            let inside = picture.components(separatedBy: "</svg>")[0]
            #expect(inside.contains(#"role="img""#))
            #expect(inside.contains("aria-labelledby=\""))
            #expect(inside.contains("<title id="))
        }
        if ["overview", "cohort", "work-up-running"].contains(name) { #expect(!pictures.isEmpty) }
    }

    @Test("headings start with one h1 and never skip a level", arguments: names)
    func headingsAreInOrder(name: String) throws {
        let levels = try page(name).tags.compactMap { tag in
            tag.name.first == "h" ? Int(tag.name.dropFirst()) : nil
        }
        #expect(levels.first == 1)
        #expect(levels.count { $0 == 1 } == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
    }

    @Test(
        "every page says what it is not, in which language, and where its content begins",
        arguments: names)
    func framesAreComplete(name: String) throws {
        let page = try page(name)
        #expect(page.source.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(page.source.contains("Not a medical device; not reviewed by clinicians."))
        #expect(page.source.contains("bedside-panel 0.1.0+5f2c9ad1"))
        for part in ["header", "nav", "main", "footer", "h1"] {
            #expect(page.tags.count { $0.name == part } == 1, "\(part)")
        }
        #expect(page.tags.contains { $0["href"] == "#main" })
        #expect(page.tags.contains { $0["name"] == "viewport" })
    }

    @Test("elements close in the order they open", arguments: names)
    func elementsAreBalanced(name: String) throws {
        #expect(try page(name).unbalanced == nil)
    }

    @Test("wide content scrolls by itself and can be reached by keyboard", arguments: names)
    func scrollingRegionsAreReachable(name: String) throws {
        let page = try page(name)
        let regions = page.tags.filter { $0["role"] == "region" }
        #expect(regions.allSatisfy { $0["tabindex"] == "0" && $0["aria-label"]?.isEmpty == false })
        let wide = page.tags.count { $0.name == "table" || $0.name == "pre" }
        #expect(regions.count == wide)
        #expect(Set(regions.compactMap { $0["aria-label"] }).count == regions.count)
    }

    @Test("the same view gives the same bytes", arguments: names)
    func renderingIsDeterministic(name: String) throws {
        #expect(try page(name).source == page(name).source)
    }
}
