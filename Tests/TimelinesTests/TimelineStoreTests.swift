// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing
import Timelines

@Suite("Timelines")
struct TimelineStoreTests {
    @Test("a subject's timeline is what sorting their events by hand gives", arguments: 0..<20)
    func timelines(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: seed)
        try random.write(to: scratch.file("a"))
        let store = try TimelineStore.open(scratch.file("a"))
        try store.verify()
        #expect(store.eventCount == random.events.count)
        #expect(store.subjectCount == random.subjects.count)
        for (index, subject) in random.subjects.enumerated() {
            #expect(store.subject(index) == subject)
            #expect(store.index(of: subject.id) == index)
            #expect(store.timeline(subject: index) == random.plainTimeline(index))
        }
        #expect(store.index(of: SubjectID(high: .max, low: 0)) == nil)
        #expect(store.timeline(subject: -1).isEmpty)
        #expect(store.timeline(subject: random.subjects.count).isEmpty)
    }

    @Test("postings hold every row of a code in order, duplicates included", arguments: 0..<20)
    func postings(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: seed)
        try random.write(to: scratch.file("a"))
        let store = try TimelineStore.open(scratch.file("a"))
        for (code, entry) in random.codes.enumerated() {
            let rows = random.events.filter { Int($0.code) == code }
            guard let index = store.codeIndex(entry.code),
                let postings = store.postings(code: index)
            else {
                #expect(rows.isEmpty)
                continue
            }
            let read = (0..<postings.count).map { row in
                EventRow(
                    subject: postings.subject(row), code: UInt32(code),
                    start: postings.start(row), end: postings.end(row), kind: postings.kind(row),
                    number: postings.number(row),
                    valueCode: Int32(
                        postings.valueCode(row).flatMap { value in
                            random.codes.firstIndex { $0.code == store.codes[value].code }
                        } ?? -1),
                    unit: Int32(
                        postings.unit(row).flatMap { random.units.firstIndex(of: store.units[$0]) }
                            ?? -1),
                    source: postings.source(row))
            }
            #expect(counted(read) == counted(rows))
            let keys = read.map { [Int64($0.subject), Int64($0.start)] }
            #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
            let count = store.codeCounts().first { $0.entry.code == entry.code }
            #expect(count?.events == rows.count)
            #expect(count?.subjects == Set(rows.map(\.subject)).count)
        }
    }

    private func counted(_ rows: [EventRow]) -> [EventRow: Int] {
        Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test("shuffled events and tables give the same bytes and the same digest", arguments: 0..<12)
    func shuffling(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: seed)
        try random.write(to: scratch.file("a"))
        var generator = SeededRandom(seed: seed ^ 0xFEED)
        var shuffled = random
        let codeOrder = random.codes.indices.shuffled(using: &generator)
        let unitOrder = random.units.indices.shuffled(using: &generator)
        shuffled.codes = codeOrder.map { random.codes[$0] }
        shuffled.units = unitOrder.map { random.units[$0] }
        shuffled.codes.append(CodeEntry(code: Code(.icd10, "unused"), display: "unused"))
        shuffled.codes.append(CodeEntry(code: random.codes[0].code, display: ""))
        shuffled.concepts = codeOrder.map { random.concepts[$0] } + [9, 0]
        let eventOrder = random.events.indices.shuffled(using: &generator)
        shuffled.events = eventOrder.map { random.events[$0] }
        let textOrder = random.texts.indices.shuffled(using: &generator)
        shuffled.texts = textOrder.map { random.texts[$0] } + ["unused"]
        shuffled.attributes = random.attributes.mapValues { column in eventOrder.map { column[$0] }
        }
        shuffled.attributes[.valueText] = shuffled.attributes[.valueText]?.map { text in
            text < 0 ? text : Int64(textOrder.firstIndex(of: Int(text)) ?? -1)
        }
        shuffled.attributes[.lotNumber] = eventOrder.map { _ in EventAttribute.missing }
        for index in shuffled.events.indices {
            let event = shuffled.events[index]
            func moved(_ old: Int32, _ order: [Int]) -> Int32 {
                old < 0 ? old : Int32(order.firstIndex(of: Int(old)) ?? -1)
            }
            shuffled.events[index].code = UInt32(moved(Int32(event.code), codeOrder))
            shuffled.events[index].valueCode = moved(event.valueCode, codeOrder)
            shuffled.events[index].unit = moved(event.unit, unitOrder)
        }
        try shuffled.write(to: scratch.file("b"))
        #expect(try contents(scratch.file("a")) == contents(scratch.file("b")))
        let digest = try TimelineStore.open(scratch.file("a")).contentDigest
        #expect(try TimelineStore.open(scratch.file("b")).contentDigest == digest)
        #expect(digest.count == 32)
        shuffled.events[0].start += 1440
        try shuffled.write(to: scratch.file("b"))
        #expect(try TimelineStore.open(scratch.file("b")).contentDigest != digest)
    }

    @Test("a site without events, and one without subjects, is written and read")
    func empty() throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: 1)
        for subjects in [random.subjects, []] {
            try TimelineWriter.write(
                subjects: subjects, events: [], codes: random.codes, units: random.units,
                to: scratch.file("a"))
            let store = try TimelineStore.open(scratch.file("a"))
            try store.verify()
            #expect(store.codes.isEmpty && store.codeCounts().isEmpty)
            #expect(store.subjectCount == subjects.count)
            #expect(subjects.isEmpty || store.timeline(subject: 0).isEmpty)
        }
    }

    @Test("the earliest and the latest minute, and the longest stay, survive")
    func extremes() throws {
        let scratch = try ScratchDirectory()
        var random = RandomTimelines(seed: 2, subjects: 1, events: 0)
        random.attributes = [:]
        random.events = [
            EventRow(subject: 0, code: 0, start: .min, end: .max - 1),
            EventRow(subject: 0, code: 0, start: .min, end: .max),
            EventRow(subject: 0, code: 0, start: .max, end: .max),
            EventRow(subject: 0, code: 1, start: .min, kind: .number, number: -0.0),
            EventRow(subject: 0, code: 1, start: 0, kind: .above, number: .infinity),
        ]
        try random.write(to: scratch.file("a"))
        let store = try TimelineStore.open(scratch.file("a"))
        try store.verify()
        #expect(store.timeline(subject: 0) == random.plainTimeline(0))
        let ends: Set<Int32?> = [.max - 1, .max, nil]
        #expect(Set(store.timeline(subject: 0).map(\.end)) == ends)
    }

    @Test("an open store keeps reading the old segment when a new one takes its place")
    func replaced() throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: 3)
        try random.write(to: scratch.file("a"))
        let store = try TimelineStore.open(scratch.file("a"))
        try RandomTimelines(seed: 4, events: 20).write(to: scratch.file("a"))
        try store.verify()
        #expect(store.timeline(subject: 0) == random.plainTimeline(0))
        #expect(try TimelineStore.open(scratch.file("a")).eventCount == 22)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["a"])
    }

    @Test("events that point outside their tables are refused with their position")
    func invalidEvents() throws {
        let scratch = try ScratchDirectory()
        let random = RandomTimelines(seed: 5)
        let wrong: [(EventRow, String)] = [
            (EventRow(subject: 12, code: 0, start: 0), "a subject among 12"),
            (EventRow(subject: 0, code: 9, start: 0), "a code among 9"),
            (
                EventRow(subject: 0, code: 0, start: 0, kind: .code, valueCode: 9),
                "a value code among 9, or -1"
            ),
            (
                EventRow(subject: 0, code: 0, start: 0, kind: .code),
                "a value code, since the value's kind is a code"
            ),
            (EventRow(subject: 0, code: 0, start: 0, unit: -2), "a unit among 5, or -1"),
            (EventRow(subject: 0, code: 0, start: 9, end: 8), "an end at or after the start"),
        ]
        for (event, expected) in wrong {
            var copy = random
            copy.events[7] = event
            let error = TimelineError.invalidEvent(position: 7, expected: expected)
            #expect(throws: error) { try copy.write(to: scratch.file("a")) }
        }
        var copy = random
        copy.subjects.swapAt(3, 4)
        #expect(throws: TimelineError.subjectsNotSorted(position: 4)) {
            try copy.write(to: scratch.file("a"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test("a write that fails at the last step leaves nothing behind")
    func failedRename() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.file("a")
        try FileManager.default.createDirectory(
            atPath: path + "/occupied", withIntermediateDirectories: true)
        #expect(throws: TimelineError.unwritable(file: path, reason: "Is a directory")) {
            try RandomTimelines(seed: 1).write(to: path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["a"])
    }

    @Test("a directory that is not there is named when writing and when reading")
    func missing() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.file("none/a")
        #expect(
            throws: TimelineError.unwritable(file: path, reason: "No such file or directory")
        ) { try RandomTimelines(seed: 1).write(to: path) }
        #expect(
            throws: TimelineError.unreadable(file: path, reason: "No such file or directory")
        ) { try TimelineStore.open(path) }
        #expect(throws: TimelineError.unreadable(file: scratch.path, reason: "not a regular file"))
        {
            try TimelineStore.open(scratch.path)
        }
    }
}
