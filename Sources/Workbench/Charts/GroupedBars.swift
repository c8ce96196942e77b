// SPDX-License-Identifier: Apache-2.0

/// A group of bars that are compared with each other, such as one age band.
struct BarGroup {
    var name: String
    /// One a series, in the order of the series.
    var counts: [ShownCount]
}

/// Two or three series side by side: a filled, an open and a striped bar in each group.
///
/// Every bar carries its number; a hidden count is a dashed box of one small size.
func groupedBars(
    id: String, title: String, description: String, series: [String], groups: [BarGroup]
) -> HTML {
    let most = Double(max(1, groups.flatMap(\.counts).compactMap(\.shown).max() ?? 1))
    let thickness = 15
    let step = series.count * thickness + 12
    let head = 30
    /// Where bars begin and how far the longest reaches; numbers need the rest.
    let origin = 0.16
    let reach = 0.70
    return picture(
        id: id, class: "chart", height: head + max(1, groups.count * step), title: title,
        description: description
    ) {
        for (position, name) in series.enumerated() {
            let x = origin + Double(position) * 0.28
            rectangle(seriesShape(position), x: x, width: 0.045, y: 3.5, height: 9)
            label(name, x: x + 0.055, y: 13)
        }
        for (row, group) in groups.enumerated() {
            let top = Double(head + row * step)
            let middle = top + Double(series.count * thickness) / 2 + 3
            label(group.name, x: origin, y: middle, shift: -8, anchor: "end")
            for (position, count) in group.counts.enumerated() {
                let y = top + Double(position * thickness)
                let width = count.shown.map { Double($0) / most * reach } ?? 0.03
                let shape = count.shown == nil ? "withheld" : seriesShape(position)
                if width > 0 {
                    rectangle(shape, x: origin, width: width, y: y + 1.5, height: 11)
                }
                label(count.text, x: origin + width, y: y + 12, shift: 6, class: "value")
            }
        }
        stroke(
            "axis", x1: origin, y1: Double(head) - 4, x2: origin,
            y2: Double(head + groups.count * step) - 6)
    }
}

private func seriesShape(_ position: Int) -> String {
    switch position {
    case 0: "bar"
    case 1: "open"
    default: "faint"
    }
}
