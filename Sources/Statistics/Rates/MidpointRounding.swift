// SPDX-License-Identifier: Apache-2.0

/// Rounds a count to about the middle of a block, so that 0 is told apart and nothing else closely.
///
/// With base 6, 1–6 become 3, 7–12 become 9, and so on.
/// Source: OpenSAFELY documentation, output checking, "midpoint-6 rounding": ⌈x/6⌉·6 - 3·[x≠0].
package struct MidpointRounding: Hashable, Sendable {
    /// How many counts share a block; 1 and less leave counts as they are.
    package let base: Int

    package init(base: Int = 6) {
        self.base = base
    }

    /// - Parameter count: 0 or more.
    package func callAsFunction(_ count: Int) -> Int {
        guard base > 1, count > 0 else { return count }
        return (count + base - 1) / base * base - base / 2
    }
}
