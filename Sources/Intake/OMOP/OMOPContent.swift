// SPDX-License-Identifier: Apache-2.0
package import Records

/// One person of a common data model, still identified by `personID`.
package struct OMOPPerson: Hashable, Sendable {
    package var personID: Int64
    /// From the gender concept: 8507 male, 8532 female, else unknown.
    package var sex: Sex = .unknown
    /// OMOP concept ids as stated; 0 where there is none.
    package var genderConcept: UInt32 = 0
    package var raceConcept: UInt32 = 0
    package var ethnicityConcept: UInt32 = 0
    package var birthYear: Int32?
    package var birthMonth: Int32?
    package var birthDayOfMonth: Int32?
    /// The full date of birth, from its parts or else from the date and time of birth.
    package var birthDay: CivilDay?
    /// As the person's location has them; empty where unknown.
    package var state = ""
    package var zip = ""
}

/// Rows of the event tables as columns of one length, in the order of table, person and record.
package struct OMOPEvents: Sendable, Equatable {
    /// Stands for "no end stated" in `endDay`.
    package static let noEnd = Int32.min

    /// Positions in `OMOPContent.persons`.
    package var person: [UInt32] = []
    /// Indices into `OMOPContent.codes`.
    package var code: [UInt32] = []
    /// Days since 1970-01-01.
    package var startDay: [Int32] = []
    /// Minutes of the day; 0 where the source gives no time.
    package var startMinute: [Int16] = []
    package var endDay: [Int32] = []
    package var endMinute: [Int16] = []
    package var kind: [ValueKind] = []
    /// In the unit of `unit`; 0 where the event has no number.
    package var number: [Double] = []
    /// Indices into the codes; -1 without a coded value.
    package var valueCode: [Int32] = []
    /// Indices into the units; -1 without one.
    package var unit: [Int32] = []

    package var count: Int { person.count }

    /// The start of an event.
    package func start(_ index: Int) -> CivilTime {
        CivilTime(
            day: CivilDay(number: startDay[index]), minuteOfDay: Int(startMinute[index]))
    }

    /// The end of an event, never before its start; nil for none.
    package func end(_ index: Int) -> CivilTime? {
        guard endDay[index] != OMOPEvents.noEnd else { return nil }
        return CivilTime(day: CivilDay(number: endDay[index]), minuteOfDay: Int(endMinute[index]))
    }
}

/// Pairs of concepts as two columns of one length.
package struct ConceptPairs: Sendable, Equatable {
    package var first: [UInt32] = []
    package var second: [UInt32] = []

    package var count: Int { first.count }
}

/// What became of the rows when the tables were put together.
package struct OMOPAssemblyReport: Sendable, Equatable {
    /// Events by table.
    package var events: [String: Int] = [:]
    /// Rows left out because their person is not in the person table, by table.
    package var withheld: [String: Int] = [:]
    /// Rows left out because their date contradicts the calendar, and repeated persons, by reason.
    package var notKept: [String: Int] = [:]
    /// Values of known tests whose unit does not convert, as `LOINC/2160-0 in g`; kept as they are.
    package var unitsNotConvertible: [String: Int] = [:]
    /// Values of known tests without a unit; kept without one.
    package var valuesWithoutUnit = 0
    package var valuesConverted = 0
    package var valuesInTheirUnit = 0
}

/// A whole common data model, put together and still identified: what a release is made from.
package struct OMOPContent: Sendable {
    /// Each person once, in the order the record numbers follow.
    package var persons: [OMOPPerson] = []
    package var events = OMOPEvents()
    package var codes: [CodeEntry] = []
    /// OMOP concept of each code, parallel to `codes`; 0 for none.
    package var conceptOfCode: [UInt32] = []
    package var units: [String] = []
    /// Columns parallel to the events; only attributes that some row states.
    package var attributes: [EventAttribute: [Int64]] = [:]
    /// What text attributes point into.
    package var texts: [String] = []
    /// The concept table, by ascending id.
    package var concepts: [ConceptEntry] = []
    /// Ancestor and descendant.
    package var ancestors = ConceptPairs()
    /// Source concept and the concept it maps to.
    package var mapsTo = ConceptPairs()
    package var report = OMOPAssemblyReport()
}
