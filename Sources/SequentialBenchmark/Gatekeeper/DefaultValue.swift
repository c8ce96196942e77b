// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import Records
import Statistics

/// P(outcome) of a catalogue finding, by positions, in people without a condition that causes it.
package typealias BackgroundRates = @Sendable (_ finding: Int, _ outcome: Int) -> Double

/// Values for what a case doesn't record.
///
/// A value depends on seed, case and finding, never on the diagnosis, and not on what was asked
/// before; a twin has its original's.
struct DefaultValue {
    let catalogue: Catalogue
    let sex: Sex?
    let caseID: String
    let seed: UInt64

    /// The outcome and, where the finding is measured and has a reference interval, a number.
    func normal(finding: Int) -> (outcome: Int, number: Double?) {
        let usual = catalogue.findings[finding].usual
        return (usual, number(finding: finding, outcome: usual))
    }

    /// Drawn from background rates; what the other sex has is absent.
    func background(finding: Int, rates: BackgroundRates) -> (outcome: Int, number: Double?) {
        let value = catalogue.findings[finding]
        if let only = value.sex, let sex, only != sex { return normal(finding: finding) }
        var random = generator(value.id).split(1)
        let weights = value.outcomes.indices.map { max(0, rates(finding, $0)) }
        var rest = random.uniform() * weights.reduce(0, +)
        for (outcome, weight) in weights.enumerated() where weight > 0 {
            if rest < weight {
                return (outcome, number(finding: finding, outcome: outcome))
            }
            rest -= weight
        }
        return normal(finding: finding)
    }

    /// A number in the middle of the reference interval, or a little beyond it.
    ///
    /// One-sided intervals: between 70 and 95 % of an upper limit, because few quantities come near
    /// nothing (HbA1c doesn't); at most 4 % above a lower one.
    private func number(finding: Int, outcome: Int) -> Double? {
        guard catalogue.findings[finding].isMeasured,
            let range = catalogue.range(finding: finding, sex: sex)
        else { return nil }
        var random = generator(catalogue.findings[finding].id).split(2)
        let share = random.uniform()
        let decimals = DefaultValue.decimals(range, unit: catalogue.findings[finding].unit)
        let low = range.low ?? 0
        let width = (range.high ?? low * 1.04) - low
        let value: Double
        switch outcome {
        case 0: value = low - (0.1 + 0.4 * share) * min(width, low / 2)
        case 2: value = low + width + (0.1 + 0.4 * share) * width
        default:
            value =
                range.low == nil
                ? low + (0.7 + 0.25 * share) * width : low + (0.2 + 0.6 * share) * width
        }
        return DefaultValue.rounded(value, decimals)
    }

    /// As many decimals as laboratories print for an interval of this width.
    ///
    /// Beats, breaths and pressures are whole numbers.
    static func decimals(_ range: Catalogue.Range, unit: String?) -> Int {
        if unit == "/min" || unit == "mm[Hg]" { return 0 }
        let width = (range.high ?? (range.low ?? 0) * 1.04) - (range.low ?? 0)
        if width >= 8 || (range.high == nil && (range.low ?? 0) >= 50) { return 0 }
        return width >= 1 ? 1 : 2
    }

    static func rounded(_ value: Double, _ decimals: Int) -> Double {
        let scale = pow(10.0, Double(decimals))
        return (value * scale).rounded() / scale
    }

    private func generator(_ finding: String) -> SeededRandom {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(caseID)\u{0}\(finding)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return SeededRandom(seed: hash).split(seed)
    }
}
