// SPDX-License-Identifier: Apache-2.0

/// One thing that was wrong with a source file, at a line; never holds a value of the record.
package struct IntakeIssue: Sendable, Hashable, Codable {
    /// The file's name as the caller displays it.
    package var file: String
    /// Line of the file, or number of the bundle's entry, from 1; 0 for the file as a whole.
    package var line: Int
    /// The reason as counted in `IntakeReport.rejected`.
    package var kind: String
    /// One sentence: where, what, and what was expected.
    package var message: String

    package init(file: String, line: Int, kind: String, message: String) {
        self.file = file
        self.line = line
        self.kind = kind
        self.message = message
    }
}

/// What became of every resource of a source: `resources == imported + rejected` summed.
package struct IntakeReport: Sendable, Codable, Equatable {
    /// Issues kept; the rest is only counted.
    package static let issueLimit = 1000

    /// Bytes of text read, after inflating.
    package var bytes = 0
    /// Every resource seen (each NDJSON line, each bundle entry), broken ones included.
    package var resources = 0
    package var imported = 0
    /// Resources not imported, by reason.
    package var rejected: [String: Int] = [:]
    /// Resources imported, by resource type.
    package var byType: [String: Int] = [:]
    package var issues: [IntakeIssue] = []
    package var issuesOmitted = 0
    /// Free-text values and conclusions that were kept out of events.
    package var withheldTexts = 0
    /// Parts of imported resources that have no place in an event, by reason.
    package var partsNotKept: [String: Int] = [:]

    package init() {}

    /// Counts an issue, and keeps it while there is room.
    package mutating func add(_ issue: IntakeIssue) {
        if issues.count < IntakeReport.issueLimit {
            issues.append(issue)
        } else {
            issuesOmitted += 1
        }
    }

    /// The reports of two sources as one.
    package static func + (left: IntakeReport, right: IntakeReport) -> IntakeReport {
        var sum = left
        sum.bytes += right.bytes
        sum.resources += right.resources
        sum.imported += right.imported
        sum.rejected.merge(right.rejected, uniquingKeysWith: +)
        sum.byType.merge(right.byType, uniquingKeysWith: +)
        for issue in right.issues { sum.add(issue) }
        sum.issuesOmitted += right.issuesOmitted
        sum.withheldTexts += right.withheldTexts
        sum.partsNotKept.merge(right.partsNotKept, uniquingKeysWith: +)
        return sum
    }
}
