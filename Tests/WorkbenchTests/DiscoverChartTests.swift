// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Workbench

@Suite("Charts of the discover page")
struct DiscoverChartTests {
    private func steps(_ count: Int) -> [SurvivalStep] {
        (0..<count).map { step in
            let share = 1 - 0.6 * Double(step) / Double(max(1, count))
            return SurvivalStep(
                time: Double(step), estimate: share, lower: max(0, share - 0.1),
                upper: min(1, share + 0.1))
        }
    }

    private func curve(
        _ steps: [SurvivalStep], marks: [SurvivalMark]? = nil, end: Double = 100
    ) -> String {
        survivalCurve(
            id: "s", title: "t", description: "d", steps: steps,
            marks: marks ?? [
                SurvivalMark(time: 0, atRisk: .exact(40)),
                SurvivalMark(time: 100, atRisk: .hidden(below: 11)),
            ], end: end, unit: "Days"
        ).render()
    }

    private func lines(_ chart: String, _ part: String) -> [String] {
        chart.split(separator: "\n").map(String.init).filter { $0.contains(part) }
    }

    @Test("a curve of two steps is drawn to the byte")
    func goldenCurve() {
        let chart = curve([
            SurvivalStep(time: 0, estimate: 1, lower: 1, upper: 1),
            SurvivalStep(time: 50, estimate: 0.5, lower: 0.25, upper: 0.75),
        ])
        // From 13 % to 95 % across and 284 to 30 down: day 50 lies at 54 %, a half at 157.
        let points = [("13%", "30"), ("54%", "30"), ("54%", "157"), ("95%", "157")]
        #expect(
            lines(chart, "range")
                == zip(points, points.dropFirst()).map { from, to in
                    #"<line class="range" stroke-linecap="square" x1="\#(from.0)" y1="\#(from.1)" "#
                        + #"x2="\#(to.0)" y2="\#(to.1)"></line>"#
                })
        #expect(
            lines(chart, "faint") == [
                #"<g opacity="0.35"><rect class="faint" x="54%" y="93.5" width="41.2%" "#
                    + #"height="127"></rect>"#
            ])
        #expect(chart.contains(">&lt;11</text>") && chart.contains(">40</text>"))
    }

    @Test("nothing is drawn after the last day that may be shown")
    func curveEnds() throws {
        let chart = curve(steps(100), end: 50)
        let ends = lines(chart, "range").compactMap { line in
            line.components(separatedBy: "x2=\"").last?.components(separatedBy: "%").first
                .flatMap(Double.init)
        }
        #expect(ends.max() == 54)
    }

    @Test("a curve of many steps stays a small picture and keeps its last value")
    func curveIsThinned() {
        let chart = curve(
            steps(20_000), marks: [SurvivalMark(time: 19_999, atRisk: .exact(20))], end: 19_999)
        #expect(lines(chart, "range").count < 800)
        #expect(lines(chart, "range").last?.contains("y1=\"182.39\"") == true)
    }

    @Test("the axis begins at zero unless the band lies high, and says so")
    func axisFoot() {
        #expect(!curve(steps(100)).contains("The axis begins"))
        let high = [SurvivalStep(time: 0, estimate: 1, lower: 0.93, upper: 1)]
        #expect(curve(high).contains("The axis begins at 90 %."))
    }

    @Test("a hidden count is drawn the same whatever lies behind it or beside it")
    func hiddenColumns() {
        func column(_ others: Int) -> [String] {
            lines(
                histogram(
                    id: "h", title: "t", description: "d",
                    bins: [
                        HistogramBin(lower: "20", count: .exact(others)),
                        HistogramBin(lower: "30", count: .hidden(below: 11)),
                    ], end: "40", unit: "Age"
                ).render(), "withheld")
        }
        func station(_ most: Int) -> [String] {
            lines(
                attritionFlow(
                    id: "a", title: "t", description: "d",
                    stations: [
                        AttritionStation(
                            name: "a", isOn: true, removed: .exact(0), remaining: .exact(most)),
                        AttritionStation(
                            name: "b", isOn: true, removed: .hidden(below: 11),
                            remaining: .hidden(below: 11)),
                    ]
                ).render(), "withheld")
        }
        #expect(column(12).count == 1 && column(12) == column(40_000))
        #expect(station(12).count == 1 && station(12) == station(40_000))
    }

    @Test("a rule that is off has an open mark, a dashed way and words")
    func ruleOff() {
        let chart = attritionFlow(
            id: "a", title: "t", description: "d",
            stations: [
                AttritionStation(name: "a", isOn: true, removed: .exact(0), remaining: .exact(90)),
                AttritionStation(name: "b", isOn: false, removed: .exact(0), remaining: .exact(90)),
            ]
        ).render()
        #expect(chart.contains("off: nobody is removed"))
        #expect(lines(chart, "<circle class=\"open\"").count == 1)
        #expect(lines(chart, "<line class=\"withheld\"").count == 1)
        #expect(lines(chart, "<rect").count == 1)
    }

    @Test("more stands filled at the right, less open at the left, what is withheld nowhere")
    func loveMarks() {
        let chart = lovePlot(
            id: "l", title: "t", description: "d",
            rows: [
                LoveRow(name: "more", difference: 0.25), LoveRow(name: "less", difference: -0.25),
                LoveRow(name: "unknown", difference: nil),
                LoveRow(name: "broken", difference: .nan),
            ]
        ).render()
        #expect(lines(chart, "<circle class=\"bar\" cx=\"86%\"").count == 1)
        #expect(lines(chart, "<circle class=\"open\" cx=\"14%\"").count == 1)
        #expect(lines(chart, ">withheld</text>").count == 2)
        #expect(chart.contains("+0.25") && chart.contains("−0.25") && !chart.contains("nan"))
    }

    @Test("charts without anything to draw are still well formed")
    func emptyCharts() {
        let charts = [
            survivalCurve(
                id: "a", title: "t", description: "d", steps: [], marks: [], end: 0, unit: "u"),
            histogram(id: "b", title: "t", description: "d", bins: [], end: "", unit: "u"),
            lovePlot(id: "c", title: "t", description: "d", rows: []),
            attritionFlow(id: "d", title: "t", description: "d", stations: []),
        ]
        for chart in charts {
            #expect(Markup("<x" + chart.render()).unbalanced == nil)
            #expect(!chart.render().contains("height=\"-"))
        }
    }

    @Test("a drawing as a file names its space, carries its colours and asks for nothing")
    func pictureFiles() {
        let chart = attritionFlow(
            id: "a", title: "t<", description: "d",
            stations: [
                AttritionStation(name: "&", isOn: true, removed: .exact(0), remaining: .exact(9))
            ])
        let file = String(decoding: pictureFile(chart), as: UTF8.self)
        #expect(file.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns="))
        #expect(file.contains("xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(file.contains("width=\"728\"") && !file.contains("width=\"100%\" height"))
        #expect(!file.contains("var(") && !file.contains("url(") && !file.contains("href"))
        #expect(file.contains("&amp;") && file.contains("t&lt;"))
        #expect(pictureFile(tag("p") { "no chart" }).isEmpty)
    }
}
