// SPDX-License-Identifier: Apache-2.0

/// Why one resource is not imported; the raw value is the reason counted in the report.
enum Rejection: String, Error, CaseIterable {
    case brokenJSON = "broken JSON"
    case lineTooLong = "line too long"
    case notAnObject = "not an object"
    case noResource = "no resource in the entry"
    case noResourceType = "no resourceType"
    case noID = "no id"
    case duplicateID = "duplicate id"
    case enteredInError = "status entered-in-error"
    case notDone = "status not-done"
    case cancelled = "status cancelled"
    case draft = "status draft"
    case planned = "status planned"
    case preparation = "status preparation"
    case refuted = "status refuted"
    case doNotPerform = "order not to perform"
    case noPatientReference = "no patient reference"
    case containedReference = "contained patient reference"
    case notAPatient = "subject is not a patient"
    case unreadableReference = "unreadable patient reference"
    case noCode = "no code"
    case medicationByReference = "medication by reference"
    case noDate = "no date"
    case unreadableDate = "unreadable date"
    case dateOutOfRange = "date out of range"
    case notANumber = "value not a number"

    /// What the resource would have needed, for the message of the issue.
    var expected: String {
        switch self {
        case .brokenJSON: "expected one well-formed JSON object"
        case .lineTooLong:
            "expected a line of at most \(TextWindow.lineLimit / 1024 / 1024) MiB"
        case .notAnObject: "expected a JSON object"
        case .noResource: "expected an entry with a resource"
        case .noResourceType: "expected an object with a resourceType"
        case .noID: "expected a resource with an id, or a bundle entry with a fullUrl"
        case .duplicateID: "expected each type and id once in a file; the first was kept"
        case .enteredInError, .notDone, .cancelled, .draft, .planned, .preparation, .refuted:
            "expected a status that says it happened"
        case .doNotPerform: "expected an order to do something"
        case .noPatientReference: "expected a reference to a patient"
        case .containedReference: "expected a reference to a patient outside the resource"
        case .notAPatient: "expected a reference to a Patient"
        case .unreadableReference:
            "expected a reference as Patient/ID, urn:uuid:ID or a URL ending in Patient/ID"
        case .noCode: "expected a coding with a code, not text alone"
        case .medicationByReference: "expected medicationCodeableConcept"
        case .noDate: "expected the date on which it happened"
        case .unreadableDate: "expected a FHIR date such as 2024-05-31T08:30:00+02:00"
        case .dateOutOfRange: "expected a year from 1850 to 2199"
        case .notANumber: "expected a JSON number within the range of a double"
        }
    }

    /// The rejection a status asks for; nil for those that say something happened or is known.
    init?(status: ByteText) {
        if status == "entered-in-error" {
            self = .enteredInError
        } else if status == "not-done" {
            self = .notDone
        } else if status == "cancelled" {
            self = .cancelled
        } else if status == "draft" {
            self = .draft
        } else if status == "planned" {
            self = .planned
        } else if status == "preparation" {
            self = .preparation
        } else if status == "refuted" {
            self = .refuted
        } else {
            return nil
        }
    }
}

/// Why a part of an imported resource is not kept.
enum LostPart: String {
    case valueKind = "value of a kind without a place in an event"
    case comparator = "value with an unknown comparator"
    case componentWithoutCode = "component without a code"
    case endBeforeStart = "end before start"
    case unreadableEnd = "unreadable end date"
    case unreadableBirth = "unreadable birth date"
    case unreadableDeath = "unreadable date of death"
    case attachmentByReference = "attachment without data"
    case unreadableAttachment = "attachment is not base64"
}
