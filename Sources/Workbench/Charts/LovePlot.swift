// SPDX-License-Identifier: Apache-2.0

/// One line of a love plot: what is compared, and the standardised difference where it is shown.
struct LoveRow: Equatable {
    var name: String
    var difference: Double?
}

/// Standardised differences as marks on a line each, with the customary bound of 0.1 on both sides.
///
/// A mark to the right, filled, is more frequent in the cohort; to the left, open, less. A
/// difference that is withheld has no mark. Marks beyond the scale stand at its end; their number
/// says how far they are.
func lovePlot(id: String, title: String, description: String, rows: [LoveRow]) -> HTML {
    let step = 38
    let head = 42
    let foot = Double(head + rows.count * step)
    let largest = rows.compactMap(\.difference?.magnitude).filter(\.isFinite).max() ?? 0
    let limit = [0.25, 0.5, 1, 2].first { $0 >= largest } ?? 2
    /// The scale needs room on both sides for a number beside its outermost mark.
    let reach = 0.36
    func x(_ difference: Double) -> Double {
        0.5 + reach * min(1, max(-1, difference / limit))
    }
    return picture(
        id: id, class: "chart", height: Int(foot) + 28, title: title, description: description
    ) {
        label("less in the cohort", x: x(0), y: 12, shift: -12, anchor: "end", class: "unit")
        label("more in the cohort", x: x(0), y: 12, shift: 12, class: "unit")
        for bound in [-0.1, 0.1] {
            stroke("withheld", x1: x(bound), y1: 20, x2: x(bound), y2: foot + 4)
        }
        stroke("axis", x1: x(0), y1: 20, x2: x(0), y2: foot + 4)
        for (position, row) in rows.enumerated() {
            let top = Double(head + position * step)
            label(fitted(row.name, to: 46), x: 0, y: top - 6)
            loveMark(row.difference, at: x, y: top + 8)
        }
        // On a wide scale the bounds lie too close together to be written.
        for mark in limit < 1 ? [-limit, -0.1, 0, 0.1, limit] : [-limit, 0, limit] {
            label(
                mark == 0 ? "0" : NumberText.signed(mark, decimals: mark.magnitude == 0.25 ? 2 : 1),
                x: x(mark), y: foot + 20, anchor: "middle", class: "unit")
        }
    }
}

private func loveMark(_ difference: Double?, at x: (Double) -> Double, y: Double) -> HTML {
    HTML {
        stroke("grid", x1: x(-.infinity), y1: y, x2: x(.infinity), y2: y)
        if let difference, difference.isFinite {
            let isMore = difference >= 0
            dot(isMore ? "bar" : "open", x: x(difference), y: y, radius: 5)
            label(
                NumberText.signed(difference), x: x(difference), y: y + 4,
                shift: isMore ? 10 : -10, anchor: isMore ? "start" : "end", class: "value")
        } else {
            label("withheld", x: 1, y: y - 14, anchor: "end", class: "unit")
        }
    }
}
