// SPDX-License-Identifier: Apache-2.0
import Records

/// Made-up timelines of any size, for checks of what happens to a directory when things go wrong.
package enum SampleTimelines {
    /// Appends segments to a directory; each holds new subjects and some of the segment before it.
    ///
    /// The same arguments give the same bytes.
    package static func append(
        to directory: TimelineDirectory, segments: Int, subjects: Int, eventsOfSubject: Int = 200
    ) throws(TimelineError) {
        for segment in 0..<segments {
            try directory.append(
                input(segment: segment, subjects: subjects, eventsOfSubject: eventsOfSubject))
        }
    }

    private static func input(segment: Int, subjects: Int, eventsOfSubject: Int) -> TimelineInput {
        var state = UInt64(segment + 1)
        let codes = (0..<400).map { number in
            CodeEntry(code: Code(.bedside, "sample-\(number)"), display: "Sample \(number)")
        }
        var input = TimelineInput(subjects: [], events: [], codes: codes, units: ["mg/dL"])
        var numbers: [Int64] = []
        for subject in 0..<subjects {
            // A tenth of the subjects are those of the segment before, with other events.
            let id = segment * subjects * 9 / 10 + subject
            input.subjects.append(
                SubjectRecord(
                    id: SubjectID(high: 0, low: UInt64(id)), sex: id % 2 == 0 ? .female : .male,
                    anchorYear: 2000, ageAtAnchor: Int32(id % 90), isAged: false))
            for _ in 0..<eventsOfSubject {
                let draw = next(&state)
                let code = UInt32(draw % 400)
                var event = EventRow(
                    subject: UInt32(subject), code: code, start: Int32((draw >> 20) % 9000) * 1440)
                if code % 2 == 0 {
                    event.kind = .number
                    event.number = Double((draw >> 40) % 1000) / 10
                    event.unit = 0
                }
                input.events.append(event)
                numbers.append(Int64(draw >> 50))
            }
        }
        input.attributes[.recordID] = numbers
        return input
    }

    /// SplitMix64; source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
