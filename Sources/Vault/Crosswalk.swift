// SPDX-License-Identifier: Apache-2.0
package import Records

/// Who is who: for each patient of the sources the subject id they have in this site's release.
///
/// It is the re-identification key of 45 CFR 164.514(c) and lives sealed in the vault. Numbers are
/// given once and never reused or moved, so a subject keeps the id however often data comes in.
/// It is not `Codable` on purpose: the only way out is `encoded()`, for sealing.
package struct Crosswalk: Sendable, Equatable {
    /// One patient of the sources and their place in the release.
    package struct Entry: Sendable, Equatable {
        /// The source's own key (FHIR `Patient.id`).
        package let patientKey: String
        /// How many subjects were enrolled before.
        package let number: UInt64
        package let id: SubjectID
        /// The calendar day that offsets count from; nil until a release has set it.
        package var anchor: CivilDay?
    }

    /// All entries in the order of their numbers, which are 0, 1, 2 and so on.
    package private(set) var entries: [Entry]
    /// The release whose ids these are; nil while nobody is enrolled.
    package private(set) var release: String?
    private var positions: [String: Int]

    /// A crosswalk with nobody in it.
    package init() {
        entries = []
        release = nil
        positions = [:]
    }

    /// Takes entries as they are; nil unless keys and ids are unique and numbers run from 0.
    init?(entries: [Entry], release: String?) {
        guard entries.isEmpty == (release == nil) else { return nil }
        var positions: [String: Int] = [:]
        var ids: Set<SubjectID> = []
        positions.reserveCapacity(entries.count)
        ids.reserveCapacity(entries.count)
        for (position, entry) in entries.enumerated() {
            guard entry.number == UInt64(position), ids.insert(entry.id).inserted,
                positions.updateValue(position, forKey: entry.patientKey) == nil
            else { return nil }
        }
        self.entries = entries
        self.release = release
        self.positions = positions
    }

    /// Gives every new key the next number, in bytewise order of the keys; old keys keep theirs.
    ///
    /// The order in which `keys` come and how often one is repeated make no difference.
    /// - Throws: `.crosswalkOfAnotherRelease`, or `.subjectIDsCollide`, which at 2^64 subjects
    ///   would be a matter of chance and before that one of a wrong vault; nothing is then changed.
    package mutating func enrol(
        keys: [String], vault: Vault, release: String
    ) throws(VaultError) {
        if let present = self.release, present != release {
            throw .crosswalkOfAnotherRelease(expected: release, found: present)
        }
        let new = Set(keys).filter { positions[$0] == nil }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard !new.isEmpty else { return }
        var taken = Set(entries.map(\.id))
        var added: [Entry] = []
        added.reserveCapacity(new.count)
        for (offset, key) in new.enumerated() {
            let number = UInt64(entries.count + offset)
            let id = vault.subjectID(number: number, release: release)
            guard taken.insert(id).inserted else { throw .subjectIDsCollide(number: number) }
            added.append(Entry(patientKey: key, number: number, id: id, anchor: nil))
        }
        for entry in added {
            positions[entry.patientKey] = entries.count
            entries.append(entry)
        }
        self.release = release
    }

    /// The entry of a patient key; nil for one who is not enrolled.
    package subscript(key: String) -> Entry? {
        positions[key].map { entries[$0] }
    }

    /// Keeps the day that a subject's offsets count from.
    ///
    /// - Returns: false for a key that is not enrolled; nothing is then kept.
    @discardableResult
    package mutating func setAnchor(_ anchor: CivilDay, for key: String) -> Bool {
        guard let position = positions[key] else { return false }
        entries[position].anchor = anchor
        return true
    }
}
