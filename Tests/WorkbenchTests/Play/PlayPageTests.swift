// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Workbench

@Suite("The play page")
struct PlayPageTests {
    static let names = PlaySample().pages.map(\.name)

    private func page(_ name: String, mark: String = "") throws -> Markup {
        let page = try #require(PlaySample(mark: mark).pages.first { $0.name == name }?.page)
        return Markup(page.render(in: Samples().frame))
    }

    @Test("markup in any field stays text", arguments: names)
    func markupStaysText(name: String) throws {
        let plain = try page(name)
        for attack in [#"<script>alert(1)</script>"'&"#, #""><img src=x>"#, "</textarea><!--"] {
            let hostile = try page(name, mark: attack)
            #expect(hostile.tags.map(\.name) == plain.tags.map(\.name))
            #expect(!hostile.source.contains(attack))
        }
    }

    @Test("every state works by keyboard: labelled fields, one place to go on", arguments: names)
    func isAccessible(name: String) throws {
        let page = try page(name)
        #expect(page.unbalanced == nil)
        let ids = page.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        let labelled = Set(page.tags.filter { $0.name == "label" }.compactMap { $0["for"] })
        for field in page.tags where ["input", "select"].contains(field.name) {
            guard field["type"] != "hidden" else { continue }
            #expect(labelled.contains(try #require(field["id"])), "\(field)")
        }
        for tag in page.tags {
            for reference in ["for", "list", "aria-describedby", "aria-labelledby"] {
                for part in (tag[reference] ?? "").split(separator: " ") {
                    #expect(ids.contains(String(part)), "\(part)")
                }
            }
        }
        let levels = page.tags.compactMap { tag in
            tag.name.first == "h" ? Int(tag.name.dropFirst()) : nil
        }
        #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
        if name.hasPrefix("play-"), name != "play-needed" {
            #expect(page.tags.contains { $0["id"] == "focus" && $0["tabindex"] == "-1" })
        }
    }

    @Test("every form of a case posts to it, with the token, and comes back at the newest answer")
    func formsPost() throws {
        for name in ["play-unaided", "play-references", "play-panel", "play-sure"] {
            let forms = try page(name).source.components(separatedBy: "<form").dropFirst()
            #expect(forms.count >= (name == "play-sure" ? 1 : 3))
            for form in forms {
                #expect(form.contains(#"action="/play/9c1f0a6e4d7b2358#focus""#))
                #expect(form.contains(#"name="csrf" value="t0ken-7f3a""#))
            }
        }
    }

    @Test("the list of cases shows number, age and sex, and neither id nor diagnosis")
    func listGivesNothingAway() throws {
        let source = try page("play").source
        #expect(source.contains("Case 1 · female, age 46"))
        #expect(!source.contains("own-"))
    }

    @Test("only the arm with the panel shows it, and only the arm with references shows those")
    func arms() throws {
        let unaided = try page("play-unaided").source
        #expect(!unaided.contains("id=\"panel\"") && !unaided.contains("id=\"references\""))
        #expect(try page("play-panel").source.contains("id=\"panel\""))
        #expect(try page("play-references").source.contains("id=\"references\""))
    }

    @Test("a refused request says that nothing was charged, a test what it cost")
    func prices() throws {
        let source = try page("play-unaided").source
        #expect(source.contains("Nothing was revealed or charged."))
        #expect(source.contains("$27.45; without a price in the schedule: odd test."))
        #expect(source.contains("$203.45"))
    }

    @Test("the truth is on no page before the verdict")
    func truthWaits() throws {
        #expect(try page("play-right").source.contains("The truth"))
        for name in ["play", "play-unaided", "play-sure"] {
            #expect(try !page(name).source.contains("The truth"))
        }
    }
}
