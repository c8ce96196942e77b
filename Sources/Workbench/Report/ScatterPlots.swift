// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Where a plot with two axes lies: shares across, pixels down.
struct PlotArea {
    /// Share of the width left of the vertical axis.
    var left = 0.13
    var right = 0.95
    var top = 24.0
    var bottom = 284.0
    /// Values at the left and right end.
    var most = 1.0

    func x(_ value: Double) -> Double {
        left + (right - left) * min(1, max(0, most > 0 ? value / most : 0))
    }

    func y(_ share: Double) -> Double {
        bottom - (bottom - top) * min(1, max(0, share))
    }

    /// Lines at every fifth of the height with their percentages, and the two axes.
    var grid: HTML {
        HTML {
            for fifth in 0...5 {
                let height = y(Double(fifth) / 5)
                stroke(
                    fifth == 0 ? "axis" : "grid", x1: left, y1: height, x2: right, y2: height)
                label(
                    "\(fifth * 20) %", x: left, y: height + 4, shift: -6, anchor: "end",
                    class: "unit")
            }
            stroke("axis", x1: left, y1: top, x2: left, y2: bottom)
        }
    }

    /// The next number of a ladder of round ones that is no less than the value.
    static func ceiling(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        var step = 1.0
        while step * 10 <= value { step *= 10 }
        while step > value { step /= 10 }
        return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map { $0 * step }.first { $0 >= value } ?? step
            * 10
    }
}

/// A round mark.
func dot(_ shape: String, x: Double, y: Double, radius: Double) -> HTML {
    tag(
        "circle",
        [
            "class": shape, "cx": NumberText.share(x), "cy": NumberText.coordinate(y),
            "r": NumberText.coordinate(radius),
        ]
    ) {}
}

extension RunReportView {
    /// Mean cost against accuracy, one mark a run, each with both intervals.
    var paretoPlot: HTML {
        var area = PlotArea()
        area.most = PlotArea.ceiling(runs.map(\.all.costInterval.upper).max() ?? 1)
        return picture(
            id: "pareto", class: "chart", height: 330, title: "Mean cost against accuracy",
            description: runs.indices.map(inWords).joined(separator: " ")
        ) {
            area.grid
            for quarter in 0...4 {
                let cost = area.most * Double(quarter) / 4
                label(
                    "$" + NumberText.fixed(cost, decimals: area.most < 20 ? 1 : 0),
                    x: area.x(cost), y: area.bottom + 18, anchor: "middle", class: "unit")
            }
            label("Accuracy", x: 0, y: 12, class: "unit")
            label(
                "Mean cost of a case, US dollars", x: area.right, y: area.bottom + 38,
                anchor: "end", class: "unit")
            for position in runs.indices { mark(position, in: area) }
        }
    }

    private func mark(_ position: Int, in area: PlotArea) -> HTML {
        let row = runs[position].all
        let x = area.x(row.meanCost)
        let y = area.y(row.accuracy.value)
        let ends = row.accuracy.interval
        return HTML {
            stroke("range", x1: x, y1: area.y(ends.lower), x2: x, y2: area.y(ends.upper))
            stroke(
                "range", x1: area.x(row.costInterval.lower), y1: y,
                x2: area.x(row.costInterval.upper), y2: y)
            dot(isOnFront(position) ? "bar" : "open", x: x, y: y, radius: 5.5)
            label(RunReportView.letter(position), x: x, y: y - 9, shift: 8, class: "value")
        }
    }

    private func inWords(_ position: Int) -> String {
        let row = runs[position].all
        return "\(RunReportView.letter(position)): \(NumberText.percent(row.accuracy.value)) right "
            + "at \(NumberText.dollars(row.meanCost))."
    }
}

extension RunReportView.Run {
    /// Stated probability against the share that was right, with Wilson intervals.
    func reliabilityPlot(id: String) -> HTML {
        let area = PlotArea()
        return picture(
            id: id, class: "chart square", height: 330,
            title: "Stated probability against the share that was right",
            description: bins.map { bin in
                "Stated \(NumberText.percent(bin.stated)), right \(bin.right.successes) of "
                    + "\(bin.right.count)."
            }.joined(separator: " ")
        ) {
            area.grid
            stroke(
                "withheld", x1: area.x(0), y1: area.y(0), x2: area.x(1), y2: area.y(1))
            for fifth in 0...5 {
                label(
                    "\(fifth * 20) %", x: area.x(Double(fifth) / 5), y: area.bottom + 18,
                    anchor: "middle", class: "unit")
            }
            label("Right", x: 0, y: 12, class: "unit")
            label(
                "Probability stated for the own diagnosis", x: area.right, y: area.bottom + 38,
                anchor: "end", class: "unit")
            for bin in bins {
                let x = area.x(bin.stated)
                let ends = bin.right.interval
                stroke("range", x1: x, y1: area.y(ends.lower), x2: x, y2: area.y(ends.upper))
                dot("bar", x: x, y: area.y(bin.right.value), radius: 5)
            }
        }
    }
}
