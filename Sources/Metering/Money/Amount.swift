// SPDX-License-Identifier: Apache-2.0

/// Arithmetic of amounts: whole micro-units, a millionth of the currency's unit, never a fraction.
package enum Amount {
    /// A sum that is refused where it does not fit, instead of wrapping round.
    static func sum(_ left: Int, _ right: Int) throws(MeteringError) -> Int {
        let (sum, overflows) = left.addingReportingOverflow(right)
        guard !overflows else { throw .amountTooLarge }
        return sum
    }

    /// A product that is refused where it does not fit.
    static func product(_ left: Int, _ right: Int) throws(MeteringError) -> Int {
        let (product, overflows) = left.multipliedReportingOverflow(by: right)
        guard !overflows else { throw .amountTooLarge }
        return product
    }

    /// The amount in the currency's unit with its six decimals, such as `-12.345678`.
    package static func decimal(_ micros: Int) -> String {
        let magnitude = micros.magnitude
        let fraction = String(magnitude % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return "\(micros < 0 ? "-" : "")\(magnitude / 1_000_000).\(zeros)\(fraction)"
    }

    /// The amount for a reader: thousands set off, six decimals, currency, `1,234.500000 USD`.
    package static func text(_ micros: Int, _ currency: String) -> String {
        let parts = decimal(micros.magnitude > Int.max ? Int.max : Int(micros.magnitude))
            .split(separator: ".")
        let whole = parts.first.map { grouped(String($0)) } ?? "0"
        return "\(micros < 0 ? "-" : "")\(whole).\(parts.last ?? "") \(currency)"
    }

    /// A whole number with thousands set off, such as `1,234,567`.
    package static func count(_ number: Int) -> String {
        (number < 0 ? "-" : "") + grouped(String(number.magnitude))
    }

    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
