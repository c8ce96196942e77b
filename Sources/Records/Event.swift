// SPDX-License-Identifier: Apache-2.0

/// A random 128-bit name of a de-identified patient, written as 32 hexadecimal digits.
package struct SubjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    package var description: String { SubjectID.hex(high) + SubjectID.hex(low) }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func < (left: SubjectID, right: SubjectID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// What an event carries besides its code: nothing, a number, or another code.
///
/// Raw values are written to disk; never renumber.
package enum ValueKind: UInt8, Sendable {
    case none = 0
    case number = 1
    /// The source said "less than" (`<` or `<=`) this number.
    case below = 2
    /// The source said "greater than" (`>` or `>=`) this number.
    case above = 3
    /// `payload` is an index into the code table (a coded answer such as "never smoked").
    case code = 4
}

/// An event as the source states it, still identified; indices point into its extraction's tables.
package struct SourceEvent: Hashable, Sendable {
    /// Index into the extraction's patient keys.
    package var patient: Int32
    /// Index into the extraction's code entries.
    package var code: Int32
    package var start: CivilTime
    package var end: CivilTime?
    package var kind: ValueKind
    /// The number, for the three numeric kinds; 0 otherwise.
    package var number: Double
    /// The index of the value's code entry, for `.code`; -1 otherwise.
    package var valueCode: Int32
    /// Index into the extraction's units; -1 without one.
    package var unit: Int32
    /// A 128-bit digest of resource type and id: events of one resource share it.
    package var resource: ResourceKey
    /// Line of the source file, from 1 (for bundles: number of the entry, from 1).
    package var line: Int32

    package init(
        patient: Int32, code: Int32, start: CivilTime, end: CivilTime? = nil,
        kind: ValueKind = .none, number: Double = 0, valueCode: Int32 = -1, unit: Int32 = -1,
        resource: ResourceKey, line: Int32
    ) {
        self.patient = patient
        self.code = code
        self.start = start
        self.end = end
        self.kind = kind
        self.number = number
        self.valueCode = valueCode
        self.unit = unit
        self.resource = resource
        self.line = line
    }
}

/// Which source resource something came from: a digest of resource type and id.
package struct ResourceKey: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// One de-identified event of one subject, as timelines store it; indices point into site tables.
///
/// Times are minutes since the subject's anchor (their first event). Under `safe-harbor+intervals`
/// they are whole days, multiples of 1,440.
package struct EventRow: Hashable, Sendable {
    /// Position in the subject directory.
    package var subject: UInt32
    /// Index into the code entries.
    package var code: UInt32
    package var start: Int32
    /// Equal to or after `start`; nil for a point in time.
    package var end: Int32?
    package var kind: ValueKind
    package var number: Double
    /// Index of the value's code entry, for `.code`; -1 otherwise.
    package var valueCode: Int32
    /// Index into the units; -1 without one.
    package var unit: Int32
    /// Row of the source the event came from; 0 in a release, where it would tie the event to a line
    /// of the identified export.
    package var source: UInt64

    package init(
        subject: UInt32, code: UInt32, start: Int32, end: Int32? = nil, kind: ValueKind = .none,
        number: Double = 0, valueCode: Int32 = -1, unit: Int32 = -1, source: UInt64 = 0
    ) {
        self.subject = subject
        self.code = code
        self.start = start
        self.end = end
        self.kind = kind
        self.number = number
        self.valueCode = valueCode
        self.unit = unit
        self.source = source
    }
}

/// What an event says, resolved for reading.
package enum EventValue: Hashable, Sendable {
    case number(Double, unit: String?)
    case below(Double, unit: String?)
    case above(Double, unit: String?)
    case code(Code, display: String)
}

/// One de-identified event with its code and unit resolved: what pages and exports show.
package struct Event: Hashable, Sendable {
    package var code: Code
    package var display: String
    /// Minutes since the subject's anchor.
    package var start: Int32
    package var end: Int32?
    package var value: EventValue?

    package init(
        code: Code, display: String, start: Int32, end: Int32? = nil, value: EventValue? = nil
    ) {
        self.code = code
        self.display = display
        self.start = start
        self.end = end
        self.value = value
    }
}

/// What may be known of a subject besides events, under the site's release profile.
package struct SubjectRecord: Hashable, Sendable {
    package var id: SubjectID
    package var sex: Sex
    /// Calendar year of the anchor; the only calendar date element that is released.
    package var anchorYear: Int32
    /// Completed years at the anchor; nil where unknown, and where `isAged` hides it.
    package var ageAtAnchor: Int32?
    /// Some event lies at age 90 or over: every age of this subject reads "90+".
    package var isAged: Bool
    /// US state abbreviation or name as recorded; empty where unknown or outside the US.
    package var state: String
    /// Three digits, `000` where the area holds 20,000 people or fewer or is not listed.
    package var zip3: String
    /// OMB race and ethnicity category codes; empty where unknown.
    package var race: String
    package var ethnicity: String
    /// The anchor's day counted from 1970-01-01; only under a profile that keeps true dates.
    package var anchorDay: Int32?
    /// The day of birth counted from 1970-01-01; only under a profile that keeps true dates.
    package var birthDay: Int32?
    /// Only under a profile that keeps true dates.
    package var birthYear: Int32?
    /// OMOP concept ids as the source states them; 0 where there is none.
    package var genderConcept: UInt32 = 0
    package var raceConcept: UInt32 = 0
    package var ethnicityConcept: UInt32 = 0

    package init(
        id: SubjectID, sex: Sex, anchorYear: Int32, ageAtAnchor: Int32?, isAged: Bool,
        state: String = "", zip3: String = "000", race: String = "", ethnicity: String = ""
    ) {
        self.id = id
        self.sex = sex
        self.anchorYear = anchorYear
        self.ageAtAnchor = ageAtAnchor
        self.isAged = isAged
        self.state = state
        self.zip3 = zip3
        self.race = race
        self.ethnicity = ethnicity
    }
}
