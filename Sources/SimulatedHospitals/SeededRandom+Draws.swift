// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics

extension SeededRandom {
    /// An element of a non-empty array, each equally likely.
    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[below(choices.count)]
    }

    /// A waiting time with the given rate, in the rate's unit of time; infinite for a rate of 0.
    mutating func waiting(rate: Double) -> Double {
        rate > 0 ? -log(1 - uniform()) / rate : .infinity
    }

    /// A nearly normal number: the sum of 12 uniforms less 6 (mean 0, variance 1, within 6).
    ///
    /// Additions only, so that every platform draws the same bits.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }

    /// A whole number in a closed range.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// An index drawn with the given weights, which must have a positive sum.
    mutating func weighted(_ weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.count - 1
    }

    /// A random (version 4) UUID in lower case.
    mutating func uuid() -> String {
        let high = (next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let low = (next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for word in [high, low] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if position == 8 || position == 13 || position == 18 || position == 23 {
                        buffer[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    let digit = UInt8((word >> UInt64(shift)) & 15)
                    buffer[position] = digit < 10 ? 48 + digit : 87 + digit
                    position += 1
                }
            }
            return 36
        }
    }
}
