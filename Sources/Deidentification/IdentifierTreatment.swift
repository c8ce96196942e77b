// SPDX-License-Identifier: Apache-2.0

/// A kind of identifier that a rule names, and what becomes of it: one of the 18 of
/// 45 CFR 164.514(b)(2)(i), or of the 16 of 164.514(e)(2) for a limited data set.
///
/// They count for the patient and for relatives, employers and members of the household. Both
/// texts are our own words.
package struct IdentifierTreatment: Sendable, Hashable, Codable {
    /// The rule's letter, `A` to `R`, or number, `i` to `xvi`.
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

    /// What `limited-data-set` does: the 16 direct identifiers of 45 CFR 164.514(e)(2), by number.
    static let limitedDataSet: [IdentifierTreatment] = [
        row("i", "names", "removed"),
        row("ii", "postal address", "removed, but for the state and the first three ZIP digits"),
        row("iii", "telephone numbers", "removed"),
        row("iv", "fax numbers", "removed"),
        row("v", "e-mail addresses", "removed"),
        row("vi", "social security numbers", "removed"),
        row("vii", "medical record numbers", "removed; a random id stands for the subject"),
        row("viii", "health plan numbers", "removed"),
        row("ix", "account numbers", "removed"),
        row("x", "certificate and licence numbers", "removed, those of clinicians too"),
        row("xi", "vehicle identifiers and plates", "removed"),
        row("xii", "device identifiers and serial numbers", "removed, lot numbers too"),
        row("xiii", "web addresses", "removed"),
        row("xiv", "network addresses", "removed"),
        row("xv", "biometric identifiers", "removed"),
        row("xvi", "full-face photographs and comparable images", "removed"),
    ]

    private static func row(
        _ letter: String, _ identifier: String, _ treatment: String
    ) -> IdentifierTreatment {
        IdentifierTreatment(letter: letter, identifier: identifier, treatment: treatment)
    }
}
