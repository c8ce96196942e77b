// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Workbench

@Suite struct ChartTests {
    @Test("an attrition chart is drawn to the byte")
    func goldenBars() {
        let chart = barChart(
            id: "a", title: "Remaining", description: "adult: 200; women: <11.",
            bars: [
                Bar(name: "adult", count: .exact(200)),
                Bar(name: "women", count: .hidden(below: 11), note: "<11 removed"),
            ])
        #expect(
            chart.render() == """
                <svg class="chart" role="img" aria-labelledby="a-t a-d" width="100%" height="92" \
                focusable="false"><title id="a-t">Remaining</title>
                <desc id="a-d">adult: 200; women: &lt;11.</desc>
                <text class="name" x="0%" y="14">adult</text>
                <rect class="bar" x="0%" y="21.5" width="66%" height="12"></rect>
                <line class="axis" x1="0%" y1="19" x2="0%" y2="36"></line>
                <text class="value" x="66%" y="32" dx="6">200</text>
                <text class="name" x="0%" y="60">women</text>
                <rect class="withheld" x="0%" y="67.5" width="4%" height="12"></rect>
                <line class="axis" x1="0%" y1="65" x2="0%" y2="82"></line>
                <text class="value" x="4%" y="78" dx="6">&lt;11\
                <tspan class="unit" dx="6">&lt;11 removed</tspan></text>
                </svg>

                """)
    }

    @Test(
        "a supporting weight grows to the right and filled, a contradicting one to the left and open"
    )
    func weights() {
        let supporting = weightBar(id: "w", title: "supports", weight: 1, limit: 2).render()
        #expect(supporting.contains(#"<rect class="for" x="50%" y="2" width="25%" height="10">"#))
        let contradicting = weightBar(id: "w", title: "contradicts", weight: -2, limit: 2).render()
        #expect(
            contradicting.contains(#"<rect class="against" x="0%" y="2.5" width="50%" height="9">"#)
        )
        let silent = weightBar(id: "w", title: "says nothing", weight: 0, limit: 2).render()
        #expect(!silent.contains("for\"") && !silent.contains("against"))
        let broken = weightBar(id: "w", title: "–", weight: .nan, limit: 0).render()
        #expect(!broken.contains("nan"))
    }

    @Test("a hidden count is drawn the same whatever the others are")
    func hiddenCountsLookAlike() {
        func hidden(beside most: Int) -> [String] {
            groupedBars(
                id: "g", title: "t", description: "d", series: ["Women", "Men"],
                groups: [BarGroup(name: "18–29", counts: [.exact(most), .hidden(below: 11)])]
            ).render().split(separator: "\n").map(String.init).filter { $0.contains("withheld") }
        }
        #expect(hidden(beside: 12).count == 1)
        #expect(hidden(beside: 12) == hidden(beside: 40_000))
    }

    @Test("charts without anything to draw are still well formed")
    func emptyCharts() {
        let charts = [
            barChart(id: "a", title: "t", description: "d", bars: []),
            groupedBars(id: "b", title: "t", description: "d", series: [], groups: []),
            flowAcross(id: "c", title: "t", description: "d", stations: []),
            flowDown(id: "d", title: "t", description: "d", stations: []),
        ]
        for chart in charts {
            #expect(Markup("<x" + chart.render()).unbalanced == nil)
            #expect(!chart.render().contains("height=\"-"))
        }
    }
}
