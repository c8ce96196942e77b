// SPDX-License-Identifier: Apache-2.0

/// The outside of every chart: an image with a name and a description, as wide as its column.
///
/// Across, charts are measured in percent of that width; down, in pixels. So a chart fits a phone
/// and a page of paper without its letters shrinking. Colours are classes of the style sheet;
/// there are no style attributes, which the content policy would refuse.
///
/// - Parameters:
///   - id: unique on the page; the names inside derive from it.
///   - height: in pixels.
///   - description: what the chart shows in words; empty for a bar whose table says it all.
func picture(
    id: String, class shape: String, height: Int, title: String, description: String = "",
    @HTMLBuilder _ content: () -> HTML
) -> HTML {
    let names = description.isEmpty ? "\(id)-t" : "\(id)-t \(id)-d"
    return tag(
        "svg",
        [
            "class": shape, "role": "img", "aria-labelledby": names, "width": "100%",
            "height": String(height), "focusable": "false",
        ]
    ) {
        tag("title", ["id": "\(id)-t"]) { title }
        if !description.isEmpty { tag("desc", ["id": "\(id)-d"]) { description } }
        content()
    }
}

/// A filled rectangle; `x` and `width` as shares of the width, `y` and `height` in pixels.
func rectangle(
    _ shape: String, x: Double = 0, width: Double, y: Double, height: Double
) -> HTML {
    tag(
        "rect",
        [
            "class": shape, "x": NumberText.share(x), "y": NumberText.coordinate(y),
            "width": NumberText.share(width), "height": NumberText.coordinate(height),
        ]
    ) {}
}

/// A line of text whose baseline is at `y`; `shift` moves it by pixels from its share `x`, and
/// `note` follows it in a quieter voice.
func label(
    _ text: String, x: Double, y: Double, shift: Int = 0, anchor: String = "start",
    class shape: String = "name", note: String = ""
) -> HTML {
    tag(
        "text",
        [
            "class": shape, "x": NumberText.share(x), "y": NumberText.coordinate(y),
            "dx": shift == 0 ? nil : String(shift), "text-anchor": anchor == "start" ? nil : anchor,
        ]
    ) {
        text
        if !note.isEmpty { tag("tspan", ["class": "unit", "dx": "6"]) { note } }
    }
}

/// A straight line between two points, each a share across and pixels down.
func stroke(_ shape: String, x1: Double, y1: Double, x2: Double, y2: Double) -> HTML {
    tag(
        "line",
        [
            "class": shape, "x1": NumberText.share(x1), "y1": NumberText.coordinate(y1),
            "x2": NumberText.share(x2), "y2": NumberText.coordinate(y2),
        ]
    ) {}
}

/// A name cut to what fits a narrow chart; the table beside it has the whole.
func fitted(_ name: String, to length: Int) -> String {
    name.count > length ? "\(name.prefix(length - 1))…" : name
}
