// SPDX-License-Identifier: Apache-2.0
import Foundation
import Statistics
import Testing

@testable import Workbench

@Suite("The report of benchmark runs")
struct ReportTests {
    private let source = ReportSample().view.render()

    /// The page without its style sheet, whose text is no markup.
    private func body(_ source: String) -> Markup {
        let parts = source.components(separatedBy: "<style>")
        let after = parts[1].components(separatedBy: "</style>")
        return Markup(parts[0] + after[1])
    }

    @Test("the page is one file: its own style, no script, nothing fetched")
    func isSelfContained() {
        #expect(source.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        let page = body(source)
        #expect(page.unbalanced == nil)
        #expect(!page.tags.contains { ["script", "link", "img", "iframe"].contains($0.name) })
        #expect(!page.tags.contains { $0["src"] != nil })
        #expect(page.tags.compactMap { $0["href"] }.allSatisfy { $0.hasPrefix("#") })
        #expect(source.components(separatedBy: "<style>").count == 2)
        #expect(source.contains("prefers-color-scheme: dark"))
        #expect(source.contains("@media print"))
    }

    @Test("markup in any field of a run stays text")
    func markupStaysText() {
        let plain = body(source)
        for attack in ["<script>alert(1)</script>", "\"><img src=x>", "</style><b>", "<!--"] {
            let hostile = ReportSample(mark: attack).view.render()
            #expect(!hostile.contains(attack))
            #expect(body(hostile).tags.map(\.name) == plain.tags.map(\.name))
        }
    }

    @Test("ids are unique, links lead somewhere, headings never skip a level")
    func isWellFormed() {
        let page = body(source)
        let ids = page.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        for tag in page.tags {
            if let link = tag["href"] { #expect(ids.contains(String(link.dropFirst()))) }
            for name in (tag["aria-labelledby"] ?? "").split(separator: " ") {
                #expect(ids.contains(String(name)))
            }
        }
        let levels = page.tags.compactMap { tag in
            tag.name.first == "h" ? Int(tag.name.dropFirst()) : nil
        }
        #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
        let regions = page.tags.filter { $0["role"] == "region" }.compactMap { $0["aria-label"] }
        #expect(Set(regions).count == regions.count)
    }

    @Test("what the run is, and what it is not, stands on the page")
    func saysWhatItIs() {
        for text in [
            "never an SDBench score", "not reviewed by clinicians", "not the published study",
            "us-medicare", "unconstrained", "5f2c9ad14be07c33", "73.3 %", "$412.50", "Seed",
            "Must-not-miss recall", "9 of 11", "0.1432", "&lt;0.0001", "0.0312",
            "language model: timeout", "id=\"case-0-1-own-1\"", "Aortic dissection",
        ] { #expect(source.contains(text), "\(text)") }
    }

    @Test("a run is on the front unless another is as cheap, as accurate, and better in one")
    func front() {
        let view = ReportSample().view
        #expect(view.runs.indices.map(view.isOnFront) == [true, false, true])
        let sample = ReportSample()
        let equal = RunReportView(
            runs: [
                sample.run("a", right: 5, of: 10, cost: 10),
                sample.run("b", right: 5, of: 10, cost: 10),
            ])
        #expect(equal.runs.indices.map(equal.isOnFront) == [true, true])
    }

    @Test("every mark of a plot lies inside it, whatever the costs")
    func marksLieInside() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<50 {
            let area = PlotArea(most: PlotArea.ceiling(random.uniform() * 100_000))
            let x = area.x(random.uniform() * 200_000)
            let y = area.y(random.uniform() * 2 - 0.5)
            #expect((area.left...area.right).contains(x))
            #expect((area.top...area.bottom).contains(y))
        }
        let ladder = [(0.0, 1.0), (1, 1), (1.2, 1.5), (412, 500), (5_001, 6_000), (0.03, 0.03)]
        for (value, top) in ladder {
            #expect(abs(PlotArea.ceiling(value) - top) < 1e-9, "\(value)")
        }
    }

    @Test("no runs, no cases and no stated probability still give a whole page")
    func emptyRuns() {
        #expect(body(RunReportView(runs: []).render()).unbalanced == nil)
        var run = ReportSample().run("panel", right: 0, of: 0, cost: 0)
        run.bins = []
        run.brier = nil
        run.calibrationError = nil
        run.cases = []
        run.failures = []
        run.shares = []
        let source = RunReportView(runs: [run]).render()
        #expect(body(source).unbalanced == nil)
        #expect(source.contains("stated no probability"))
        #expect(!source.contains("nan"))
    }

    @Test("the same runs give the same bytes")
    func isDeterministic() {
        #expect(ReportSample().view.render() == source)
    }
}
