// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: a small seeded generator, so that the same seed gives the same bytes everywhere.
///
/// For simulation and tests; never for keys or ids. Source: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A generator of its own for a named part of the work, so that adding a draw in one part
    /// leaves the others as they were.
    package func split(_ stream: UInt64) -> SeededRandom {
        var child = SeededRandom(seed: state ^ (stream &* 0xD6E8_FEB8_6659_FD93))
        return SeededRandom(seed: child.next())
    }

    /// A uniform number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A whole number in 0 ..< bound; the bias is below 2^-32 for the bounds used here.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a bound must be positive")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }
}
