// SPDX-License-Identifier: Apache-2.0
package import Records

/// All events of one code, across subjects, sorted by subject, then start, then the rest.
///
/// A view of the mapped file: making one copies nothing. Positions run from 0 to `count - 1`; a
/// position outside stops the program. What the file says is not trusted: `verify()` of the store
/// tells whether subjects, codes and units are all inside their tables.
package struct Postings: Sendable {
    let subjects: Column<UInt32>
    let starts: Column<Int32>
    var durations: Column<UInt32>?
    var kinds: Column<UInt8>?
    var numbers: Column<Double>?
    var valueCodes: Column<UInt32>?
    var units: Column<UInt32>?
    var sources: Column<UInt64>?

    init(subjects: Column<UInt32>, starts: Column<Int32>) {
        self.subjects = subjects
        self.starts = starts
    }

    /// Events of the code.
    package var count: Int { subjects.count }

    /// Position in the subject directory.
    package func subject(_ position: Int) -> UInt32 { subjects[position] }

    /// Minutes since the subject's anchor.
    package func start(_ position: Int) -> Int32 { starts[position] }

    /// Minutes since the subject's anchor; nil for a point in time.
    package func end(_ position: Int) -> Int32? {
        guard let duration = durations?[position], duration != SegmentFormat.none else {
            return nil
        }
        return Int32(exactly: Int64(starts[position]) + Int64(duration))
    }

    /// What the event carries; `.none` where no event of the code carries anything.
    package func kind(_ position: Int) -> ValueKind {
        kinds.flatMap { ValueKind(rawValue: $0[position]) } ?? .none
    }

    /// The number, for the numeric kinds; 0 otherwise.
    package func number(_ position: Int) -> Double { numbers?[position] ?? 0 }

    /// Index into the store's codes; nil without one.
    package func valueCode(_ position: Int) -> Int? { Postings.index(valueCodes?[position]) }

    /// Index into the store's units; nil without one.
    package func unit(_ position: Int) -> Int? { Postings.index(units?[position]) }

    /// Source row: import batch in the upper, line in the lower 32 bits.
    package func source(_ position: Int) -> UInt64 { sources?[position] ?? 0 }

    private static func index(_ stored: UInt32?) -> Int? {
        stored.flatMap { $0 == SegmentFormat.none ? nil : Int($0) }
    }

    /// The two columns every query reads, for one pass at the speed of memory.
    package func withSubjectsAndStarts<Result>(
        _ body: (Span<UInt32>, Span<Int32>) -> Result
    ) -> Result {
        subjects.withSpan { subjects in starts.withSpan { starts in body(subjects, starts) } }
    }
}
