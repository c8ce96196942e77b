// SPDX-License-Identifier: Apache-2.0

/// A number that never travels without its doubt: value, 95 % interval and sample size.
package struct Estimate: Hashable, Sendable, Codable {
    package var value: Double
    package var lower: Double
    package var upper: Double
    package var count: Int

    package init(value: Double, lower: Double, upper: Double, count: Int) {
        self.value = value
        self.lower = lower
        self.upper = upper
        self.count = count
    }
}

/// A value together with the reasons it has that value.
package struct Explained<Value: Sendable>: Sendable {
    package var value: Value
    package var reasons: [String]

    package init(_ value: Value, because reasons: [String]) {
        self.value = value
        self.reasons = reasons
    }
}
