// SPDX-License-Identifier: Apache-2.0

/// What posts of the discover page's forms mean.
package struct DiscoverForm: Sendable, Hashable {
    /// Names of the forms' fields; also the ids of those the visitor sees.
    enum Field {
        static let definition = "definition"
        /// A button: `count`, `build`, `add-rule`, `search`, or `enter` for the Enter key.
        static let action = "do"
        /// A button: `entry|CODE`, or the position of a rule, a bar and a code.
        static let add = "add"
        /// A button: the position of a rule.
        static let remove = "remove"
        static let search = "search"
        /// What was searched last, so that Enter searches what is new and counts otherwise.
        static let searched = "searched"
        static let name = "name"
        static let entryCodes = "entry-codes"
        static let entryDescendants = "entry-descendants"
        static let occurrence = "occurrence"
        static let priorDays = "prior-days"
        static let end = "end"
        static let endDays = "end-days"
        /// How many rules the form has.
        static let rules = "rules"
        static let subject = "subject"

        /// Parts of a rule.
        static let codes = "codes"
        static let descendants = "descendants"
        static let sense = "sense"
        static let count = "count"
        static let fromDay = "from-day"
        static let toDay = "to-day"
        static let relation = "relation"
        static let value = "value"
        static let otherValue = "other-value"
        static let unit = "unit"

        static func rule(_ position: Int, _ part: String) -> String { "rule-\(position)-\(part)" }
    }

    /// What a visitor asks for.
    package enum Action: Sendable, Hashable {
        /// Count the pasted definition.
        case count
        /// Count what the form asks.
        case build(DiscoverQuestion)
        /// Find codes with this in their name or code.
        case search(String)
        /// Show the form again, changed.
        case edit
        /// A field needs another value.
        case needed(DiscoverProblem)
    }

    package private(set) var definition = ""
    package private(set) var draft = DiscoverDraft()
    package private(set) var action = Action.edit
    /// The form that builds was sent rather than the field to paste into.
    package private(set) var isBuilding = false

    /// What stands in the search field; found again, its codes stay on the page while some are added.
    package private(set) var searchText = ""

    /// Longest text that is read from a field other than the definition, in characters.
    private static let longest = 4000

    /// Reads a posted form.
    ///
    /// - Parameter fields: name and value of each field, in the order sent; unknown names are
    ///   ignored.
    package init(fields: [(name: String, value: String)]) {
        let reader = FieldReader(fields)
        // Browsers send line ends as CR LF; a digest is of the text as written.
        definition = (reader.raw(Field.definition) ?? "")
            .split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        isBuilding = reader.raw(Field.entryCodes) != nil
        guard isBuilding else {
            action =
                definition.contains { !$0.isWhitespace }
                ? .count
                : .needed(
                    DiscoverProblem(
                        field: Field.definition,
                        sentence: "Paste a definition, or build one with the form."))
            return
        }
        draft = DiscoverDraft(reader)
        searchText = String((reader[Field.search] ?? "").prefix(200))
        readAction(reader)
    }

    private mutating func readAction(_ reader: FieldReader) {
        if let position = reader[Field.remove].flatMap(Int.init) {
            if draft.rules.indices.contains(position) { draft.rules.remove(at: position) }
            return
        }
        if let picked = reader[Field.add] { return add(picked) }
        let isNewSearch = !searchText.isEmpty && searchText != reader[Field.searched] ?? ""
        switch reader[Field.action] {
        case "add-rule":
            if draft.rules.count < DiscoverDraft.mostRules {
                draft.rules.append(DiscoverDraft.Rule())
            }
        case "enter" where isNewSearch: action = .search(searchText)
        case "search":
            action =
                searchText.isEmpty
                ? .needed(
                    DiscoverProblem(
                        field: Field.search, sentence: "Type part of a name or a code to search."))
                : .search(searchText)
        default:
            do throws(DiscoverProblem) {
                action = .build(try draft.question())
            } catch {
                action = .needed(error)
            }
        }
    }

    private mutating func add(_ picked: String) {
        guard let bar = picked.firstIndex(of: "|") else { return }
        let code = String(picked[picked.index(after: bar)...])
        guard DiscoverForm.isCode(code) else { return }
        func joined(_ codes: String) -> String {
            DiscoverForm.codes(in: codes).contains(code)
                ? codes : codes.isEmpty ? code : "\(codes), \(code)"
        }
        let target = picked[..<bar]
        if target == "entry" {
            draft.entryCodes = joined(draft.entryCodes)
        } else if let position = Int(target), draft.rules.indices.contains(position) {
            draft.rules[position].codes = joined(draft.rules[position].codes)
        }
    }

    /// The codes of a field, split at commas, semicolons and white space; one each.
    static func codes(in text: String) -> [String] {
        var result: [String] = []
        for part in text.split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == ";" }) {
            let code = String(part.prefix(200))
            if !result.contains(code) { result.append(code) }
        }
        return result
    }

    /// Whether a text can be a code with its system, or a concept id.
    static func isCode(_ text: String) -> Bool {
        if text.isEmpty || text.contains(where: { $0.isWhitespace || $0 == "," || $0 == ";" }) {
            return false
        }
        if text.allSatisfy({ $0.isASCII && $0.isNumber }) { return text.count <= 10 }
        guard let slash = text.firstIndex(of: "/") else { return false }
        return slash > text.startIndex && text.index(after: slash) < text.endIndex
    }

    /// The patient a signed-in person asks about; a problem where none is named.
    package static func subject(
        _ fields: [(name: String, value: String)]
    ) throws(DiscoverProblem) -> String {
        let text = FieldReader(fields)[Field.subject] ?? ""
        guard !text.isEmpty, text.count <= 100 else {
            throw DiscoverProblem(
                field: Field.subject, sentence: "Type the patient's number as this site writes it.")
        }
        return text
    }

    /// The fields of a form by name, tidied.
    struct FieldReader {
        private var values: [String: String] = [:]

        init(_ fields: [(name: String, value: String)]) {
            for field in fields where values[field.name] == nil {
                values[field.name] = field.value
            }
        }

        func raw(_ name: String) -> String? { values[name] }

        /// The value with white space made single, and cut to a length no honest form exceeds.
        subscript(name: String) -> String? {
            values[name].map { value in
                let words = value.split { $0.isWhitespace }.joined(separator: " ")
                return String(words.prefix(DiscoverForm.longest))
            }
        }

        func choice<Choice: RawRepresentable<String>>(_ name: String) -> Choice? {
            self[name].flatMap(Choice.init(rawValue:))
        }
    }
}

extension DiscoverDraft {
    init(_ reader: DiscoverForm.FieldReader) {
        typealias Field = DiscoverForm.Field
        name = String((reader[Field.name] ?? "").prefix(200))
        entryCodes = reader[Field.entryCodes] ?? ""
        entryWithDescendants = reader.raw(Field.entryDescendants) != nil
        occurrence = reader.choice(Field.occurrence) ?? .first
        priorDays = reader[Field.priorDays] ?? ""
        endsAfterFixedDays = reader[Field.end] == "fixed"
        endDays = reader[Field.endDays] ?? ""
        let count = reader[Field.rules].flatMap(Int.init) ?? 0
        rules = (0..<max(0, min(count, DiscoverDraft.mostRules))).map { position in
            func text(_ part: String) -> String { reader[Field.rule(position, part)] ?? "" }
            var rule = Rule()
            rule.name = String(text(Field.name).prefix(200))
            rule.codes = text(Field.codes)
            rule.withDescendants = reader.raw(Field.rule(position, Field.descendants)) != nil
            rule.sense = reader.choice(Field.rule(position, Field.sense)) ?? .atLeast
            rule.count = text(Field.count)
            rule.fromDay = text(Field.fromDay)
            rule.toDay = text(Field.toDay)
            rule.relation = reader.choice(Field.rule(position, Field.relation))
            rule.value = text(Field.value)
            rule.otherValue = text(Field.otherValue)
            rule.unit = text(Field.unit)
            return rule
        }
    }
}
