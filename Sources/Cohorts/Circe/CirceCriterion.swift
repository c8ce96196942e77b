// SPDX-License-Identifier: Apache-2.0
package import Records

extension Circe {
    /// Records of one table that match a concept set and every attribute.
    package struct Criterion: Hashable, Sendable {
        package var table: ClinicalTable
        /// The set the record's standard concept is in; nil for any record.
        package var conceptSet: Int?
        /// The set the record's source concept is in.
        package var sourceConceptSet: Int?
        /// Only a person's first record of the concept sets; the attributes are asked of that one.
        package var isFirst: Bool
        /// In the order of the domain's table of keys.
        package var attributes: [Attribute]
        package var dateAdjustment: DateAdjustment?
        /// Conditions around each record itself.
        package var correlated: Group?

        package init(
            _ table: ClinicalTable, conceptSet: Int? = nil, sourceConceptSet: Int? = nil,
            isFirst: Bool = false, attributes: [Attribute] = [],
            dateAdjustment: DateAdjustment? = nil, correlated: Group? = nil
        ) {
            self.table = table
            self.conceptSet = conceptSet
            self.sourceConceptSet = sourceConceptSet
            self.isFirst = isFirst
            self.attributes = attributes
            self.dateAdjustment = dateAdjustment
            self.correlated = correlated
        }
    }

    /// Conditions on the person at the time of an event; `attributes` as in a criterion.
    package struct Demographics: Hashable, Sendable {
        package var attributes: [Attribute]

        package init(attributes: [Attribute]) {
            self.attributes = attributes
        }
    }

    /// One condition on a record.
    package struct Attribute: Hashable, Sendable {
        package var field: Field
        package var test: Test

        package init(_ field: Field, _ test: Test) {
            self.field = field
            self.test = test
        }
    }

    /// What a condition looks at.
    package enum Field: String, Hashable, Sendable, CaseIterable {
        case startDate, endDate
        case type, status, stopReason
        /// Age in the year of the start (for a visit detail: of the end).
        case age
        case ageAtStart, ageAtEnd
        case gender, race, ethnicity
        case providerSpecialty
        /// Concept of the visit the record belongs to.
        case visitConcept
        case placeOfService
        case refills, quantity, daysSupply, route, effectiveDose, doseUnit, lotNumber
        case modifier
        case operatorConcept, valueNumber, valueConcept, valueText, unit
        case rangeLow, rangeHigh, rangeLowRatio, rangeHighRatio
        /// The value lies outside the stated range or is called high or low.
        case abnormal
        case qualifier
        /// Days from start to end.
        case length
        case deviceID
        case anatomicSite, diseaseStatus, sourceID
        /// Records an era was made from.
        case occurrenceCount
        case gapDays, doseValue
        /// Fixed dates inside the period that stand for its start and end.
        case userDefinedPeriod
        case payer, plan, sponsor, stopReasonConcept
        case payerSource, planSource, sponsorSource, stopReasonSource
    }

    /// How a condition compares.
    package enum Test: Hashable, Sendable {
        case dates(DateRange)
        case numbers(NumericRange)
        /// The value is one of the concepts; an empty list asks nothing.
        case concepts([ConceptEntry], isExcluded: Bool)
        /// The value is in the concept set.
        case conceptSet(Int, isExcluded: Bool)
        case text(TextFilter)
        case period(Period)
        /// Nothing but itself.
        case holds
    }

    /// How a number or day is compared; both ends of an interval belong to it.
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case less = "lt"
        case lessOrEqual = "lte"
        case equal = "eq"
        case notEqual = "!eq"
        case greater = "gt"
        case greaterOrEqual = "gte"
        case between = "bt"
        case notBetween = "!bt"

        package var isInterval: Bool { self == .between || self == .notBetween }
    }

    /// A condition on a number.
    ///
    /// Nil in `value` (or in `extent` where the comparison needs two): left unfinished by its
    /// author; such a definition is read but not run.
    package struct NumericRange: Hashable, Sendable {
        package var comparison: Comparison
        package var value: Double?
        package var extent: Double?

        package init(_ comparison: Comparison, _ value: Double?, _ extent: Double? = nil) {
            self.comparison = comparison
            self.value = value
            self.extent = extent
        }

        package var isComplete: Bool {
            value != nil && (!comparison.isInterval || extent != nil)
        }
    }

    /// A condition on a day.
    ///
    /// Unfinished in the same way as a `NumericRange` where a day is nil.
    package struct DateRange: Hashable, Sendable {
        package var comparison: Comparison
        package var value: CivilDay?
        package var extent: CivilDay?

        package init(_ comparison: Comparison, _ value: CivilDay?, _ extent: CivilDay? = nil) {
            self.comparison = comparison
            self.value = value
            self.extent = extent
        }

        package var isComplete: Bool {
            value != nil && (!comparison.isInterval || extent != nil)
        }
    }

    /// A comparison of text; upper and lower case differ.
    package struct TextFilter: Hashable, Sendable {
        /// Which part of the text has to be the filter's.
        package enum Match: String, Hashable, Sendable, CaseIterable {
            case equal = "eq"
            case startsWith
            case contains
            case endsWith
        }

        package var match: Match
        package var isNegated: Bool
        /// Nil: left unfinished.
        package var text: String?

        package init(_ match: Match, _ text: String?, isNegated: Bool = false) {
            self.match = match
            self.text = text
            self.isNegated = isNegated
        }
    }

    /// Moves a record's dates before anything is asked of them; records whose end comes before
    /// their start are then dropped.
    package struct DateAdjustment: Hashable, Sendable {
        package var startWith: DateField
        package var startOffset: Int
        package var endWith: DateField
        package var endOffset: Int

        package init(
            startWith: DateField = .start, startOffset: Int = 0, endWith: DateField = .end,
            endOffset: Int = 0
        ) {
            self.startWith = startWith
            self.startOffset = startOffset
            self.endWith = endWith
            self.endOffset = endOffset
        }
    }
}
