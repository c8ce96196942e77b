// SPDX-License-Identifier: Apache-2.0

/// A station on the way of the records: its name, its number, and what the number counts.
package struct Station: Sendable, Hashable {
    package var name: String
    package var figure: String
    package var unit: String

    package init(name: String, figure: String, unit: String) {
        self.name = name
        self.figure = figure
        self.unit = unit
    }
}

/// The stations in the order of the way, drawn across for wide pages.
func flowAcross(id: String, title: String, description: String, stations: [Station]) -> HTML {
    let slot = 1 / Double(max(1, stations.count))
    let box = slot * 0.88
    return picture(
        id: id, class: "flow across", height: 84, title: title, description: description
    ) {
        for (position, station) in stations.enumerated() {
            let x = Double(position) * slot + (slot - box) / 2
            if position > 0 {
                stroke("way", x1: x - (slot - box), y1: 42, x2: x, y2: 42)
            }
            rectangle("station", x: x, width: box, y: 1, height: 82)
            let middle = x + box / 2
            label(station.name, x: middle, y: 22, anchor: "middle", class: "name")
            label(station.figure, x: middle, y: 48, anchor: "middle", class: "figure")
            label(station.unit, x: middle, y: 69, anchor: "middle", class: "unit")
        }
    }
}

/// The same stations drawn downwards for narrow pages.
func flowDown(id: String, title: String, description: String, stations: [Station]) -> HTML {
    let step = 54
    return picture(
        id: id, class: "flow down", height: max(1, stations.count * step - 14), title: title,
        description: description
    ) {
        for (position, station) in stations.enumerated() {
            let y = Double(position * step)
            if position > 0 { stroke("way", x1: 0.08, y1: y - 14, x2: 0.08, y2: y) }
            rectangle("station", x: 0.002, width: 0.996, y: y + 0.5, height: 39)
            label(station.name, x: 0.04, y: y + 25, class: "name")
            label(station.figure, x: 0.66, y: y + 25, anchor: "end", class: "figure")
            label(station.unit, x: 0.69, y: y + 25, class: "unit")
        }
    }
}
