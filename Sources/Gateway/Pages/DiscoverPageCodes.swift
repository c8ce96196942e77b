// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Site
import Timelines
import Workbench

extension DiscoveryGround {
    /// So many codes are offered while one types, and found by one search.
    private static let offered = 200
    private static let found = 50

    /// The most frequent codes of those whose counts may be shown.
    func frequentCodes() -> [DiscoverView.Suggestion] {
        let rows = CodeRelease.rows(store, smallCell: smallCell)
            .filter { $0.subjects != nil && !$0.entry.code.isBookkeeping }
        return rows.prefix(DiscoveryGround.offered).map(suggestion)
    }

    /// Codes on record that have a text in their name or code, most frequent first; then concepts
    /// of that name that only have more special ones on record.
    func codes(named text: String) -> [DiscoverView.Suggestion] {
        let words = text.lowercased().split(separator: " ")
        guard !words.isEmpty else { return [] }
        let rows = CodeRelease.rows(store, smallCell: smallCell).filter { row in
            guard !row.entry.code.isBookkeeping else { return false }
            let name = "\(row.entry.code) \(row.entry.display)".lowercased()
            return words.allSatisfy { name.contains($0) }
        }
        let found = rows.prefix(DiscoveryGround.found).map(suggestion)
        guard let concepts, found.count < DiscoveryGround.found else { return found }
        let wider = concepts.search(text, limit: DiscoveryGround.found) { concept in
            store.codes(ofConcept: concept).isEmpty
        }
        .filter { entry in
            concepts.descendants(entry.id).contains { !store.codes(ofConcept: $0).isEmpty }
        }
        .map { DiscoverView.Suggestion(code: String($0.id), name: $0.name) }
        return found + wider.prefix(DiscoveryGround.found - found.count)
    }

    private func suggestion(_ row: CodeRelease.Row) -> DiscoverView.Suggestion {
        let code = row.entry.code.description
        // Hidden may mean few, or all but a few: neither is said.
        return DiscoverView.Suggestion(
            code: code, name: row.entry.display.isEmpty ? code : row.entry.display,
            persons: row.subjects.map { .exact($0) })
    }

    /// The codes a text of the form stands for: a code as it is written, or the codes of a concept.
    ///
    /// - Parameter withDescendants: with the codes on record of whatever lies below it, where the
    ///   site has a vocabulary that says so.
    /// - Returns: at least one code, on record or not; ascending but for the first.
    func codes(of text: String, withDescendants: Bool) -> [Code] {
        var codes: [Code] = []
        var concept: UInt32?
        if let code = Code(text) {
            codes = [code]
            concept =
                store.codeIndex(code).map { store.concept(ofCode: $0) }
                ?? concepts?.concept(vocabulary: code.system.rawValue, code: code.value)
        } else {
            concept = UInt32(text)
            codes = concept.map(plainCodes) ?? []
            // As a concept without an entry is named when it is brought in.
            if codes.isEmpty { codes = [Code(CodeSystem(rawValue: "OMOP"), text)] }
        }
        guard withDescendants, let concepts, let concept, concept != 0 else { return codes }
        let below = Set(concepts.descendants(concept).flatMap(plainCodes)).subtracting(codes)
        return codes + below.sorted()
    }

    /// The codes of a concept without those of eras, which repeat other rows.
    private func plainCodes(_ concept: UInt32) -> [Code] {
        store.codes(ofConcept: concept).map { store.codes[$0].code }
            .filter { !$0.isBookkeeping }
    }

    /// Codes as a heading: their names, or how many more there are.
    func name(of codes: [Code]) -> String {
        let names = codes.prefix(2).map { code in
            let display = store.codeIndex(code).map { store.codes[$0].display } ?? ""
            return display.isEmpty ? code.description : "\(display) (\(code))"
        }
        let rest = codes.count - names.count
        return names.joined(separator: " or ") + (rest > 0 ? " or \(rest) more" : "")
    }
}
