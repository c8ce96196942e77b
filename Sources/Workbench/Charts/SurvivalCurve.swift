// SPDX-License-Identifier: Apache-2.0

/// A step of a survival curve: from this time on the estimate and its interval, as shares 0...1.
struct SurvivalStep: Equatable {
    var time: Double
    var estimate: Double
    var lower: Double
    var upper: Double
}

/// A mark of the time axis, and how many are followed then.
struct SurvivalMark: Equatable {
    var time: Double
    var atRisk: ShownCount
}

/// A survival curve with its interval as a band, and the numbers at risk below its axis.
///
/// The curve is drawn up to `end` and no further. The height begins at zero unless all of the band
/// lies in the upper half; then it begins at a round share below the band, which is written on the
/// chart.
///
/// - Parameters:
///   - steps: in order of time, the first at the beginning.
///   - marks: of the time axis, in order; the last is the right end of the axis.
///   - end: last time up to which the curve may be drawn.
///   - unit: of the time, such as `Days from the index date`.
func survivalCurve(
    id: String, title: String, description: String, steps: [SurvivalStep], marks: [SurvivalMark],
    end: Double, unit: String
) -> HTML {
    let plot = SurvivalPlot(steps: steps, marks: marks, end: end)
    return picture(
        id: id, class: "chart", height: 372, title: title, description: description
    ) {
        plot.grid
        plot.band
        plot.curve
        plot.axis(unit: unit)
        plot.atRisk
    }
}

private struct SurvivalPlot {
    var area = PlotArea()
    /// The share at the foot of the vertical axis.
    var foot = 0.0
    let steps: [SurvivalStep]
    let marks: [SurvivalMark]
    let end: Double

    /// More steps than a wide screen has columns for the curve would only be drawn over each other.
    private static let columns = 360.0

    init(steps: [SurvivalStep], marks: [SurvivalMark], end: Double) {
        area.most = marks.last?.time ?? end
        area.top = 30
        let lowest = steps.map(\.lower).min() ?? 0
        foot = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5].first { $0 < lowest } ?? 0
        self.steps = SurvivalPlot.thinned(steps, until: end, over: area.most)
        self.marks = marks
        self.end = min(end, area.most)
    }

    /// The last step of each column, so that a curve of thousands of events stays a small picture.
    private static func thinned(
        _ steps: [SurvivalStep], until end: Double, over most: Double
    ) -> [SurvivalStep] {
        var result: [SurvivalStep] = []
        var last = -1.0
        for step in steps where step.time <= end && step.time >= 0 {
            let column = most > 0 ? (step.time / most * columns).rounded(.down) : 0
            if column == last, result.count > 1 { result.removeLast() }
            result.append(step)
            last = column
        }
        return result
    }

    private func y(_ share: Double) -> Double { area.y((share - foot) / (1 - foot)) }

    private func ends(_ position: Int) -> (Double, Double) {
        let next = position + 1 < steps.count ? steps[position + 1].time : end
        return (area.x(steps[position].time), area.x(max(steps[position].time, next)))
    }

    var grid: HTML {
        HTML {
            for part in 0...5 {
                let share = foot + (1 - foot) * Double(part) / 5
                stroke(
                    part == 0 ? "axis" : "grid", x1: area.left, y1: y(share), x2: area.right,
                    y2: y(share))
                label(
                    NumberText.fixed(share * 100, decimals: foot < 0.95 ? 0 : 1) + " %",
                    x: area.left, y: y(share) + 4, shift: -6, anchor: "end", class: "unit")
            }
            stroke("axis", x1: area.left, y1: area.top, x2: area.left, y2: area.bottom)
            label("Without the outcome", x: 0, y: 12, class: "unit")
            if foot > 0 {
                label(
                    "The axis begins at \(NumberText.fixed(foot * 100, decimals: 0)) %.",
                    x: area.right, y: 12, anchor: "end", class: "unit")
            }
        }
    }

    /// Pieces overlap so that no seam shows, and are seen through as one group, so that no
    /// overlap does.
    var band: HTML {
        tag("g", ["opacity": "0.35"]) {
            for (position, step) in steps.enumerated() {
                let (left, right) = ends(position)
                let (above, below) = (y(step.upper), y(step.lower))
                if right > left, below > above {
                    rectangle(
                        "faint", x: left, width: right - left + 0.002, y: above,
                        height: below - above)
                }
            }
        }
    }

    var curve: HTML {
        HTML {
            for (position, step) in steps.enumerated() {
                let (left, right) = ends(position)
                let height = y(step.estimate)
                if position > 0 {
                    joined(x1: left, y1: y(steps[position - 1].estimate), x2: left, y2: height)
                }
                joined(x1: left, y1: height, x2: right, y2: height)
            }
        }
    }

    func axis(unit: String) -> HTML {
        HTML {
            for (position, mark) in marks.enumerated() {
                let x = area.x(mark.time)
                let isLast = position == marks.count - 1
                stroke("axis", x1: x, y1: area.bottom, x2: x, y2: area.bottom + 5)
                label(
                    NumberText.fixed(mark.time, decimals: 0), x: x, y: area.bottom + 19,
                    anchor: isLast && position > 0 ? "end" : "middle", class: "unit")
            }
            label(unit, x: area.right, y: area.bottom + 37, anchor: "end", class: "unit")
        }
    }

    var atRisk: HTML {
        HTML {
            label("Number at risk", x: 0, y: area.bottom + 60, class: "unit")
            for (position, mark) in marks.enumerated() {
                let isLast = position == marks.count - 1
                label(
                    mark.atRisk.text, x: area.x(mark.time), y: area.bottom + 80,
                    anchor: isLast && position > 0 ? "end" : "middle", class: "name")
            }
        }
    }

    private func joined(x1: Double, y1: Double, x2: Double, y2: Double) -> HTML {
        tag(
            "line",
            [
                "class": "range", "stroke-linecap": "square", "x1": NumberText.share(x1),
                "y1": NumberText.coordinate(y1), "x2": NumberText.share(x2),
                "y2": NumberText.coordinate(y2),
            ]
        ) {}
    }
}
