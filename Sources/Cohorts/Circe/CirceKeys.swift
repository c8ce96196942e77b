// SPDX-License-Identifier: Apache-2.0
import Records

/// The keys of each domain of Circe's JSON, in the order of its own classes.
///
/// Reading, writing and the order of a criterion's attributes all follow these tables.
struct CirceKeys: Sendable {
    /// The key of the domain in a criteria list, such as `ConditionOccurrence`.
    let domain: String
    let table: ClinicalTable
    /// Key of the concept set on the standard concept; nil where the domain has none.
    let conceptSet: String?
    let sourceConceptSet: String?
    let hasFirst: Bool
    let keys: [Key]

    struct Key: Sendable {
        let name: String
        let field: Circe.Field
        let form: Form

        init(_ name: String, _ field: Circe.Field, _ form: Form) {
            self.name = name
            self.field = field
            self.form = form
        }
    }

    /// The shape of a key's value.
    enum Form: Equatable, Sendable {
        case dates
        case numbers
        /// A list of concepts; the named key, where there is one, turns the list round.
        case concepts(excluding: String?)
        /// `{CodesetId, IsExclusion}`.
        case selection
        /// The number of a concept set.
        case conceptSet
        case text
        case period
        case flag
    }

    static let domains: [CirceKeys] = [
        conditionOccurrence, conditionEra, death, deviceExposure, doseEra, drugEra, drugExposure,
        measurement, observation, observationPeriod, payerPlanPeriod, procedureOccurrence,
        specimen, visitOccurrence, visitDetail,
    ]

    static let byTable: [ClinicalTable: CirceKeys] = .init(
        uniqueKeysWithValues: domains.map { ($0.table, $0) })

    static let byDomain: [String: CirceKeys] = .init(
        uniqueKeysWithValues: domains.map { ($0.domain, $0) })

    static let demographics: [Key] =
        [Key("Age", .age, .numbers)] + list("Gender", .gender) + list("Race", .race)
        + list("Ethnicity", .ethnicity)
        + [
            Key("OccurrenceStartDate", .startDate, .dates),
            Key("OccurrenceEndDate", .endDate, .dates),
        ]

    init(
        _ table: ClinicalTable, _ domain: String, conceptSet: String? = "CodesetId",
        source: String? = nil, hasFirst: Bool = true, _ keys: [Key]...
    ) {
        self.table = table
        self.domain = domain
        self.conceptSet = conceptSet
        self.sourceConceptSet = source
        self.hasFirst = hasFirst
        self.keys = keys.flatMap { $0 }
    }

    /// The spellings of a list of concepts: listed, or by a concept set.
    private static func list(
        _ name: String, _ field: Circe.Field, excluding: String? = nil
    ) -> [Key] {
        [
            Key(name, field, .concepts(excluding: excluding)), Key(name + "CS", field, .selection),
        ]
    }

    private static func type(_ name: String) -> [Key] {
        list(name, .type, excluding: name + "Exclude")
    }

    private static let start = [Key("OccurrenceStartDate", .startDate, .dates)]
    private static let dates = start + [Key("OccurrenceEndDate", .endDate, .dates)]
    private static let eraDates = [
        Key("EraStartDate", .startDate, .dates), Key("EraEndDate", .endDate, .dates),
    ]
    private static let periodDates = [
        Key("PeriodStartDate", .startDate, .dates), Key("PeriodEndDate", .endDate, .dates),
        Key("UserDefinedPeriod", .userDefinedPeriod, .period),
    ]
    private static let ages = [
        Key("AgeAtStart", .ageAtStart, .numbers), Key("AgeAtEnd", .ageAtEnd, .numbers),
    ]
    private static let gender = list("Gender", .gender)
    private static let person = [Key("Age", .age, .numbers)] + gender
    private static let specialty = list("ProviderSpecialty", .providerSpecialty)
    private static let visit = specialty + list("VisitType", .visitConcept)
    private static let length = [Key("EraLength", .length, .numbers)]

    private static let conditionOccurrence = CirceKeys(
        .conditionOccurrence, "ConditionOccurrence", source: "ConditionSourceConcept", dates,
        type("ConditionType"), [Key("StopReason", .stopReason, .text)], person, visit,
        list("ConditionStatus", .status))

    private static let conditionEra = CirceKeys(
        .conditionEra, "ConditionEra", eraDates,
        [Key("OccurrenceCount", .occurrenceCount, .numbers)], length, ages, gender)

    private static let death = CirceKeys(
        .death, "Death", source: "DeathSourceConcept", hasFirst: false, start, type("DeathType"),
        person)

    private static let deviceExposure = CirceKeys(
        .deviceExposure, "DeviceExposure", source: "DeviceSourceConcept", dates,
        type("DeviceType"), [Key("UniqueDeviceId", .deviceID, .text)],
        [Key("Quantity", .quantity, .numbers)], person, visit)

    private static let doseEra = CirceKeys(
        .doseEra, "DoseEra", eraDates, list("Unit", .unit),
        [Key("DoseValue", .doseValue, .numbers)], length, ages, gender)

    private static let drugEra = CirceKeys(
        .drugEra, "DrugEra", eraDates, [Key("OccurrenceCount", .occurrenceCount, .numbers)],
        [Key("GapDays", .gapDays, .numbers)], length, ages, gender)

    private static let drugExposure = CirceKeys(
        .drugExposure, "DrugExposure", source: "DrugSourceConcept", dates, type("DrugType"),
        [
            Key("StopReason", .stopReason, .text), Key("Refills", .refills, .numbers),
            Key("Quantity", .quantity, .numbers), Key("DaysSupply", .daysSupply, .numbers),
        ], list("RouteConcept", .route), [Key("EffectiveDrugDose", .effectiveDose, .numbers)],
        list("DoseUnit", .doseUnit), [Key("LotNumber", .lotNumber, .text)], person, visit)

    private static let measurement = CirceKeys(
        .measurement, "Measurement", source: "MeasurementSourceConcept", start,
        type("MeasurementType"), list("Operator", .operatorConcept),
        [Key("ValueAsNumber", .valueNumber, .numbers)], list("ValueAsConcept", .valueConcept),
        list("Unit", .unit),
        [
            Key("RangeLow", .rangeLow, .numbers), Key("RangeHigh", .rangeHigh, .numbers),
            Key("RangeLowRatio", .rangeLowRatio, .numbers),
            Key("RangeHighRatio", .rangeHighRatio, .numbers), Key("Abnormal", .abnormal, .flag),
        ], person, visit)

    private static let observation = CirceKeys(
        .observation, "Observation", source: "ObservationSourceConcept", start,
        type("ObservationType"),
        [
            Key("ValueAsNumber", .valueNumber, .numbers), Key("ValueAsString", .valueText, .text),
        ], list("ValueAsConcept", .valueConcept), list("Qualifier", .qualifier),
        list("Unit", .unit), person, visit)

    private static let observationPeriod = CirceKeys(
        .observationPeriod, "ObservationPeriod", conceptSet: nil, periodDates,
        list("PeriodType", .type), [Key("PeriodLength", .length, .numbers)], ages)

    private static let payerPlanPeriod = CirceKeys(
        .payerPlanPeriod, "PayerPlanPeriod", conceptSet: nil, periodDates,
        [Key("PeriodLength", .length, .numbers)], ages, gender,
        [
            Key("PayerConcept", .payer, .conceptSet), Key("PlanConcept", .plan, .conceptSet),
            Key("SponsorConcept", .sponsor, .conceptSet),
            Key("StopReasonConcept", .stopReasonConcept, .conceptSet),
            Key("PayerSourceConcept", .payerSource, .conceptSet),
            Key("PlanSourceConcept", .planSource, .conceptSet),
            Key("SponsorSourceConcept", .sponsorSource, .conceptSet),
            Key("StopReasonSourceConcept", .stopReasonSource, .conceptSet),
        ])

    private static let procedureOccurrence = CirceKeys(
        .procedureOccurrence, "ProcedureOccurrence", source: "ProcedureSourceConcept", start,
        type("ProcedureType"), list("Modifier", .modifier),
        [Key("Quantity", .quantity, .numbers)], person, visit)

    private static let specimen = CirceKeys(
        .specimen, "Specimen", start, type("SpecimenType"),
        [Key("Quantity", .quantity, .numbers)], list("Unit", .unit),
        list("AnatomicSite", .anatomicSite), list("DiseaseStatus", .diseaseStatus),
        [Key("SourceId", .sourceID, .text)], person)

    private static let visitOccurrence = CirceKeys(
        .visitOccurrence, "VisitOccurrence", source: "VisitSourceConcept", dates,
        type("VisitType"), [Key("VisitLength", .length, .numbers)], person, specialty,
        list("PlaceOfService", .placeOfService))

    private static let visitDetail = CirceKeys(
        .visitDetail, "VisitDetail", source: "VisitDetailSourceConcept",
        [
            Key("VisitDetailStartDate", .startDate, .dates),
            Key("VisitDetailEndDate", .endDate, .dates),
            Key("VisitDetailTypeCS", .type, .selection),
            Key("VisitDetailLength", .length, .numbers), Key("Age", .age, .numbers),
            Key("GenderCS", .gender, .selection),
            Key("ProviderSpecialtyCS", .providerSpecialty, .selection),
            Key("PlaceOfServiceCS", .placeOfService, .selection),
        ])
}
