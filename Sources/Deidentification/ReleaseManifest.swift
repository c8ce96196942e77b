// SPDX-License-Identifier: Apache-2.0

/// What goes with a release: what was removed, what remains, and who answers for it.
///
/// Only profile, signer and counts are stored. Label, treatments and departures follow from the
/// profile, so a manifest that was edited on its way cannot claim more than the profile earns.
package struct ReleaseManifest: Sendable, Equatable {
    package var profile: ReleaseProfile
    /// The privacy officer who signed the local policy; nil until one has.
    package var signer: String?
    package var counts: ReleaseCounts

    package init(profile: ReleaseProfile, signer: String?, counts: ReleaseCounts) {
        self.profile = profile
        self.signer = signer
        self.counts = counts
    }

    /// What is printed on the release.
    package var label: ReleaseLabel { ReleaseLabel(profile: profile, signer: signer) }

    /// What became of each kind of identifier that the profile's rule names.
    package var removed: [IdentifierTreatment] {
        switch profile {
        case .safeHarborIntervals: IdentifierTreatment.safeHarborIntervals
        case .limitedDataSet: IdentifierTreatment.limitedDataSet
        }
    }

    /// What a reader of the release can know.
    package var remains: [String] {
        switch profile {
        case .safeHarborIntervals:
            [
                "a random subject id, made for this release",
                "sex, and OMB categories of race and ethnicity",
                "state, and the first three ZIP digits where allowed",
                "the year of day 0, and the age in completed years on it (none for 90+)",
                "coded events with their values and units, in whole days since day 0",
            ]
        case .limitedDataSet:
            [
                "a random subject id, made for this release",
                "sex, race and ethnicity; state and the first three ZIP digits",
                "the true date of birth, and ages of any height",
                "coded events with their values and units, at their true dates and times of day",
                "links between events and visits, under numbers made for this release",
            ]
        }
    }

    /// Where the release goes beyond the letter of Safe Harbor, and what that asks of its user.
    package var departures: [String] {
        switch profile {
        case .safeHarborIntervals:
            [
                "days between events are released: the rule lets a year stand and says nothing "
                    + "of intervals, so the privacy officer signs for them",
                "the wording of public vocabularies passes as the source wrote it; codes of local "
                    + "systems pass without wording, and only where as many subjects share one "
                    + "as a count must have to be shown",
                "counts released one after another can be subtracted from each other; nothing "
                    + "looks for that yet, so the ledger's list of counts is for the officer to read",
                "unusual subjects were not looked for: the rule's second leg, no actual "
                    + "knowledge that somebody could be identified, is for the signer to judge",
            ]
        case .limitedDataSet:
            [
                "it is protected health information still: it may be used for research, public "
                    + "health and operations, by those who signed a data use agreement, and the "
                    + "signer answers for there being one",
                "true dates, ages over 89 and dates of birth are released",
                "free text of every kind is withheld, though the rule would let some of it stand",
                "the wording of vocabularies passes as the source wrote it; codes of local systems "
                    + "pass without wording",
            ]
        }
    }

    /// The manifest for reading and printing; the same counts give the same text.
    package var text: String {
        var lines = ["Release profile: \(profile.rawValue)", "Label: \(label)", "", "Counts"]
        lines.append("  subjects              \(counts.subjects)")
        lines.append("  of these aged 90+     \(counts.aged)")
        lines.append("  ZIP3 kept             \(counts.zip3Kept)")
        lines.append("  ZIP3 blanked (000)    \(counts.zip3Blanked)")
        for (reason, count) in counts.eventsDropped.sorted(by: { $0.key < $1.key }) {
            lines.append("  events dropped        \(count) (\(reason))")
        }
        lines += ["", "Removed"]
        lines += removed.map { "  \($0.letter)  \($0.identifier): \($0.treatment)" }
        lines += ["", "Remains"] + remains.map { "  - \($0)" }
        let heading =
            profile.keepsTrueDates ? "What it asks of its user" : "Departures from Safe Harbor"
        lines += ["", heading] + departures.map { "  - \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ReleaseManifest: Codable {
    private enum Key: String, CodingKey {
        case profile, signer, counts, label, removed, remains, departures
    }

    /// Reads profile, signer and counts; what follows from them is not taken from the file.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        self.init(
            profile: try values.decode(ReleaseProfile.self, forKey: .profile),
            signer: try values.decodeIfPresent(String.self, forKey: .signer),
            counts: try values.decode(ReleaseCounts.self, forKey: .counts))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(profile, forKey: .profile)
        try values.encodeIfPresent(signer, forKey: .signer)
        try values.encode(counts, forKey: .counts)
        try values.encode(label.description, forKey: .label)
        try values.encode(removed, forKey: .removed)
        try values.encode(remains, forKey: .remains)
        try values.encode(departures, forKey: .departures)
    }
}
