// SPDX-License-Identifier: Apache-2.0

/// The stretch of each subject's time in which rows matter; none for subjects of no interest.
struct SubjectBounds {
    struct Limits {
        var first: Int32
        var last: Int32

        static let none = Limits(first: .max, last: .min)
        static let all = Limits(first: .min, last: .max)
    }

    private(set) var limits: [Limits]
    /// One bit for each subject that has bounds.
    private var words: [UInt64]

    private init(subjects: Int, _ limits: Limits) {
        self.limits = [Limits](repeating: limits, count: subjects)
        words = [UInt64](repeating: 0, count: (subjects + 63) / 64)
    }

    /// All time of all subjects.
    init(ofAll subjects: Int) {
        self.init(subjects: subjects, .all)
        for word in words.indices { words[word] = .max }
    }

    /// All time of the subjects that have rows.
    init(of rows: RowSet, subjects: Int) {
        self.init(subjects: subjects, .none)
        for subject in rows.subjects {
            limits[Int(subject)] = .all
            words[Int(subject) >> 6] |= 1 << UInt64(subject & 63)
        }
    }

    /// The days around the starts (or ends) of a set's rows; of several rows, all between as well.
    init(around rows: RowSet, of edge: AlgebraEdge, days: DayHull, subjects: Int) {
        self.init(subjects: subjects, .none)
        for row in 0..<rows.count {
            let day = Int(DayNumber.of(edge == .start ? rows.starts[row] : rows.end(row)))
            let first = days.first.map { SubjectBounds.minute(day + $0) } ?? .min
            let last = days.last.map { SubjectBounds.minute(day + $0, isLast: true) } ?? .max
            let subject = Int(rows.subjects[row])
            let known = limits[subject]
            limits[subject] = Limits(
                first: min(known.first, first), last: max(known.last, last))
            words[subject >> 6] |= 1 << UInt64(subject & 63)
        }
    }

    @inline(__always)
    func has(_ subject: Int) -> Bool { words[subject >> 6] >> UInt64(subject & 63) & 1 == 1 }

    /// Whether some subject of a range has bounds.
    func has(any subjects: ClosedRange<UInt32>) -> Bool {
        let (first, last) = (Int(subjects.lowerBound), Int(subjects.upperBound))
        guard first < limits.count else { return false }
        let (low, high) = (first >> 6, min(last >> 6, words.count - 1))
        for word in low...high {
            var bits = words[word]
            if word == first >> 6 { bits &= .max << UInt64(first & 63) }
            if word == last >> 6 { bits &= .max >> UInt64(63 - last & 63) }
            if bits != 0 { return true }
        }
        return false
    }

    /// Writes the places of the rows that lie in bounds, and says how many there are.
    ///
    /// Every place is written, and the next one over it where the row lies outside: that costs less
    /// than a branch that is taken at random.
    ///
    /// - Parameter places: as long as the rows or longer.
    func find(_ owners: Span<UInt32>, _ starts: Span<Int32>, _ places: inout [Int32]) -> Int {
        let limits = limits.span
        var places = places.mutableSpan
        var count = 0
        var current = UInt32.max
        var own = Limits.none
        for row in 0..<owners.count {
            let subject = owners[row]
            if subject != current {
                current = subject
                // A damaged file may name subjects that are not there.
                own = Int(subject) < limits.count ? limits[Int(subject)] : .none
            }
            let start = starts[row]
            places[count] = Int32(truncatingIfNeeded: row)
            count += start >= own.first && start <= own.last ? 1 : 0
        }
        return count
    }

    /// The first (or last) minute of a day, as far as times can hold it.
    static func minute(_ day: Int, isLast: Bool = false) -> Int32 {
        Int32(clamping: day * 1440 + (isLast ? 1439 : 0))
    }
}

/// Days from a reference; nil leaves an end open.
struct DayHull: Equatable {
    var first: Int?
    var last: Int?

    static let all = DayHull()

    init(first: Int? = nil, last: Int? = nil) {
        self.first = first
        self.last = last
    }

    init(_ window: AlgebraWindow) { self.init(first: window.first, last: window.last) }

    /// The smallest stretch with both in it.
    func joined(with other: DayHull) -> DayHull {
        DayHull(
            first: first.flatMap { mine in other.first.map { min(mine, $0) } },
            last: last.flatMap { mine in other.last.map { max(mine, $0) } })
    }

    /// The days in both.
    func common(with other: DayHull) -> DayHull {
        DayHull(
            first: [first, other.first].compactMap(\.self).max(),
            last: [last, other.last].compactMap(\.self).min())
    }
}

/// The index row of each subject who has one, found by position in the directory.
struct DenseIndex {
    /// `DenseIndex.none` for subjects without.
    private(set) var starts: [Int32]
    private(set) var ends: [Int32]
    /// By subject, as `RowSet` has them: empty where nobody asked for numbers.
    private(set) var numbers: [Double] = []
    private(set) var kinds: [UInt8] = []

    /// No row starts here.
    static let none = Int32.min

    /// - Parameter rows: at most one for each subject.
    init(_ rows: RowSet, subjects: Int) {
        starts = [Int32](repeating: DenseIndex.none, count: subjects)
        for row in 0..<rows.count { starts[Int(rows.subjects[row])] = rows.starts[row] }
        ends = starts
        if !rows.ends.isEmpty {
            for row in 0..<rows.count { ends[Int(rows.subjects[row])] = rows.ends[row] }
        }
        guard !rows.numbers.isEmpty else { return }
        numbers = [Double](repeating: 0, count: subjects)
        kinds = [UInt8](repeating: 0, count: subjects)
        for row in 0..<rows.count {
            numbers[Int(rows.subjects[row])] = rows.numbers[row]
            kinds[Int(rows.subjects[row])] = rows.kinds[row]
        }
    }
}
