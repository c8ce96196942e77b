// SPDX-License-Identifier: Apache-2.0

/// A picture that stands by itself in a file: a name, a description, its own style, no script.
///
/// Across, places are shares of the width; down, they are pixels: letters keep their size from a
/// phone to a wide page. Ink follows the reader's light or dark setting.
struct OutputSVG {
    private var body = ""
    private let title: String
    private let description: String
    private let height: Int

    init(title: String, description: String, height: Int) {
        self.title = title
        self.description = description
        self.height = height
    }

    private static let style = """
        svg{color:#1c1e21;--paper:#fff;--s0:#1f5fae;--s1:#b4500f;--s2:#2c7a4b;--s3:#7a3f9d;\
        --s4:#666;font:13px system-ui,sans-serif;font-variant-numeric:tabular-nums}\
        @media(prefers-color-scheme:dark){svg{color:#e8e8e6;--paper:#17181a;--s0:#7fb2f0;\
        --s1:#f0a06a;--s2:#7fcf9f;--s3:#c79be6;--s4:#aaa}}\
        .paper{fill:var(--paper)}text{fill:currentColor}.quiet{opacity:.7}\
        .title{font-weight:600;font-size:15px}.axis{stroke:currentColor;stroke-opacity:.25}\
        .line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}.band{opacity:.16}\
        .bar{fill:var(--s0)}.track{fill:currentColor;opacity:.1}
        """

    var text: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" width="100%" \
        height="\(height)"><title id="t">\(OutputSVG.escaped(title))</title>\
        <desc id="d">\(OutputSVG.escaped(description))</desc><style>\(OutputSVG.style)</style>\
        <rect class="paper" width="100%" height="100%"/>\(body)</svg>

        """
    }

    /// - Parameter place: `start`, `middle` or `end` of the text is at `x`.
    mutating func label(
        _ text: String, x: Double, y: Double, place: String = "start", shape: String = "",
        fill: String? = nil
    ) {
        let ink = fill.map { " style=\"fill:\($0)\"" } ?? ""
        body += """
            <text class="\(shape)" x="\(OutputSVG.share(x))" y="\(OutputSVG.number(y))" \
            text-anchor="\(place)"\(ink)>\(OutputSVG.escaped(text))</text>
            """
    }

    mutating func axis(x1: Double, y1: Double, x2: Double, y2: Double) {
        body += """
            <line class="axis" x1="\(OutputSVG.share(x1))" y1="\(OutputSVG.number(y1))" \
            x2="\(OutputSVG.share(x2))" y2="\(OutputSVG.number(y2))"/>
            """
    }

    mutating func rectangle(_ shape: String, x: Double, y: Double, width: Double, height: Double) {
        body += """
            <rect class="\(shape)" x="\(OutputSVG.share(x))" y="\(OutputSVG.number(y))" \
            width="\(OutputSVG.share(width))" height="\(OutputSVG.number(height))" rx="2"/>
            """
    }

    /// Paths whose points run from 0 to 1000 across and down a part of the picture.
    mutating func plot(x: Double, y: Double, width: Double, height: Double, paths: [String]) {
        body += """
            <svg x="\(OutputSVG.share(x))" y="\(OutputSVG.number(y))" \
            width="\(OutputSVG.share(width))" height="\(OutputSVG.number(height))" \
            viewBox="0 0 1000 1000" preserveAspectRatio="none">\(paths.joined())</svg>
            """
    }

    static func number(_ value: Double) -> String { Digits.text(value, places: 2) }

    private static func share(_ value: Double) -> String { number(value * 100) + "%" }

    /// Text for XML: the five characters that mean something there, and no control characters.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result += scalar.value < 32 ? " " : String(scalar)
            }
        }
        return result
    }

    /// Cut to what fits a narrow page.
    static func fitted(_ text: String, to length: Int) -> String {
        text.count > length ? "\(text.prefix(length - 1))…" : text
    }
}

extension AttritionTable {
    /// The steps downwards, each a bar of those who remain, with what it lost.
    package func svg(title: String) -> String {
        let rows =
            [(name: "Entry event", count: entered, lost: ReleasedCount?.none)]
            + steps.filter(\.isEnabled).map { ($0.rule, $0.remaining, $0.lost) }
        let words = rows.map { "\($0.name): \($0.count.text)" }.joined(separator: "; ")
        var picture = OutputSVG(
            title: title, description: "People after each rule. \(words).",
            height: 44 + rows.count * 46)
        picture.label(OutputSVG.fitted(title, to: 44), x: 0.02, y: 24, shape: "title")
        let most = Double(max(1, entered.value ?? entered.range.upperBound))
        for (place, row) in rows.enumerated() {
            let y = Double(44 + place * 46)
            picture.label(OutputSVG.fitted(row.name, to: 34), x: 0.02, y: y + 14)
            let lost = row.lost.map { $0.range == 0...0 ? "" : "lost \($0.text), left " } ?? ""
            picture.label(
                lost + row.count.text, x: 0.98, y: y + 14, place: "end")
            picture.rectangle("track", x: 0.02, y: y + 21, width: 0.96, height: 10)
            if let value = row.count.value, value > 0 {
                picture.rectangle(
                    "bar", x: 0.02, y: y + 21, width: 0.96 * min(1, Double(value) / most),
                    height: 10)
            }
        }
        return picture.text
    }
}

extension TimeToEvent {
    private static let top = 64.0
    private static let depth = 240.0
    private static let left = 0.14
    private static let across = 0.79

    /// The curves with their 95 % bands, and the numbers at risk below.
    package func svg(title: String) -> String {
        let drawn = strata.filter { !$0.curve.isEmpty }
        // One group alone is all members; several are drawn without the whole.
        let groups = drawn.count > 2 ? Array(drawn.dropFirst()) : Array(drawn.prefix(1))
        let table = TimeToEvent.top + TimeToEvent.depth + 66
        var picture = OutputSVG(
            title: title, description: words(groups), height: Int(table) + 22 * groups.count + 10)
        picture.label(OutputSVG.fitted(title, to: 44), x: 0.02, y: 24, shape: "title")
        axes(&picture)
        var paths: [String] = []
        for (place, group) in groups.enumerated() {
            let ink = "var(--s\(place % 5))"
            paths += TimeToEvent.paths(group, horizon: Double(horizon), ink: ink)
            let x = TimeToEvent.left + Double(place) * 0.22
            picture.label(group.name, x: x, y: 46, fill: ink)
            let y = table + Double(22 * place)
            for (column, count) in group.atRisk.enumerated() {
                let x = TimeToEvent.left + TimeToEvent.across * Double(column) / 4
                picture.label(count.persons.text, x: x, y: y, place: "middle", fill: ink)
            }
        }
        if !groups.isEmpty {
            picture.label("At risk", x: 0.02, y: table - 20, shape: "quiet")
        } else {
            picture.label("Too few people to draw a curve.", x: 0.5, y: 180, place: "middle")
        }
        picture.plot(
            x: TimeToEvent.left, y: TimeToEvent.top, width: TimeToEvent.across,
            height: TimeToEvent.depth, paths: paths)
        return picture.text
    }

    private func words(_ groups: [Stratum]) -> String {
        let lines = groups.map { group in
            let share = group.curve.last.map { Digits.text($0.survival * 100, places: 1) } ?? "100"
            return "\(group.name): \(share) % without \(outcome) after \(horizon) days"
        }
        return "Share of members without \(outcome) by days after the start. "
            + lines.joined(separator: "; ") + "."
    }

    private func axes(_ picture: inout OutputSVG) {
        let bottom = TimeToEvent.top + TimeToEvent.depth
        for quarter in 0...4 {
            let part = Double(quarter) / 4
            let y = bottom - TimeToEvent.depth * part
            picture.axis(
                x1: TimeToEvent.left, y1: y, x2: TimeToEvent.left + TimeToEvent.across, y2: y)
            picture.label(
                "\(quarter * 25) %", x: TimeToEvent.left - 0.01, y: y + 4, place: "end",
                shape: "quiet")
            let x = TimeToEvent.left + TimeToEvent.across * part
            picture.label(
                String(horizon * quarter / 4), x: x, y: bottom + 18, place: "middle",
                shape: "quiet")
        }
        picture.label("Days after the start", x: 0.98, y: bottom + 38, place: "end", shape: "quiet")
    }

    /// The band and the line of one group, as steps.
    private static func paths(_ group: Stratum, horizon: Double, ink: String) -> [String] {
        func x(_ day: Double) -> String { OutputSVG.number(min(day, horizon) / horizon * 1000) }
        func y(_ share: Double) -> String { OutputSVG.number((1 - share) * 1000) }
        func steps(_ value: (Point) -> Double) -> [String] {
            var corners: [String] = []
            var previous: String?
            for point in group.curve {
                if let previous { corners.append("\(x(point.day)) \(previous)") }
                let height = y(value(point))
                corners.append("\(x(point.day)) \(height)")
                previous = height
            }
            if let previous { corners.append("1000 \(previous)") }
            return corners
        }
        let line = steps(\.survival)
        let band = steps { $0.lower ?? 0 } + steps { $0.upper ?? $0.survival }.reversed()
        return [
            "<path class=\"band\" style=\"fill:\(ink)\" d=\"M\(band.joined(separator: "L"))Z\"/>",
            "<path class=\"line\" style=\"stroke:\(ink)\" d=\"M\(line.joined(separator: "L"))\"/>",
        ]
    }
}
