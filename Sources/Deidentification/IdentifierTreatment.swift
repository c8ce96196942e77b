// SPDX-License-Identifier: Apache-2.0

/// One of the 18 kinds of identifiers of 45 CFR 164.514(b)(2)(i), and what becomes of it.
///
/// They count for the patient and for relatives, employers and members of the household. Both
/// texts are our own words.
package struct IdentifierTreatment: Sendable, Hashable, Codable {
    /// The rule's letter, `A` to `R`.
    package let letter: String
    package let identifier: String
    package let treatment: String

    /// What `safe-harbor+intervals` does in this version.
    static let safeHarborIntervals: [IdentifierTreatment] = [
        row("A", "names", "removed"),
        row(
            "B", "places smaller than a state",
            "removed; the first three ZIP digits stand where more than 20,000 people live "
                + "(2020 Census), else 000"),
        row(
            "C", "dates and ages over 89",
            "one year stands, that of day 0; all else is days since day 0; no age for "
                + "subjects with an event at 90 or over"),
        row("D", "telephone numbers", "removed"),
        row("E", "fax numbers", "removed"),
        row("F", "e-mail addresses", "removed"),
        row("G", "social security numbers", "removed, the last four digits too"),
        row("H", "medical record numbers", "removed; a random id stands for the subject"),
        row("I", "health plan numbers", "removed"),
        row("J", "account numbers", "removed"),
        row("K", "certificate and licence numbers", "removed, those of clinicians too"),
        row("L", "vehicle identifiers and plates", "removed"),
        row("M", "device identifiers and serial numbers", "removed"),
        row("N", "web addresses", "removed"),
        row("O", "network addresses", "removed"),
        row("P", "biometric identifiers", "removed"),
        row("Q", "photographs and comparable images", "removed; no images are released"),
        row(
            "R", "any other unique number, characteristic or code",
            "source ids of records removed; free text withheld altogether"),
    ]

    private static func row(
        _ letter: String, _ identifier: String, _ treatment: String
    ) -> IdentifierTreatment {
        IdentifierTreatment(letter: letter, identifier: identifier, treatment: treatment)
    }
}
