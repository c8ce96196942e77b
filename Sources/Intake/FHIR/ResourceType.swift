// SPDX-License-Identifier: Apache-2.0

/// The FHIR R4 resource types that become persons, events or notes.
enum ImportedType: Int, CaseIterable {
    case patient, encounter, condition, observation, medicationRequest, procedure
    case diagnosticReport, imagingStudy, documentReference, immunization, allergyIntolerance

    var name: StaticString {
        switch self {
        case .patient: "Patient"
        case .encounter: "Encounter"
        case .condition: "Condition"
        case .observation: "Observation"
        case .medicationRequest: "MedicationRequest"
        case .procedure: "Procedure"
        case .diagnosticReport: "DiagnosticReport"
        case .imagingStudy: "ImagingStudy"
        case .documentReference: "DocumentReference"
        case .immunization: "Immunization"
        case .allergyIntolerance: "AllergyIntolerance"
        }
    }

    init?(_ name: ByteText) {
        for type in ImportedType.allCases where name == type.name {
            self = type
            return
        }
        return nil
    }
}

/// Names of the other FHIR R4 resource types, the only ones a report repeats from a file.
///
/// Anything else that stands as a resourceType could be a misplaced value of the record.
enum OtherTypes {
    static let names: Set<String> = Set(
        """
        Account ActivityDefinition AdverseEvent Appointment AppointmentResponse AuditEvent Basic \
        Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan \
        CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse \
        ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition \
        Composition ConceptMap Consent Contract Coverage CoverageEligibilityRequest \
        CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric \
        DeviceRequest DeviceUseStatement DocumentManifest EffectEvidenceSynthesis Endpoint \
        EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence \
        EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal \
        GraphDefinition Group GuidanceResponse HealthcareService ImmunizationEvaluation \
        ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List \
        Location Measure MeasureReport Media Medication MedicationAdministration \
        MedicationDispense MedicationKnowledge MedicationStatement MedicinalProduct \
        MedicinalProductAuthorization MedicinalProductContraindication \
        MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction \
        MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical \
        MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence \
        NamingSystem NutritionOrder ObservationDefinition OperationDefinition OperationOutcome \
        Organization OrganizationAffiliation Parameters PaymentNotice PaymentReconciliation \
        Person PlanDefinition Practitioner PractitionerRole Provenance Questionnaire \
        QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition \
        ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment \
        RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen \
        SpecimenDefinition StructureDefinition StructureMap Subscription Substance \
        SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation \
        SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task \
        TerminologyCapabilities TestReport TestScript ValueSet VerificationResult \
        VisionPrescription
        """.split(separator: " ").map(String.init))

    /// The reason counted for a type that is not imported.
    static func reason(_ name: String) -> String {
        "type not imported: " + (names.contains(name) ? name : "not a FHIR R4 type")
    }
}
