// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers as tables and pictures write them.
enum Digits {
    /// Rounded to so many digits in all.
    static func significant(_ value: Double, _ count: Int) -> Double {
        guard value != 0, value.isFinite else { return value }
        return Double(String(format: "%.\(count - 1)e", value)) ?? value
    }

    /// With so many digits after the point and no trailing zeros.
    static func text(_ value: Double, places: Int = 6) -> String {
        guard value.isFinite else { return "" }
        var text = String(format: "%.\(places)f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text == "-0" ? "0" : text
    }
}
