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
            consistencyPart(publicKey: publicKey)
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
            filterForm
            if let needed { Notice.problem("Needed:") { needed } }
            if lines.isEmpty {
                tag("p") { emptiness }
            } else {
                table(
                    filter.isEmpty ? "Latest entries" : "Entries found",
                    [
                        Column("Entry", number: true, sort: true), Column("Time, UTC", sort: true),
                        Column("Type", sort: true), Column("Actor", sort: true),
                        Column("Model", sort: true),
                        Column("Price, \(currency)", number: true, sort: true), Column("Digest"),
                    ],
                    rows: lines.map(row))
            }
            tag("p", ["class": "aside turn"]) {
                if isTurned {
                    tag("a", ["href": page(before: nil)]) { "Latest entries" }
                    " "
                }
                if let older {
                    tag("a", ["href": page(before: older)]) {
                        searched == nil ? "Older entries" : "Search older entries"
                    }
                    " "
                }
                if let searched {
                    "\(NumberText.whole(searched)) entries looked through for this page."
                }
            }
        }
    }

    private var emptiness: String {
        if filter.isEmpty {
            return isTurned ? "There is nothing older." : "Nothing is on record yet."
        }
        return older == nil
            ? "No entry is like that." : "None of the entries looked through so far is like that."
    }

    private func page(before index: Int?) -> String {
        address(
            Place.ledger.rawValue,
            [
                "type": filter.type, "actor": filter.actor, "model": filter.model,
                "from": filter.from, "until": filter.until, "before": index.map(String.init),
            ])
    }

    private var filterForm: HTML {
        query(to: .ledger, label: "Filter the entries") {
            tag("div", ["class": "row"]) {
                choiceField(
                    "type", label: "Type",
                    choices: [("", "all")] + types.map { ($0, $0) }, chosen: filter.type)
                textField("actor", label: "Actor", value: filter.actor)
                textField("model", label: "Model", value: filter.model)
                textField(
                    "from", label: "From, UTC", value: filter.from, type: "datetime-local")
                textField(
                    "until", label: "Until, UTC", value: filter.until, type: "datetime-local")
                tag("div", ["class": "field act"]) {
                    tag("button", ["type": "submit"]) { "Show" }
                    if !filter.isEmpty {
                        " "
                        tag("a", ["href": Place.ledger.rawValue]) { "All" }
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
            proofCheck(of: index, publicKey: publicKey)
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
