// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How numbers are written in sentences; every sentence of the panel uses these.
package enum Wording {
    /// Whole percent with a space, such as `34 %`; the ends read `under 1 %` and `over 99 %`.
    package static func percent(_ probability: Double) -> String {
        if probability < 0.01 { return "under 1 %" }
        if probability > 0.99 { return "over 99 %" }
        return "\(Int((probability * 100).rounded())) %"
    }

    /// Two decimals, such as `0.45`.
    package static func bits(_ value: Double) -> String { decimal(value, places: 2) }

    /// A number with a fixed count of decimals.
    package static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let whole = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let part = String(whole % scale)
        return "\(sign)\(whole / scale)." + String(repeating: "0", count: places - part.count)
            + part
    }

    /// A whole number with commas between thousands.
    package static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}
