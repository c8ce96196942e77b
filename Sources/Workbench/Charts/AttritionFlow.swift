// SPDX-License-Identifier: Apache-2.0

/// A station of an attrition flow: the entry event or a rule, and who is left after it.
struct AttritionStation: Equatable {
    var name: String
    var isOn: Bool
    var removed: ShownCount
    var remaining: ShownCount
}

/// The way from the entry event through each rule, drawn downwards, with who left at each.
///
/// A rule that is on is a filled mark on the way and a bar as long as those who remain; one that
/// is off is an open mark beside a dashed way, and says so. A hidden count is an open dashed box of
/// one small size.
func attritionFlow(
    id: String, title: String, description: String, stations: [AttritionStation]
) -> HTML {
    let step = 58
    let most = Double(max(1, stations.compactMap(\.remaining.shown).max() ?? 1))
    /// Where the way runs, where bars begin and how far the longest reaches.
    let way = 0.02
    let origin = 0.06
    let reach = 0.48
    return picture(
        id: id, class: "chart", height: max(1, stations.count * step), title: title,
        description: description
    ) {
        for (position, station) in stations.enumerated() {
            let top = Double(position * step)
            if position > 0 {
                stroke(
                    station.isOn ? "way" : "withheld", x1: way, y1: top - Double(step) + 16,
                    x2: way, y2: top + 6)
            }
        }
        for (position, station) in stations.enumerated() {
            let top = Double(position * step)
            dot(station.isOn ? "bar" : "open", x: way, y: top + 11, radius: 5)
            label(fitted(station.name, to: 38), x: origin, y: top + 15)
            if station.isOn {
                attritionBar(
                    station, isFirst: position == 0, x: origin, most: most, reach: reach, y: top)
            } else {
                label("off: nobody is removed", x: origin, y: top + 35, class: "unit")
            }
        }
    }
}

private func attritionBar(
    _ station: AttritionStation, isFirst: Bool, x: Double, most: Double, reach: Double, y: Double
) -> HTML {
    let width = station.remaining.shown.map { Double($0) / most * reach } ?? 0.04
    let note =
        isFirst || station.removed == .exact(0) || station.removed == .withheld
        ? "" : "\(station.removed.text) removed"
    return HTML {
        if width > 0 {
            rectangle(
                station.remaining.shown == nil ? "withheld" : "bar", x: x, width: width,
                y: y + 24.5, height: 12)
        }
        stroke("axis", x1: x, y1: y + 22, x2: x, y2: y + 39)
        label(
            station.remaining.text, x: x + width, y: y + 35, shift: 6, class: "value", note: note)
    }
}
