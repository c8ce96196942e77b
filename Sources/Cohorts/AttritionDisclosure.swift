// SPDX-License-Identifier: Apache-2.0

/// Decides which numbers of an attrition table may be shown.
///
/// The table is a falling chain: all subjects of the site, those with an index event, those left
/// after each rule. Whoever reads it knows the first number (other pages print it), that the chain
/// falls, and how this code works. Hidden are numbers from 1 to k-1, and whatever would give such a
/// number away by subtraction: two numbers are shown together only if they are equal or differ by k
/// or more. The final count is shown in preference to the others, then the count of index events,
/// then the rest in order.
///
/// What is printed in place of a hidden number depends only on the numbers shown and on which of a
/// few wide intervals it lies in, so that it can be any number of an interval of k-1 or more.
struct AttritionDisclosure: Equatable {
    /// One for each step, the first for the index event.
    let removed: [SmallCount]
    let remaining: [SmallCount]

    /// - Parameters:
    ///   - remaining: falling, none above `total`.
    ///   - smallCell: k; 0 and 1 hide nothing.
    init(total: Int, remaining: [Int], smallCell: Int) {
        let chain = [total] + remaining
        if smallCell > 1, (1..<smallCell).contains(total) {
            // So small a site has nothing to tell, not even zeros.
            removed = remaining.map { _ in .hidden(below: smallCell) }
            self.remaining = removed
            return
        }
        let hiding = Hiding(chain: chain, smallCell: smallCell)
        let ranges = hiding.ranges()
        self.remaining = ranges.dropFirst().map { range in
            range.count == 1
                ? .exact(range.lowerBound) : .hidden(below: range.upperBound + 1)
        }
        removed = zip(ranges, ranges.dropFirst()).map { before, after in
            before.count == 1 && after.count == 1
                ? .exact(before.lowerBound - after.lowerBound)
                : .hidden(below: max(smallCell, before.upperBound - after.lowerBound + 1))
        }
    }
}

/// Works out what a reader may learn of each number of a chain.
private struct Hiding {
    let chain: [Int]
    let smallCell: Int
    /// The final count is small, and told to be.
    private let isFinalSmall: Bool
    private var isShown: [Bool]

    init(chain: [Int], smallCell: Int) {
        self.chain = chain
        self.smallCell = smallCell
        let last = chain.count - 1
        // In a site of less than 2k-1 subjects, telling "less than k" would leave a narrow rest.
        isFinalSmall =
            chain[0] >= 2 * smallCell - 1 && (1..<max(smallCell, 1)).contains(chain[last])
        isShown = chain.map { _ in false }
        isShown[0] = true
        for position in [last] + Array(1..<max(last, 1)) where fits(position) {
            isShown[position] = true
        }
    }

    /// Whether a number can be shown beside those that are shown already.
    private func fits(_ position: Int) -> Bool {
        let number = chain[position]
        if number == 0 || smallCell <= 1 { return true }
        guard number >= (isFinalSmall ? 2 * smallCell - 1 : smallCell) else { return false }
        return zip(chain, isShown).allSatisfy { other, shown in
            !shown || other == number || abs(other - number) >= smallCell
        }
    }

    /// What is told of each number: itself if shown, else the interval it lies in.
    func ranges() -> [ClosedRange<Int>] {
        chain.indices.map { position in
            let number = chain[position]
            if isShown[position] { return number...number }
            let above = chain.indices.last { $0 < position && isShown[$0] } ?? 0
            let below = chain.indices.first { $0 > position && isShown[$0] }
            return interval(of: number, above: chain[above], below: below.map { chain[$0] })
        }
    }

    /// The interval of a hidden number between two shown ones (`below` is nil for the floor of 0).
    private func interval(of number: Int, above: Int, below: Int?) -> ClosedRange<Int> {
        let span = smallCell - 1
        let floor = below ?? 0
        let nearBelow = (floor + 1)...(floor + span)
        let nearAbove = (above - span)...(above - 1)
        if below == nil && isFinalSmall {
            if nearBelow.contains(number) { return nearBelow }
            // Numbers from k to 2k-2 are hidden too, so that the last step is not narrowed down.
            let middle = (span + 1)...(2 * span)
            guard above > 3 * span else { return (span + 1)...(above - 1) }
            return middle.contains(number) ? middle : nearAbove
        }
        guard above - floor > 2 * span else { return (floor + 1)...(above - 1) }
        return nearBelow.contains(number) ? nearBelow : nearAbove
    }
}
