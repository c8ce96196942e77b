// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A small reader of the pages under test: their tags, as a browser would see them.
struct Markup {
    struct Tag: Equatable {
        var name: String
        var attributes: [(String, String)]
        var attributeNames: [String] { attributes.map(\.0) }
        subscript(name: String) -> String? { attributes.first { $0.0 == name }?.1 }
        static func == (left: Tag, right: Tag) -> Bool {
            left.name == right.name && left.attributeNames == right.attributeNames
        }
    }

    let source: String
    private(set) var tags: [Tag] = []
    /// The first end tag that closes nothing, or the element left open.
    private(set) var unbalanced: String?

    private static let withoutEnd: Set<String> = ["meta", "link", "input"]

    init(_ source: String) {
        self.source = source
        var open: [String] = []
        for piece in source.components(separatedBy: "<").dropFirst(2) {
            // Attribute values hold no raw ">" here: the builder escapes it.
            let inside = String(piece.prefix { $0 != ">" })
            if inside.hasPrefix("/") {
                let name = String(inside.dropFirst())
                if open.popLast() != name, unbalanced == nil { unbalanced = name }
                continue
            }
            let tag = Markup.tag(inside)
            tags.append(tag)
            if !Markup.withoutEnd.contains(tag.name) { open.append(tag.name) }
        }
        if unbalanced == nil { unbalanced = open.last }
    }

    private static func tag(_ text: String) -> Tag {
        let name = String(text.prefix { $0 != " " })
        var attributes: [(String, String)] = []
        var rest = text.dropFirst(name.count)
        while let equals = rest.range(of: "=\"") {
            let key = rest[..<equals.lowerBound].trimmingCharacters(in: .whitespaces)
            let value = rest[equals.upperBound...].prefix { $0 != "\"" }
            attributes.append((key, String(value)))
            rest = rest[value.endIndex...].dropFirst()
        }
        return Tag(name: name, attributes: attributes)
    }
}

extension String {
    func components(separatedBy separator: String) -> [String] {
        (self as NSString).components(separatedBy: separator)
    }
}
