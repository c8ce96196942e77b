// SPDX-License-Identifier: Apache-2.0

/// One column of a histogram: where it begins, and how many fall into it.
struct HistogramBin: Equatable {
    /// Written below its left edge.
    var lower: String
    var count: ShownCount
}

/// Columns side by side over one scale of numbers.
///
/// A hidden count is an open dashed box of one small size, whatever lies behind it. Counts stand on
/// their columns where there is room for them.
///
/// - Parameters:
///   - end: written below the right edge of the last column.
///   - unit: what the columns measure, such as `Age in years`.
func histogram(
    id: String, title: String, description: String, bins: [HistogramBin], end: String, unit: String
) -> HTML {
    var area = PlotArea()
    area.top = 34
    area.bottom = 214
    area.left = 0.02
    area.right = 0.98
    let most = Double(max(1, bins.compactMap(\.count.shown).max() ?? 1))
    let slot = (area.right - area.left) / Double(max(1, bins.count))
    let hasNumbers = bins.count <= 12
    // A few labels of the axis fit a phone; every second or fifth stands for the rest.
    let stride = bins.count <= 12 ? 1 : bins.count <= 24 ? 2 : 5
    return picture(
        id: id, class: "chart", height: 262, title: title, description: description
    ) {
        if hasNumbers { label("Persons", x: area.left, y: 12, class: "unit") }
        for (position, bin) in bins.enumerated() {
            let left = area.left + Double(position) * slot
            let share = bin.count.shown.map { Double($0) / most } ?? 0.05
            let top = area.y(share)
            if share > 0 {
                rectangle(
                    bin.count.shown == nil ? "withheld" : "bar", x: left + slot * 0.06,
                    width: slot * 0.88, y: top, height: area.bottom - top)
            }
            if hasNumbers {
                label(
                    bin.count.text, x: left + slot / 2, y: top - 5, anchor: "middle",
                    class: "unit")
            }
            stroke("axis", x1: left, y1: area.bottom, x2: left, y2: area.bottom + 5)
            if position % stride == 0 {
                label(bin.lower, x: left, y: area.bottom + 19, anchor: "middle", class: "unit")
            }
        }
        if !hasNumbers {
            stroke("grid", x1: area.left, y1: area.top, x2: area.right, y2: area.top)
            label(
                "\(NumberText.whole(Int(most))) persons", x: area.left, y: area.top - 5,
                class: "unit")
        }
        stroke("axis", x1: area.left, y1: area.bottom, x2: area.right, y2: area.bottom)
        stroke("axis", x1: area.right, y1: area.bottom, x2: area.right, y2: area.bottom + 5)
        if bins.count % stride == 0 {
            label(end, x: area.right, y: area.bottom + 19, anchor: "middle", class: "unit")
        }
        label(unit, x: area.right, y: area.bottom + 40, anchor: "end", class: "unit")
    }
}
