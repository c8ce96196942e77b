// SPDX-License-Identifier: Apache-2.0
import Records
import Timelines

/// The events of one subject with all that a report tells of them.
struct SubjectEvents {
    /// An event as a place in the store.
    struct Place {
        let code: Int
        let row: Int
        /// Minutes since the anchor.
        let start: Int32
    }

    let store: TimelineStore
    let subject: Int
    /// In order of start.
    let places: [Place]

    /// - Complexity: O(events of the subject).
    init(_ subject: Int, in store: TimelineStore) {
        self.store = store
        self.subject = subject
        places = store.withTimelineRows(subject: subject) { codes, starts, rows in
            codes.indices.map {
                Place(code: Int(codes[$0]), row: Int(rows[$0]), start: starts[$0])
            }
        }
    }

    /// The postings an event is in; nil where an altered file names none.
    func postings(_ place: Place) -> Postings? {
        guard let postings = store.postings(code: place.code), place.row < postings.count else {
            return nil
        }
        return postings
    }

    /// - Parameter day: days from the index date.
    func mention(_ place: Place, day: Int, note: String = "") -> WhyReport.Mention {
        let entry = store.codes[place.code]
        let table = postings(place).flatMap { postings in
            UInt8(exactly: postings.attribute(.table, place.row))
        }.flatMap { ClinicalTable(rawValue: $0) }
        return WhyReport.Mention(
            code: entry.code.description, name: entry.display, table: table?.name ?? "", day: day,
            value: value(place), note: note)
    }

    private func value(_ place: Place) -> String {
        guard let postings = postings(place) else { return "" }
        let number = WhyWords.number(postings.number(place.row))
        let unit = postings.unit(place.row).flatMap {
            store.units.indices.contains($0) ? store.units[$0] : nil
        }
        let words = unit.map { $0.isEmpty ? number : "\(number) \($0)" } ?? number
        switch postings.kind(place.row) {
        case .none: return ""
        case .number: return words
        case .below: return "below \(words)"
        case .above: return "above \(words)"
        case .code:
            guard let code = postings.valueCode(place.row), store.codes.indices.contains(code)
            else { return "" }
            let entry = store.codes[code]
            return entry.display.isEmpty ? entry.code.description : entry.display
        }
    }
}
