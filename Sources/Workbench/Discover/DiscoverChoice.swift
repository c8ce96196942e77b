// SPDX-License-Identifier: Apache-2.0

/// What a visitor of a stored definition chose: rules switched off, and an outcome to follow.
///
/// It travels in the address, so it holds positions, codes and a number of days, never patients.
package struct DiscoverChoice: Sendable, Hashable {
    /// Names in the address.
    enum Field {
        /// Repeated: the position of a rule that is off; 0 is the first after the entry event.
        static let off = "off"
        /// Repeated: the position of a rule whose box is ticked.
        static let rule = "rule"
        /// How many boxes the form had, since a box that is not ticked says nothing.
        static let boxes = "boxes"
        static let outcome = "outcome"
        static let days = "days"
    }

    /// Positions of rules that are off, the first after the entry event being 0.
    package var off: Set<Int>
    /// Codes of the outcome to follow, as typed; may be empty.
    package var outcome: String
    /// How long to follow; nil: as long as there are data.
    package var days: Int?

    package init(off: Set<Int> = [], outcome: String = "", days: Int? = nil) {
        self.off = off
        self.outcome = outcome
        self.days = days
    }

    /// The codes of the outcome; what cannot be one is left out.
    package var outcomeCodes: [String] {
        DiscoverForm.codes(in: outcome).filter(DiscoverForm.isCode)
    }

    /// Reads the address's query or a posted form; unknown names and odd values are ignored.
    package init(fields: [(name: String, value: String)]) {
        self.init()
        let reader = DiscoverForm.FieldReader(fields)
        func positions(_ name: String) -> Set<Int> {
            Set(
                fields.filter { $0.name == name }.compactMap { Int($0.value) }
                    .filter { (0..<1000).contains($0) })
        }
        if let boxes = reader[Field.boxes].flatMap(Int.init), (0...1000).contains(boxes) {
            off = Set(0..<boxes).subtracting(positions(Field.rule))
        } else {
            off = positions(Field.off)
        }
        outcome = reader[Field.outcome] ?? ""
        days = reader[Field.days].flatMap(Int.init).flatMap { (1...36_525).contains($0) ? $0 : nil }
    }
}

/// What of a count can be taken along.
package enum DiscoverFile: String, Sendable, Hashable, CaseIterable {
    case definition = "definition.json"
    case result = "result.json"
    case attrition = "attrition.csv"
    case ageSex = "age-and-sex.csv"
    case ages = "age-at-index.csv"
    case codes = "codes.csv"
    case before = "before-index.csv"
    case survival = "survival.csv"
    case incidence = "incidence.csv"
    case attritionPicture = "attrition.svg"
    case agesPicture = "age-at-index.svg"
    case beforePicture = "before-index.svg"
    case survivalPicture = "survival.svg"

    package var contentType: String {
        if rawValue.hasSuffix(".json") { return "application/json" }
        return rawValue.hasSuffix(".csv") ? "text/csv; charset=utf-8" : "image/svg+xml"
    }
}

/// The addresses below `/discover`.
package enum DiscoverAddress {
    /// The page of a stored definition with some rules off: the link that is shared.
    package static func page(_ digest: String, off: Set<Int> = []) -> String {
        "\(Place.discover.rawValue)/\(segment(digest))" + query(off)
    }

    /// Where the question about one patient is posted; the patient is never in the address.
    package static func why(_ digest: String) -> String {
        "\(Place.discover.rawValue)/\(segment(digest))/why"
    }

    /// One file of a count.
    package static func file(
        _ file: DiscoverFile, of digest: String, choice: DiscoverChoice
    ) -> String {
        var query = query(choice.off)
        let codes = choice.outcomeCodes.map(AddressText.escaped).joined(separator: ",")
        if !codes.isEmpty { query += (query.isEmpty ? "?" : "&") + "outcome=\(codes)" }
        if let days = choice.days { query += (query.isEmpty ? "?" : "&") + "days=\(days)" }
        return "\(Place.discover.rawValue)/\(segment(digest))/\(file.rawValue)" + query
    }

    private static func query(_ off: Set<Int>) -> String {
        off.isEmpty ? "" : "?" + off.sorted().map { "off=\($0)" }.joined(separator: "&")
    }

    /// Letters, digits, `-` and `_` only: what a digest is made of.
    private static func segment(_ digest: String) -> String {
        String(digest.unicodeScalars.filter(AddressText.isPlain).map(Character.init))
    }
}
