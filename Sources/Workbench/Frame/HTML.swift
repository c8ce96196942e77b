// SPDX-License-Identifier: Apache-2.0

/// Markup that can only be well formed: text is escaped as it enters, tags come from functions.
///
/// There is no way to put a raw string into it. Names of tags and attributes are literals of this
/// code (`StaticString`), so what a record or a caller says can only ever be text or the value of
/// an attribute.
package struct HTML: Sendable, Equatable {
    fileprivate(set) var markup: String

    /// Nothing.
    package static let empty = HTML(markup: "")

    fileprivate init(markup: String) {
        self.markup = markup
    }

    /// Text, escaped.
    package init(_ text: String) {
        markup = HTML.escaped(text)
    }

    /// The parts one after another.
    package init(@HTMLBuilder _ content: () -> HTML) {
        self = content()
    }

    /// The markup as it is sent.
    package func render() -> String { markup }

    /// The five characters that mean something in markup become references; a control character
    /// other than tab and line end, which no document may hold, becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Attributes in the order written; nil leaves one out, an empty string is a bare flag.
package typealias Attributes = KeyValuePairs<StaticString, String?>

/// An element with content: `tag("th", ["scope": "row"]) { name }`.
package func tag(
    _ name: StaticString, _ attributes: Attributes = [:], @HTMLBuilder _ content: () -> HTML
) -> HTML {
    var markup = opening(name, attributes)
    // A line break after a leading one is kept by the parser, so text starting with one survives.
    if ["textarea", "pre"].contains(name.description) { markup += "\n" }
    markup += content().markup
    markup += "</\(name)>"
    if endsLine.contains(name.description) { markup += "\n" }
    return HTML(markup: markup)
}

/// An element without content that HTML never closes: `void("input", …)`.
package func void(_ name: StaticString, _ attributes: Attributes = [:]) -> HTML {
    HTML(markup: opening(name, attributes) + "\n")
}

/// A whole document: the declaration and the `html` element.
package func document(language: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
    HTML(markup: "<!DOCTYPE html>\n" + tag("html", ["lang": language], content).markup)
}

/// The shipped style sheet inside the document, for pages that are kept as one file.
///
/// It is part of the program, so nothing a record or a caller says gets in unescaped.
func shippedStyleSheet() -> HTML {
    let bytes = WorkbenchAssets.file(named: "workbench.css")?.bytes ?? []
    return HTML(markup: "<style>\n" + String(decoding: bytes, as: UTF8.self) + "</style>\n")
}

private func opening(_ name: StaticString, _ attributes: Attributes) -> String {
    var markup = "<\(name)"
    for (key, value) in attributes {
        guard let value else { continue }
        markup += value.isEmpty ? " \(key)=\"\"" : " \(key)=\"\(HTML.escaped(value))\""
    }
    return markup + ">"
}

/// Elements after which a line break changes nothing but the readability of the source.
private let endsLine: Set<String> = [
    "html", "head", "title", "script", "body", "header", "nav", "main", "footer", "section",
    "div", "h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "form", "fieldset", "legend", "details", "summary",
    "option", "datalist", "svg", "rect", "line", "text", "g", "desc", "pattern", "defs", "pre",
]

/// Joins strings (as text) and markup in the order written.
@resultBuilder
package enum HTMLBuilder {
    package static func buildExpression(_ text: String) -> HTML { HTML(text) }
    package static func buildExpression(_ html: HTML) -> HTML { html }
    package static func buildBlock(_ parts: HTML...) -> HTML { buildArray(parts) }
    package static func buildOptional(_ part: HTML?) -> HTML { part ?? .empty }
    package static func buildEither(first part: HTML) -> HTML { part }
    package static func buildEither(second part: HTML) -> HTML { part }
    package static func buildArray(_ parts: [HTML]) -> HTML {
        var markup = ""
        for part in parts { markup += part.markup }
        return HTML(markup: markup)
    }
}
