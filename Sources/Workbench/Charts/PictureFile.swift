// SPDX-License-Identifier: Apache-2.0

/// A chart as a file of its own: the drawing with its letters, light, at one width.
///
/// Programs that place drawings into papers know neither the style sheet nor its two palettes, so
/// the file carries the few rules it needs, in the colours of the light one.
///
/// - Parameter chart: what one of the chart functions returned.
func pictureFile(_ chart: HTML) -> [UInt8] {
    let markup = chart.render()
    let opening = "<svg "
    guard markup.hasPrefix(opening) else { return [] }
    let inside = markup.dropFirst(opening.count)
    guard let end = inside.firstIndex(of: ">") else { return [] }
    let attributes = inside[..<end].replacing("width=\"100%\"", with: "width=\"728\"")
    let drawing = inside[inside.index(after: end)...]
    return Array(
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<svg xmlns=\"http://www.w3.org/2000/svg\" \(attributes)>\n<style>\n"
            + pictureStyle + "</style>\n" + drawing).utf8)
}

private let pictureStyle = """
    text { font: 13px Helvetica, Arial, sans-serif; fill: #17201d; }
    tspan, .unit { fill: #52605b; font-size: 12px; font-weight: 400; }
    .value { font-weight: 600; }
    .bar { fill: #0b5f56; }
    .open { fill: #ffffff; stroke: #0b5f56; stroke-width: 1.5px; }
    .faint { fill: #78867f; }
    .withheld { fill: #ffffff; stroke: #78867f; stroke-dasharray: 3 2; }
    .axis { stroke: #78867f; }
    .grid { stroke: #d3dad7; }
    .way { stroke: #78867f; stroke-width: 1.5px; }
    .range { stroke: #17201d; stroke-width: 1.5px; }

    """
