// SPDX-License-Identifier: Apache-2.0
package import Records

/// Everything one segment is made of; indices point into the tables beside them.
package struct TimelineInput: Sendable {
    /// In strictly ascending order of id.
    package var subjects: [SubjectRecord]
    package var events: [EventRow]
    package var codes: [CodeEntry]
    package var units: [String]
    /// OMOP concept ids parallel to `codes`, 0 where there is none; empty if no code has one.
    package var conceptOfCode: [UInt32]
    /// Each parallel to `events`, `EventAttribute.missing` where a row does not state it.
    package var attributes: [EventAttribute: [Int64]]
    /// What attributes that are texts point into.
    package var texts: [String]

    package init(
        subjects: [SubjectRecord], events: [EventRow], codes: [CodeEntry], units: [String],
        conceptOfCode: [UInt32] = [], attributes: [EventAttribute: [Int64]] = [:],
        texts: [String] = []
    ) {
        self.subjects = subjects
        self.events = events
        self.codes = codes
        self.units = units
        self.conceptOfCode = conceptOfCode
        self.attributes = attributes
        self.texts = texts
    }

    func check() throws(TimelineError) {
        guard max(subjects.count, events.count, texts.count) <= SegmentFormat.rowLimit else {
            throw .tooManyRows(limit: SegmentFormat.rowLimit)
        }
        for position in subjects.indices.dropFirst()
        where subjects[position - 1].id >= subjects[position].id {
            throw .subjectsNotSorted(position: position)
        }
        guard conceptOfCode.isEmpty || conceptOfCode.count == codes.count else {
            throw .invalidTable(name: "concepts of codes", expected: "one for each code, or none")
        }
        for (attribute, column) in attributes {
            guard column.count == events.count else {
                throw .invalidTable(
                    name: "attribute \(attribute)", expected: "one value for each event")
            }
            guard attribute.isText else { continue }
            for value in column where value != EventAttribute.missing {
                guard texts.indices.contains(Int(clamping: value)) else {
                    throw .invalidTable(
                        name: "attribute \(attribute)",
                        expected: "indices into \(texts.count) texts")
                }
            }
        }
        try checkEvents()
    }

    private func checkEvents() throws(TimelineError) {
        for (position, event) in events.enumerated() {
            let expected: String? =
                if Int(event.subject) >= subjects.count {
                    "a subject among \(subjects.count)"
                } else if Int(event.code) >= codes.count {
                    "a code among \(codes.count)"
                } else if Int(event.valueCode) >= codes.count || event.valueCode < -1 {
                    "a value code among \(codes.count), or -1"
                } else if event.kind == .code && event.valueCode < 0 {
                    "a value code, since the value's kind is a code"
                } else if Int(event.unit) >= units.count || event.unit < -1 {
                    "a unit among \(units.count), or -1"
                } else if let end = event.end, end < event.start {
                    "an end at or after the start"
                } else {
                    nil
                }
            if let expected { throw .invalidEvent(position: position, expected: expected) }
        }
    }
}
