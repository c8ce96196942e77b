// SPDX-License-Identifier: Apache-2.0

/// A test whose values are brought to one unit, whatever unit a laboratory reports.
struct LabTest: Sendable {
    var name: String
    /// LOINC codes of the same quantity, also those by amount of substance.
    var loinc: [String]
    /// The unit all values get, in UCUM.
    var unit: String
    /// Grams in a mole, where mass and amount of substance convert.
    var molarMass: Double?
    /// Charges of one ion, where equivalents and moles convert.
    var valence: Double?
    /// Where the factors come from.
    var source: String
    /// Has the IFCC scale in mmol/mol beside the NGSP scale in percent.
    var isGlycatedHemoglobin = false
}

/// Molar masses from the formulas of substances.
enum ChemicalFormula {
    /// Standard atomic weights, abridged to five digits (IUPAC 2021).
    private static let weights: [String: Double] = [
        "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Na": 22.990, "Mg": 24.305,
        "P": 30.974, "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078, "Fe": 55.845,
        "Co": 58.933, "I": 126.90,
    ]

    /// Grams in a mole of a formula such as `C6H12O6`; nil where an element is not known.
    static func molarMass(_ formula: String) -> Double? {
        var mass = 0.0
        var rest = Substring(formula)
        while let first = rest.popFirst() {
            var element = String(first)
            while let next = rest.first, next.isLowercase {
                element.append(next)
                rest.removeFirst()
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let weight = weights[element] else { return nil }
            mass += weight * (digits.isEmpty ? 1 : Double(digits) ?? .nan)
        }
        return mass
    }
}
