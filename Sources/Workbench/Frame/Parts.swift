// SPDX-License-Identifier: Apache-2.0

/// A form that posts, always with the visitor's token.
///
/// - Parameters:
///   - id: lets fields elsewhere on the page belong to this form.
///   - label: names the form for those who cannot see what surrounds it.
///   - live: scripts put the answer in this page's place; false where the answer is a file.
func form(
    to address: String, in frame: PageFrame, id: String? = nil, label: String, live: Bool = true,
    @HTMLBuilder _ content: () -> HTML
) -> HTML {
    tag(
        "form",
        [
            "id": id, "method": "post", "action": address, "data-live": live ? "" : nil,
            "aria-label": label, "autocomplete": "off",
        ]
    ) {
        hidden(PageFrame.tokenField, frame.token)
        content()
    }
}

/// A form that only asks: what it holds is in the address, so that the answer can be linked to.
///
/// Never for anything about a patient.
func query(to place: Place, label: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
    tag("form", ["method": "get", "action": place.rawValue, "aria-label": label]) { content() }
}

/// A line of text to type into, under its name.
///
/// - Parameter note: one short sentence below the name.
func textField(
    _ name: StaticString, label text: String, value: String = "", note: String = "",
    prefix: String = "", type: StaticString = "text", required: Bool = false,
    placeholder: String? = nil, list: String? = nil
) -> HTML {
    let id = prefix + "\(name)"
    return tag("div", ["class": "field"]) {
        tag("label", ["for": id]) { text }
        if !note.isEmpty { tag("span", ["class": "aside", "id": "\(id)-note"]) { note } }
        void(
            "input",
            [
                "type": "\(type)", "id": id, "name": "\(name)", "value": value,
                "required": required ? "" : nil, "placeholder": placeholder, "list": list,
                "aria-describedby": note.isEmpty ? nil : "\(id)-note",
                "autocomplete": "off", "spellcheck": "false",
            ])
    }
}

/// A choice of one among few, under its name.
func choiceField(
    _ name: StaticString, label text: String, choices: [(value: String, name: String)],
    chosen: String = "", prefix: String = ""
) -> HTML {
    let id = prefix + "\(name)"
    return tag("div", ["class": "field"]) {
        tag("label", ["for": id]) { text }
        tag("select", ["id": id, "name": "\(name)"]) {
            for choice in choices {
                tag(
                    "option",
                    ["value": choice.value, "selected": choice.value == chosen ? "" : nil]
                ) { choice.name }
            }
        }
    }
}

/// A field the visitor does not see.
func hidden(_ name: String, _ value: String) -> HTML {
    void("input", ["type": "hidden", "name": name, "value": value])
}

/// A part of a page under its own heading.
func section(_ heading: String, id: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
    tag("section") {
        tag("h2", ["id": id]) { heading }
        content()
    }
}

/// A message that stands out by its rule and its first word, not by colour alone.
enum Notice: String {
    case problem, confirmation, note

    /// - Parameter lead: the first words, in bold: what kind of message this is.
    func callAsFunction(_ lead: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
        tag(
            "div",
            ["class": "notice \(rawValue)", "role": self == .problem ? "alert" : nil]
        ) {
            tag("p") {
                tag("strong") { lead }
                " "
                content()
            }
        }
    }
}

/// The big figures at the top of a page.
func figures(_ entries: [(name: String, value: String, note: String)]) -> HTML {
    tag("dl", ["class": "figures"]) {
        for entry in entries {
            tag("div") {
                tag("dt") { entry.name }
                tag("dd") {
                    tag("span", ["class": "figure"]) { entry.value }
                    if !entry.note.isEmpty { tag("span", ["class": "aside"]) { entry.note } }
                }
            }
        }
    }
}

/// A column of a table.
struct Column {
    var name: String
    var isNumber = false
    /// Holds bars that grow from the middle.
    var isPicture = false
    /// Offers a sort button where scripts run.
    var canSort = false

    init(_ name: String, number: Bool = false, picture: Bool = false, sort: Bool = false) {
        self.name = name
        isNumber = number
        isPicture = picture
        canSort = sort
    }

    var shape: String? { isNumber ? "number" : isPicture ? "picture" : nil }
}

/// A cell: what is shown, and what it is sorted by where that differs.
struct Cell {
    var content: HTML
    var sortKey: String?

    init(_ text: String, key: String? = nil) {
        content = HTML(text)
        sortKey = key
    }

    init(_ number: Int) {
        self.init(NumberText.whole(number), key: String(number))
    }

    init(_ count: ShownCount) {
        content =
            count.shown == nil
            ? tag("span", ["class": "withheld"]) { count.text } : HTML(count.text)
        sortKey = String(count.shown ?? 0)
    }

    init(key: String? = nil, @HTMLBuilder _ content: () -> HTML) {
        self.content = content()
        sortKey = key
    }
}

/// A table that scrolls by itself where the screen is narrow, and can be reached by keyboard.
///
/// The first cell of each row is its heading.
func table(_ caption: String, _ columns: [Column], rows: [[Cell]]) -> HTML {
    tag("div", ["class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"]) {
        tag("table") {
            tag("caption") { caption }
            tag("thead") {
                tag("tr") {
                    for column in columns {
                        tag(
                            "th",
                            [
                                "scope": "col", "class": column.shape,
                                "data-sort": column.canSort ? "" : nil,
                            ]
                        ) { column.name }
                    }
                }
            }
            tag("tbody") {
                for row in rows {
                    tag("tr") {
                        for (position, cell) in row.enumerated() {
                            tableCell(cell, at: position, in: columns)
                        }
                    }
                }
            }
        }
    }
}

private func tableCell(_ cell: Cell, at position: Int, in columns: [Column]) -> HTML {
    let shape = position < columns.count ? columns[position].shape : nil
    if position == 0 {
        return tag("th", ["scope": "row", "class": shape, "data-key": cell.sortKey]) {
            cell.content
        }
    }
    return tag("td", ["class": shape, "data-key": cell.sortKey]) { cell.content }
}

/// A digest, short on the page, whole for those who point at it or copy it.
func digest(_ text: String, length: Int = 12) -> HTML {
    tag("code", ["title": text]) {
        text.count > length ? "\(text.prefix(length))…" : text
    }
}
