// SPDX-License-Identifier: Apache-2.0
package import Records

/// A cohort in the terms of OHDSI Circe, which is what ATLAS writes.
///
/// People enter with primary events, are qualified by additional criteria and by inclusion rules,
/// and stay until an end strategy or a censoring event says otherwise. Names follow Circe's JSON.
package struct CirceExpression: Hashable, Sendable {
    package var title: String?
    /// Versions of the common data model the author had in mind, such as `>=5.0.0`; not checked.
    package var modelVersions: String?
    package var conceptSets: [Circe.ConceptSet] = []
    package var primary = Circe.PrimaryCriteria()
    /// Further conditions on the primary events; nil where none were stated at all, which also
    /// switches `qualifiedLimit` off.
    package var additional: Circe.Group?
    package var qualifiedLimit = Circe.Limit.first
    package var inclusionRules: [Circe.InclusionRule] = []
    package var expressionLimit = Circe.Limit.first
    package var endStrategy: Circe.EndStrategy?
    package var censoring: [Circe.Criterion] = []
    /// Days between two periods of a person that are still joined to one.
    package var eraPad = 0
    package var censorWindow = Circe.Period()

    package init() {}
}

/// The pieces of a Circe expression.
package enum Circe {}

extension Circe {
    /// A named list of concepts, given by hierarchy and mapping.
    package struct ConceptSet: Hashable, Sendable {
        package var id: Int
        package var name: String
        package var items: [ConceptSetItem]

        package init(id: Int, name: String, items: [ConceptSetItem]) {
            self.id = id
            self.name = name
            self.items = items
        }
    }

    /// A concept of a set and how far it reaches.
    package struct ConceptSetItem: Hashable, Sendable {
        package var concept: ConceptEntry
        package var isExcluded: Bool
        package var includesDescendants: Bool
        package var includesMapped: Bool

        package init(
            concept: ConceptEntry, isExcluded: Bool = false, includesDescendants: Bool = false,
            includesMapped: Bool = false
        ) {
            self.concept = concept
            self.isExcluded = isExcluded
            self.includesDescendants = includesDescendants
            self.includesMapped = includesMapped
        }
    }

    /// The events that let a person in, each within an observation period.
    package struct PrimaryCriteria: Hashable, Sendable {
        package var criteria: [Criterion] = []
        /// Days of observation required before the event.
        package var priorDays = 0
        /// Days of observation required after the event.
        package var postDays = 0
        package var limit = Limit.first

        package init() {}
    }

    /// Which events of a person are kept.
    package enum Limit: String, Hashable, Sendable, CaseIterable {
        case all = "All"
        case first = "First"
        case last = "Last"
    }

    /// Criteria that are to hold together.
    package struct Group: Hashable, Sendable {
        /// How many of the group's members have to hold.
        package enum Kind: Hashable, Sendable {
            case all
            case any
            case atLeast(Int)
            case atMost(Int)
        }

        package var kind: Kind
        package var criteria: [CorrelatedCriterion]
        package var demographics: [Demographics]
        package var groups: [Group]

        package init(
            _ kind: Kind, criteria: [CorrelatedCriterion] = [], demographics: [Demographics] = [],
            groups: [Group] = []
        ) {
            self.kind = kind
            self.criteria = criteria
            self.demographics = demographics
            self.groups = groups
        }

        /// No members: such a group holds for every event.
        package var isEmpty: Bool { memberCount == 0 }

        package var memberCount: Int { criteria.count + demographics.count + groups.count }
    }

    /// A named condition on a qualified event; attrition is counted rule by rule.
    package struct InclusionRule: Hashable, Sendable {
        package var name: String
        package var description: String?
        package var expression: Group

        package init(name: String, description: String? = nil, expression: Group) {
            self.name = name
            self.description = description
            self.expression = expression
        }
    }

    /// Records of a domain counted around an index event.
    package struct CorrelatedCriterion: Hashable, Sendable {
        package var criterion: Criterion
        package var startWindow: Window
        package var endWindow: Window?
        package var occurrence: Occurrence
        /// The record belongs to the same visit as the index event.
        package var restrictVisit: Bool
        /// Records outside the index event's observation period count too.
        package var ignoreObservationPeriod: Bool

        package init(
            criterion: Criterion, startWindow: Window, endWindow: Window? = nil,
            occurrence: Occurrence, restrictVisit: Bool = false,
            ignoreObservationPeriod: Bool = false
        ) {
            self.criterion = criterion
            self.startWindow = startWindow
            self.endWindow = endWindow
            self.occurrence = occurrence
            self.restrictVisit = restrictVisit
            self.ignoreObservationPeriod = ignoreObservationPeriod
        }
    }

    /// Days between which a date of the record lies, counted from a date of the index event.
    package struct Window: Hashable, Sendable {
        package var start: Endpoint
        package var end: Endpoint
        /// Counted from the index event's end instead of its start.
        package var useIndexEnd: Bool
        /// The record's end is looked at instead of its start.
        package var useEventEnd: Bool

        package init(
            start: Endpoint, end: Endpoint, useIndexEnd: Bool = false, useEventEnd: Bool = false
        ) {
            self.start = start
            self.end = end
            self.useIndexEnd = useIndexEnd
            self.useEventEnd = useEventEnd
        }
    }

    /// One side of a window.
    package struct Endpoint: Hashable, Sendable {
        /// Nil for all days before or after, as far as the observation period reaches.
        package var days: Int?
        /// -1 for before, 1 for after; days are multiplied by it.
        package var coefficient: Int

        package init(days: Int?, coefficient: Int) {
            self.days = days
            self.coefficient = coefficient
        }
    }

    /// How often a correlated record has to occur.
    package struct Occurrence: Hashable, Sendable {
        /// Raw values are Circe's `Type`.
        package enum Kind: Int, Hashable, Sendable {
            case exactly = 0
            case atMost = 1
            case atLeast = 2
        }

        package var kind: Kind
        package var count: Int
        /// Different values of `column` are counted instead of records.
        package var isDistinct: Bool
        /// Nil for the concept of the record.
        package var column: Column?

        package init(_ kind: Kind, _ count: Int, isDistinct: Bool = false, column: Column? = nil) {
            self.kind = kind
            self.count = count
            self.isDistinct = isDistinct
            self.column = column
        }
    }

    /// What distinct occurrences can be told apart by.
    package enum Column: String, Hashable, Sendable, CaseIterable {
        case concept = "DOMAIN_CONCEPT"
        case startDate = "START_DATE"
        case endDate = "END_DATE"
        case visit = "VISIT_ID"
        case visitDetail = "VISIT_DETAIL_ID"
        case duration = "DURATION"
        case quantity = "QUANTITY"
        case daysSupply = "DAYS_SUPPLY"
        case refills = "REFILLS"
        case rangeLow = "RANGE_LOW"
        case rangeHigh = "RANGE_HIGH"
        case valueNumber = "VALUE_AS_NUMBER"
        case unit = "UNIT"
        case gapDays = "GAP_DAYS"
        case eraOccurrences = "ERA_OCCURRENCES"
    }

    /// What ends a person's time in the cohort besides the observation period.
    package enum EndStrategy: Hashable, Sendable {
        /// A fixed number of days from the start or the end of the event.
        case offset(from: DateField, days: Int)
        /// Continuous exposure to the drugs of a set: gaps up to `gapDays` are bridged, `offset`
        /// days are added; `daysSupply` replaces the stated end of each exposure.
        case drugEra(conceptSet: Int, gapDays: Int, offset: Int, daysSupply: Int?)
    }

    /// Which of an event's two dates is meant.
    package enum DateField: String, Hashable, Sendable {
        case start = "StartDate"
        case end = "EndDate"
    }

    /// Calendar days, either side open where nil.
    package struct Period: Hashable, Sendable {
        package var start: CivilDay?
        package var end: CivilDay?

        package init(start: CivilDay? = nil, end: CivilDay? = nil) {
            self.start = start
            self.end = end
        }

        package var isOpen: Bool { start == nil && end == nil }
    }
}
