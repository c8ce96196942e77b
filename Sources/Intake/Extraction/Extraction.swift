// SPDX-License-Identifier: Apache-2.0
package import Records

/// Everything one source file yields, still identified: goes to the vault and nowhere else.
package struct Extraction: Sendable, Equatable {
    package var persons: [Person] = []
    package var events: [SourceEvent] = []
    package var notes: [SourceNote] = []
    /// Bare ids that `SourceEvent.patient` points into: `Patient/X` and `urn:uuid:X` are both X.
    package var patientKeys: [String] = []
    /// What `SourceEvent.code` and `valueCode` point into.
    package var codes: [CodeEntry] = []
    /// What `SourceEvent.unit` points into: the UCUM code if given, else the unit's text.
    package var units: [String] = []
    /// The resource of each person, parallel to `persons`.
    package var personResources: [ResourceKey] = []
    /// The resource of each note, parallel to `notes`.
    package var noteResources: [ResourceKey] = []
    package var report = IntakeReport()

    package init() {}
}
