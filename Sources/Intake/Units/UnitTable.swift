// SPDX-License-Identifier: Apache-2.0
package import Records

/// A measured value in the unit this platform keeps for its test.
package struct Normalised: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The test has no entry in the table; only the unit's spelling is made uniform.
        case otherTest
        /// The value was in the test's unit already.
        case same
        case converted
        /// The source states no unit; the value is kept without one.
        case noUnit
        /// The unit does not convert into the test's; value and unit are kept as they are.
        case notConvertible
    }

    package var value: Double
    /// UCUM where the unit is known, else the source's text; empty where none is stated.
    package var unit: String
    package var outcome: Outcome
}

/// How values of one test in one unit become values in the test's unit.
///
/// That is `value x factor / divisor + shift`; one of the two is 1. Dividing by ten gives 14.1 for
/// 141, which multiplying by a tenth does not.
package struct UnitRule: Hashable, Sendable {
    package let factor: Double
    package let divisor: Double
    package let shift: Double
    /// The unit of the result.
    package let unit: String
    package let outcome: Normalised.Outcome

    /// The value in the unit of the rule.
    package func apply(_ value: Double) -> Double {
        outcome == .converted ? value * factor / divisor + shift : value
    }
}

/// Brings measured values of common tests to one unit each.
///
/// Values of a known test in a unit that does not convert are kept with their own unit and marked,
/// never dropped and never given the test's unit.
package enum UnitTable {
    /// The value of a test in the test's unit.
    ///
    /// - Parameter unit: as the source writes it; empty for none.
    package static func normalise(code: Code, value: Double, unit: String) -> Normalised {
        let rule = rule(code: code, unit: unit)
        let result = rule.apply(value)
        // A value too large to convert is kept as it is.
        guard result.isFinite || !value.isFinite else {
            return Normalised(value: value, unit: unit, outcome: .notConvertible)
        }
        return Normalised(value: result, unit: rule.unit, outcome: rule.outcome)
    }

    /// Whether a text is a unit this version knows, in any of its spellings.
    package static func isKnown(_ unit: String) -> Bool {
        UnitSpelling.unit(unit.trimmingSpaces) != nil
    }

    /// The rule for a test and a unit, to be found once for many values.
    package static func rule(code: Code, unit: String) -> UnitRule {
        let text = unit.trimmingSpaces
        guard let test = test(code) else {
            return keep(spelling(text), .otherTest)
        }
        if text.isEmpty { return keep("", .noUnit) }
        guard let from = UnitSpelling.unit(text), let to = UnitSpelling.unit(test.unit) else {
            return keep(text, .notConvertible)
        }
        if from.ucum == to.ucum { return keep(test.unit, .same) }
        if test.isGlycatedHemoglobin, from.kind == .substanceRatio {
            // The IFCC scale in mmol/mol; source of the equation: ngsp.org/ifcc.asp.
            return UnitRule(
                factor: 0.09148, divisor: 1, shift: 2.152, unit: test.unit, outcome: .converted)
        }
        if test.isGlycatedHemoglobin, from.ucum == "1" { return keep(text, .notConvertible) }
        guard let bridge = bridge(from: from.kind, to: to.kind, of: test) else {
            return keep(text, .notConvertible)
        }
        let factor = from.scale * bridge / to.scale
        let shift = from.offset * factor - to.offset
        let (top, bottom) = exact(factor)
        return UnitRule(
            factor: top, divisor: bottom, shift: shift, unit: test.unit,
            outcome: top == 1 && bottom == 1 && shift == 0 ? .same : .converted)
    }

    /// The unit the values of a test get; nil for a test the table does not have.
    package static func unit(of code: Code) -> String? {
        test(code)?.unit
    }

    /// Where the factors of a test come from; nil for a test the table does not have.
    package static func source(of code: Code) -> String? {
        test(code)?.source
    }

    private static let byLOINC: [String: Int] = {
        var table: [String: Int] = [:]
        for (index, test) in LabTest.all.enumerated() {
            for code in test.loinc { table[code] = index }
        }
        return table
    }()

    private static func test(_ code: Code) -> LabTest? {
        if code.system == .loinc { return byLOINC[code.value].map { LabTest.all[$0] } }
        guard code.system.rawValue == "OMOP", let concept = UInt32(code.value),
            let loinc = OMOPConcepts.loinc(ofMeasurement: concept)
        else { return nil }
        return byLOINC[loinc].map { LabTest.all[$0] }
    }

    private static func keep(_ unit: String, _ outcome: Normalised.Outcome) -> UnitRule {
        UnitRule(factor: 1, divisor: 1, shift: 0, unit: unit, outcome: outcome)
    }

    /// A unit in UCUM's spelling where it differs from it in case or spaces only.
    ///
    /// `G/L` and `T/L` stay: without the test they may be grams or counts of cells.
    private static func spelling(_ text: String) -> String {
        guard !text.hasPrefix("G/"), !text.hasPrefix("T/"), let unit = UnitSpelling.unit(text),
            UnitSpelling.folded(unit.ucum) == UnitSpelling.folded(text)
        else { return text }
        return unit.ucum
    }

    /// What a number in the base unit of one kind is multiplied by to be in that of another.
    private static func bridge(from: UnitKind, to: UnitKind, of test: LabTest) -> Double? {
        if from == to { return 1 }
        switch (from, to) {
        case (.substanceConcentration, .massConcentration): return test.molarMass
        case (.massConcentration, .substanceConcentration): return test.molarMass.map { 1 / $0 }
        case (.equivalentConcentration, .substanceConcentration):
            return test.valence.map { 1 / $0 }
        case (.substanceConcentration, .equivalentConcentration): return test.valence
        case (.equivalentConcentration, .massConcentration):
            guard let mass = test.molarMass, let valence = test.valence else { return nil }
            return mass / valence
        case (.massPerSubstance, .massRatio):
            // Albumin by moles of creatinine, the only such ratio in the table.
            return ChemicalFormula.molarMass("C4H7N3O").map { 1 / $0 }
        default: return nil
        }
    }

    /// A factor as multiplier and divisor, without the last digits that its computation adds where
    /// it is a power of ten.
    private static func exact(_ factor: Double) -> (Double, Double) {
        var power = 1.0
        for _ in 0...15 {
            if abs(factor - power) <= power * 1e-12 { return (power, 1) }
            if abs(factor * power - 1) <= 1e-12 { return (1, power) }
            power *= 10
        }
        return (factor, 1)
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
