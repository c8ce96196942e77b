// SPDX-License-Identifier: Apache-2.0

extension LedgerView: WorkbenchPage {
    package var title: String { "Ledger" }
    package var place: Place? { .ledger }

    package var announcement: String {
        switch verification?.verdict {
        case nil: "Ledger"
        case .sound: "The ledger is sound."
        case .broken(_, let problem): "The ledger is broken. \(problem)"
        }
    }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "Every release, served call and count is one entry. Entries are only ever added: "
                "each is a leaf of a tree whose root is signed, so a changed or missing entry shows."
            }
            if let verification { result(of: verification) }
            tag("dl", ["class": "entries"]) {
                tag("dt") { "Origin" }
                tag("dd") { tag("code") { origin } }
                tag("dt") { "Size" }
                tag("dd") { "\(NumberText.whole(size)) entries" }
                tag("dt") { "Root" }
                tag("dd") { tag("code", ["class": "long"]) { root } }
            }
            form(to: Place.verification, in: frame, label: "Verify the ledger") {
                tag("p") {
                    tag("button", ["type": "submit", "class": "primary"]) { "Verify" }
                    " "
                    tag("span", ["class": "aside"]) {
                        "Reads every entry again and recomputes the root."
                    }
                }
            }
            latest
            checkpointText
        }
    }

    private func result(of verification: Verification) -> HTML {
        let seconds = NumberText.fixed(verification.seconds, decimals: 2)
        let size = NumberText.whole(verification.size)
        return tag("div", ["id": "focus", "tabindex": "-1"]) {
            switch verification.verdict {
            case .sound:
                Notice.confirmation("Sound.") {
                    "\(size) entries read in \(seconds) s; the root recomputes to "
                    tag("code", ["class": "long"]) { verification.root }
                }
            case .broken(let index, let problem):
                Notice.problem("Broken.") {
                    if let index { "First bad entry: \(NumberText.whole(index)). " }
                    problem
                    " \(size) entries read in \(seconds) s; root "
                    tag("code", ["class": "long"]) { verification.root }
                }
            }
        }
    }

    private var latest: HTML {
        section("Entries", id: "entries") {
            if lines.isEmpty {
                tag("p") { "Nothing is on record yet." }
            } else {
                table(
                    "Latest entries",
                    [
                        Column("Entry", number: true, sort: true), Column("Time", sort: true),
                        Column("Type", sort: true), Column("Actor", sort: true),
                        Column("Model", sort: true),
                        Column("Price, \(currency)", number: true, sort: true), Column("Digest"),
                    ],
                    rows: lines.map(row))
                tag("p", ["class": "aside turn"]) {
                    if let first = lines.first?.index, first < size - 1 {
                        tag("a", ["href": Place.ledger.rawValue]) { "Latest entries" }
                        " "
                    }
                    if let last = lines.last?.index, last > 0 {
                        tag("a", ["href": Place.entries(before: last)]) { "Older entries" }
                    }
                }
            }
        }
    }

    private func row(_ line: Line) -> [Cell] {
        [
            Cell(key: String(line.index)) {
                tag("a", ["href": Place.entry(line.index)]) { NumberText.whole(line.index) }
            },
            Cell(key: line.time) { tag("span", ["class": "whole"]) { line.time } }, Cell(line.type),
            Cell(line.actor), Cell(line.model),
            Cell(
                line.priceMicros.map(NumberText.micros) ?? "",
                key: String(line.priceMicros ?? -1)),
            Cell { digest(line.digest, length: 8) },
        ]
    }

    @HTMLBuilder private var checkpointText: HTML {
        if !checkpoint.isEmpty {
            section("Checkpoint", id: "checkpoint") {
                tag("p") {
                    "Keep this signed note elsewhere: later roots must be consistent with it."
                }
                codeBlock(checkpoint, label: "Signed checkpoint")
            }
        }
    }
}

extension LedgerEntryView: WorkbenchPage {
    package var title: String { "Ledger entry \(NumberText.whole(index))" }
    package var place: Place? { .ledger }

    package func content(in frame: PageFrame) -> HTML {
        HTML {
            tag("p", ["class": "lede"]) {
                "An entry of type "
                tag("strong") { type }
                ". "
            }
            tag("p", ["class": "turn"]) {
                tag("a", ["href": Place.ledger.rawValue]) { "All entries" }
                if index > 0 {
                    " "
                    tag("a", ["href": Place.entry(index - 1)]) { "Previous" }
                }
                if index < size - 1 {
                    " "
                    tag("a", ["href": Place.entry(index + 1)]) { "Next" }
                }
            }
            section("Record", id: "record") {
                tag("p", ["class": "aside"]) {
                    "Indented for reading; the leaf hash is over the canonical bytes."
                }
                codeBlock(indentedJSON(record), label: "Record of the entry")
            }
            section("Proof of inclusion", id: "proof") {
                tag("dl", ["class": "entries"]) {
                    tag("dt") { "Leaf hash" }
                    tag("dd") { tag("code", ["class": "long"]) { leafHash } }
                    tag("dt") { "Tree" }
                    tag("dd") { "\(NumberText.whole(size)) entries" }
                    tag("dt") { "Root" }
                    tag("dd") { tag("code", ["class": "long"]) { root } }
                }
                if proof.isEmpty {
                    tag("p") { "The leaf is the whole tree; nothing else is needed." }
                } else {
                    tag("p") {
                        "Hashed together from the leaf upwards (RFC 6962), these "
                        "\(NumberText.whole(proof.count)) hashes give the root:"
                    }
                    tag("ol", ["class": "hashes"]) {
                        for hash in proof {
                            tag("li") { tag("code", ["class": "long"]) { hash } }
                        }
                    }
                }
            }
        }
    }
}

/// Text in its own lines, which scrolls by itself and can be reached by keyboard.
func codeBlock(_ text: String, label: String) -> HTML {
    tag("pre", ["tabindex": "0", "role": "region", "aria-label": label]) {
        tag("code") { text }
    }
}

/// Canonical JSON with line breaks and indents; what stands in strings is left as it is.
///
/// Only whitespace is added, so that removing it gives the same bytes back.
func indentedJSON(_ canonical: String) -> String {
    var result = ""
    var depth = 0
    var isInString = false
    var isEscaped = false
    var last: Unicode.Scalar = " "
    func breakLine() { result += "\n" + String(repeating: "  ", count: max(0, min(depth, 64))) }
    for character in canonical.unicodeScalars {
        if isInString {
            result.unicodeScalars.append(character)
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isInString = false
            }
            last = character
            continue
        }
        switch character {
        case "{", "[":
            if last == "{" || last == "[" { breakLine() }
            result.unicodeScalars.append(character)
            depth += 1
        case "}", "]":
            depth -= 1
            if last != "{", last != "[" { breakLine() }
            result.unicodeScalars.append(character)
        case ",":
            result.unicodeScalars.append(character)
            breakLine()
        case ":":
            result += ": "
        default:
            if last == "{" || last == "[" { breakLine() }
            result.unicodeScalars.append(character)
            isInString = character == "\""
        }
        last = character
    }
    return result
}
