// SPDX-License-Identifier: Apache-2.0
import Records

/// A coding with a code, as it stands in the buffer.
struct ScannedCoding {
    /// Index into the system table.
    var system: Int32
    /// The system has a short name of ours.
    var isKnown: Bool
    var code: ByteText
    var display: ByteText?
}

/// A CodeableConcept: the coding chosen of it, and whether it had words of its own.
///
/// Chosen is the first coding of a known system, else the first with a code.
struct ScannedConcept {
    var coding: ScannedCoding?
    var hasText = false

    mutating func consider(_ candidate: ScannedCoding?) {
        guard let candidate else { return }
        guard let coding else {
            self.coding = candidate
            return
        }
        if candidate.isKnown, !coding.isKnown { self.coding = candidate }
    }
}

struct ScannedPeriod {
    var start: ByteText?
    var end: ByteText?
}

/// Observation.value[x], reduced to what an event can carry.
struct ScannedValue {
    var kind = ValueKind.none
    var number = 0.0
    var unit: ByteText?
    var coding: ScannedCoding?
    /// There is a value, whether or not an event can carry it.
    var isPresent = false
    var isText = false
    var lost: LostPart?
    /// A number was due and something else stood there.
    var isNotANumber = false
}

struct ScannedComponent {
    var concept: ScannedConcept
    var value: ScannedValue
}

struct ScannedAttachment {
    var contentType: ByteText?
    var data: ByteText?
}

/// The members that intake reads of any clinical resource, still as spans of the buffer.
///
/// R4 uses no member name in two senses among the imported types, except `type`, `code` and
/// `period`, so that one scan serves them all.
struct ScannedResource {
    var id: ByteText?
    var status: ByteText?
    /// What verificationStatus says against the resource, in any of its codings.
    var verification: Rejection?
    var isForbidden = false
    var reference: ByteText?
    var concept = ScannedConcept()
    var type = ScannedConcept()
    var encounterClass: ScannedCoding?
    var hasMedicationReference = false
    /// ImagingStudy.procedureCode or DiagnosticReport.conclusionCode.
    var furtherConcepts: [ScannedConcept] = []
    var modalities: [ScannedCoding] = []
    /// The date on which it happened, where one moment is given.
    var moment: ByteText?
    /// The same as a period.
    var period = ScannedPeriod()
    /// The date on which it was recorded or issued.
    var recorded: ByteText?
    var abatement: ByteText?
    var abatementPeriod = ScannedPeriod()
    var value = ScannedValue()
    var hasComponents = false
    var components: [ScannedComponent] = []
    var attachments: [ScannedAttachment] = []
    var hasConclusion = false
}
