// SPDX-License-Identifier: Apache-2.0
package import Records

/// What a release holds and what it lost on the way, in counts only.
package struct ReleaseCounts: Sendable, Codable, Equatable {
    package var subjects = 0
    /// Subjects with an event at age 90 or over, released without an age.
    package var aged = 0
    /// Subjects whose ZIP3 stands.
    package var zip3Kept = 0
    /// Subjects whose ZIP3 reads 000.
    package var zip3Blanked = 0
    /// Events not released, by reason.
    package var eventsDropped: [String: Int] = [:]

    package init() {}

    /// Counts a subject in.
    package mutating func add(_ record: SubjectRecord) {
        subjects += 1
        if record.isAged { aged += 1 }
        if record.zip3 == ZIP3.withheld { zip3Blanked += 1 } else { zip3Kept += 1 }
    }

    /// Counts an event that was not released.
    ///
    /// - Parameter reason: a fixed text of the program, never anything from the record.
    package mutating func drop(_ reason: String) {
        eventsDropped[reason, default: 0] += 1
    }
}
