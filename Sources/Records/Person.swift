// SPDX-License-Identifier: Apache-2.0

/// Administrative sex as the record states it.
package enum Sex: String, Sendable, Codable, CaseIterable {
    case female, male, other, unknown
}

/// One identified patient, as the source system names them.
///
/// Lives in the vault's roster only. It has no `description` on purpose: printing one is a leak.
package struct Person: Hashable, Sendable, Codable {
    /// An identifier and the namespace that issued it (medical record number, insurance number).
    package struct Identifier: Hashable, Sendable, Codable {
        package var system: String
        package var value: String

        package init(system: String, value: String) {
            self.system = system
            self.value = value
        }
    }

    /// The source's own key, FHIR `Patient.id`; what `SourceEvent`s refer to.
    package var key: String
    package var identifiers: [Identifier] = []
    package var familyName: String?
    package var givenNames: [String] = []
    package var birthDay: CivilDay?
    package var sex: Sex = .unknown
    package var isDeceased = false
    package var deceasedAt: CivilTime?
    package var addressLines: [String] = []
    package var city: String?
    package var state: String?
    package var postalCode: String?
    package var country: String?
    package var telecoms: [String] = []
    /// OMB category code of US Core race and ethnicity, where given.
    package var race: String?
    package var ethnicity: String?

    package init(key: String) {
        self.key = key
    }
}

/// A free-text document as received; withheld from timelines until note scrubbing exists.
package struct SourceNote: Hashable, Sendable, Codable {
    package var patientKey: String
    package var resourceID: String
    package var type: Code?
    package var at: CivilTime?
    package var contentType: String
    /// The decoded text or bytes of the attachment.
    package var body: [UInt8]

    package init(
        patientKey: String, resourceID: String, type: Code?, at: CivilTime?, contentType: String,
        body: [UInt8]
    ) {
        self.patientKey = patientKey
        self.resourceID = resourceID
        self.type = type
        self.at = at
        self.contentType = contentType
        self.body = body
    }
}
