// SPDX-License-Identifier: Apache-2.0

/// How numbers are written on pages: the same characters on every machine, rounded to what they
/// deserve.
package enum NumberText {
    /// A whole number with its thousands apart: `12,345`.
    package static func whole(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = number < 0 ? "−" : ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// A number with a fixed count of decimals (0...6); a dash where there is none to show.
    static func fixed(_ number: Double, decimals: Int) -> String {
        guard number.isFinite, number.magnitude < 1e12 else { return "–" }
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int((number.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero))
        let sign = number < 0 && scaled > 0 ? "−" : ""
        guard decimals > 0 else { return sign + whole(scaled) }
        let fraction = String(scaled % scale)
        let padding = String(repeating: "0", count: decimals - fraction.count)
        return sign + whole(scaled / scale) + "." + padding + fraction
    }

    /// A weight with its sign always shown: `+1.84`, `−0.30`, `0.00`.
    static func signed(_ number: Double, decimals: Int = 2) -> String {
        let text = fixed(number, decimals: decimals)
        let isZero = !text.contains { ("1"..."9").contains($0) }
        return number > 0 && !isZero ? "+" + text : text
    }

    /// A probability (0...1) in percent; never rounded to a certainty it does not have.
    static func percent(_ probability: Double) -> String {
        guard probability.isFinite else { return "–" }
        if probability > 0, probability < 0.001 { return "<0.1 %" }
        if probability < 1, probability > 0.999 { return ">99.9 %" }
        return fixed(probability * 100, decimals: 1) + " %"
    }

    /// Money in millionths of the unit, as `0.002000`.
    static func micros(_ amount: Int) -> String {
        let fraction = String(amount.magnitude % 1_000_000)
        let padding = String(repeating: "0", count: 6 - fraction.count)
        return (amount < 0 ? "−" : "") + whole(Int(amount.magnitude / 1_000_000)) + "." + padding
            + fraction
    }

    /// The same, for whoever puts it into a sentence.
    package static func money(_ amount: Int) -> String { micros(amount) }

    /// The same without the zeros at its end, but with two decimals: `0.60`, `1.234`.
    static func shortMicros(_ amount: Int) -> String {
        var text = micros(amount)
        for _ in 0..<4 where text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// US dollars with two decimals: `$1,204.50`.
    package static func dollars(_ amount: Double) -> String {
        let text = fixed(amount.magnitude, decimals: 2)
        return text == "–" ? text : (amount < 0 ? "−$" : "$") + text
    }

    /// A length as an SVG attribute: two decimals, a plain minus, no thousands separator.
    static func coordinate(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "0" }
        let hundredths = Int((number * 100).rounded(.toNearestOrAwayFromZero))
        let sign = hundredths < 0 ? "-" : ""
        let fraction = Int(hundredths.magnitude % 100)
        let whole = "\(sign)\(hundredths.magnitude / 100)"
        guard fraction > 0 else { return whole }
        return fraction % 10 == 0
            ? "\(whole).\(fraction / 10)" : "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// A share of the width, 0...1, as an SVG percentage.
    static func share(_ part: Double) -> String {
        coordinate(min(1, max(0, part.isFinite ? part : 0)) * 100) + "%"
    }
}

/// A count as it may be shown: exact, rounded, or hidden.
package enum ShownCount: Hashable, Sendable {
    case exact(Int)
    /// One of several numbers, shown by their middle.
    case about(Int)
    /// From 1 to one less than the bound; which of them is not shown.
    case hidden(below: Int)
    /// From the first number to the second; which of them is not shown.
    case between(Int, Int)
    /// Nothing is told of it.
    case withheld

    /// A count that disclosure control released (a number) or withheld (nil).
    package init(_ released: Int?, hiddenBelow bound: Int = 11) {
        self = released.map { .exact($0) } ?? .hidden(below: bound)
    }

    /// `1,203`, `≈1,203`, `<11`, `979–989` or `–`.
    package var text: String { written(NumberText.whole) }

    /// The same with numbers as a file has them.
    var plainText: String { written { String($0) } }

    private func written(_ number: (Int) -> String) -> String {
        switch self {
        case .exact(let count): number(count)
        case .about(let count): "≈" + number(count)
        case .hidden(let bound): "<" + number(bound)
        case .between(let lower, let upper): "\(number(lower))–\(number(upper))"
        case .withheld: "–"
        }
    }

    /// The number where one is shown.
    var shown: Int? {
        switch self {
        case .exact(let count), .about(let count): count
        case .hidden, .between, .withheld: nil
        }
    }
}
