// SPDX-License-Identifier: Apache-2.0

/// One series of a chart over minutes.
struct MinuteSeries {
    var name: String
    /// A class of the style sheet.
    var shape: String
    /// One a minute.
    var values: [Int]
}

/// Bars side by side over minutes, stacked where there are several series.
///
/// The last minute is still running, so its bar may grow; the axis says so.
///
/// - Parameter text: writes a value at the axis.
func minuteBars(
    id: String, title: String, description: String, times: [String], series: [MinuteSeries],
    text: (Int) -> String
) -> HTML {
    let plot = MinutePlot(times: times)
    let sums = times.indices.map { minute in
        series.reduce(0) { $0 + ($1.values.indices.contains(minute) ? $1.values[minute] : 0) }
    }
    let most = PlotArea.ceiling(Double(max(1, sums.max() ?? 1)))
    return picture(
        id: id, class: "chart minutes", height: plot.height, title: title, description: description
    ) {
        plot.grid(most: most, text: text)
        plot.legend(series.count > 1 ? series.map { ($0.name, $0.shape) } : [])
        for minute in times.indices {
            plot.stack(series, at: minute, most: most)
        }
    }
}

/// A line from the lower to the upper value of each minute, with a mark at the lower one.
func minuteSpans(
    id: String, title: String, description: String, times: [String], lower: [Int?], upper: [Int?],
    text: (Int) -> String
) -> HTML {
    let plot = MinutePlot(times: times)
    let most = PlotArea.ceiling(Double(max(1, upper.compactMap { $0 }.max() ?? 1)))
    return picture(
        id: id, class: "chart minutes", height: plot.height, title: title, description: description
    ) {
        plot.grid(most: most, text: text)
        plot.legend([("median", "bar"), ("up to 95 in 100", "faint")])
        for minute in times.indices {
            if let low = lower[minute], let high = upper[minute] {
                let (x, width) = plot.column(minute)
                let (foot, head) = (plot.y(low, of: most), plot.y(high, of: most))
                rectangle(
                    "faint", x: x + width * 0.3, width: width * 0.4, y: head,
                    height: max(1, foot - head))
                rectangle("bar", x: x, width: width, y: foot - 1.5, height: 3)
            }
        }
    }
}

/// Where things stand in a chart over minutes.
private struct MinutePlot {
    let times: [String]
    let top = 30.0
    let bottom = 150.0
    let left = 0.14
    let height = 176

    /// Left end and width of a minute's column.
    func column(_ minute: Int) -> (x: Double, width: Double) {
        let step = (1 - left) / Double(max(1, times.count))
        return (left + step * (Double(minute) + 0.14), step * 0.72)
    }

    func y(_ value: Int, of most: Double) -> Double {
        bottom - (bottom - top) * min(1, Double(max(0, value)) / most)
    }

    func grid(most: Double, text: (Int) -> String) -> HTML {
        HTML {
            for part in 0...2 {
                let height = bottom - (bottom - top) * Double(part) / 2
                stroke(part == 0 ? "axis" : "grid", x1: left, y1: height, x2: 1, y2: height)
                label(
                    text(Int((most * Double(part) / 2).rounded())), x: left, y: height + 4,
                    shift: -6, anchor: "end", class: "unit")
            }
            if let first = times.first {
                label(first, x: left, y: bottom + 18, class: "unit")
                if times.count > 2 {
                    label(
                        times[times.count / 2], x: column(times.count / 2).x, y: bottom + 18,
                        anchor: "middle", class: "unit")
                }
                label("now", x: 1, y: bottom + 18, anchor: "end", class: "unit")
            }
        }
    }

    func legend(_ entries: [(name: String, shape: String)]) -> HTML {
        HTML {
            for (position, entry) in entries.enumerated() {
                let x = left + Double(position) * 0.26
                rectangle(entry.shape, x: x, width: 0.035, y: 4.5, height: 9)
                label(entry.name, x: x + 0.035, y: 14, shift: 6)
            }
        }
    }

    /// The bars of one minute, each on the one before.
    func stack(_ series: [MinuteSeries], at minute: Int, most: Double) -> HTML {
        let (x, width) = column(minute)
        var below = 0
        var bars: [HTML] = []
        for part in series where part.values.indices.contains(minute) && part.values[minute] > 0 {
            let value = part.values[minute]
            let foot = y(below, of: most)
            let head = y(below + value, of: most)
            bars.append(
                rectangle(part.shape, x: x, width: width, y: head, height: max(1, foot - head)))
            below += value
        }
        return HTML { for bar in bars { bar } }
    }
}
