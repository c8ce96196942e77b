// SPDX-License-Identifier: Apache-2.0

/// One bar of a horizontal bar chart.
struct Bar {
    var name: String
    var count: ShownCount
    /// What stands after the count, such as how many a rule removed.
    var note = ""
}

/// Bars in the order given, each under its name and with its number at its end.
///
/// A hidden count is drawn as an open dashed box of one small size, whatever lies behind it.
func barChart(id: String, title: String, description: String, bars: [Bar]) -> HTML {
    let most = Double(max(1, bars.compactMap(\.count.shown).max() ?? 1))
    let step = 46
    /// How far the longest bar reaches; its number needs the rest.
    let reach = 0.66
    return picture(
        id: id, class: "chart", height: max(1, bars.count * step), title: title,
        description: description
    ) {
        for (position, bar) in bars.enumerated() {
            let top = Double(position * step)
            let width = bar.count.shown.map { Double($0) / most * reach } ?? 0.04
            label(fitted(bar.name, to: 46), x: 0, y: top + 14)
            if width > 0 {
                rectangle(
                    bar.count.shown == nil ? "withheld" : "bar", width: width, y: top + 21.5,
                    height: 12)
            }
            stroke("axis", x1: 0, y1: top + 19, x2: 0, y2: top + 36)
            label(bar.count.text, x: width, y: top + 32, shift: 6, class: "value", note: bar.note)
        }
    }
}

/// A bar inside a table row: a share of the widest one, 0...1.
func rowBar(id: String, title: String, share: Double) -> HTML {
    picture(id: id, class: "rowbar", height: 10, title: title) {
        rectangle("track", width: 1, y: 0, height: 10)
        rectangle("bar", width: share, y: 0, height: 10)
    }
}

/// A weight as a bar from the middle: to the right it supports, to the left it contradicts.
///
/// Supporting bars are filled and contradicting ones open, so that the sign needs no colour.
///
/// - Parameters:
///   - weight: a natural-log likelihood ratio.
///   - limit: the weight that fills half the width; the same for all bars compared.
func weightBar(id: String, title: String, weight: Double, limit: Double) -> HTML {
    let part = limit > 0 && weight.isFinite ? min(1, weight.magnitude / limit) / 2 : 0
    return picture(id: id, class: "rowbar weight", height: 14, title: title) {
        rectangle("track", width: 1, y: 2, height: 10)
        if part > 0, weight > 0 {
            rectangle("for", x: 0.5, width: part, y: 2, height: 10)
        } else if part > 0 {
            rectangle("against", x: 0.5 - part, width: part, y: 2.5, height: 9)
        }
        stroke("axis", x1: 0.5, y1: 0, x2: 0.5, y2: 14)
    }
}
