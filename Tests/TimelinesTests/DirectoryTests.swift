// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Synchronization
import Testing

@testable import Timelines

/// What a directory should hold, kept the plain way: the newest whole timeline of each subject.
struct PlainDirectory {
    private(set) var parts: [RandomTimelines] = []

    /// A tail of some of 40 subjects, with some of the codes.
    static func tail(seed: UInt64, events: Int = 60) -> RandomTimelines {
        var random = SeededRandom(seed: seed ^ 0x7A11)
        let count = 1 + random.below(20)
        var tail = RandomTimelines(seed: seed, subjects: count, events: events)
        let ids = Array((0..<40).shuffled(using: &random).prefix(count)).sorted()
        for (position, id) in ids.enumerated() {
            tail.subjects[position].id = SubjectID(high: 1, low: UInt64(id))
        }
        let fewest = random.below(6)
        tail.keep { Int($0.code) >= fewest }
        return tail
    }

    mutating func append(_ tail: RandomTimelines) { parts.append(tail) }

    /// Everything that counts, as one input.
    var whole: RandomTimelines {
        var owner: [SubjectID: Int] = [:]
        for (part, own) in parts.enumerated() {
            for subject in own.subjects { owner[subject.id] = part }
        }
        var whole = RandomTimelines(seed: 0, subjects: 0, events: 0)
        whole.subjects = parts.enumerated().flatMap { part, own in
            own.subjects.filter { owner[$0.id] == part }
        }.sorted { $0.id < $1.id }
        let positions = Dictionary(
            uniqueKeysWithValues: whole.subjects.enumerated().map { ($1.id, $0) })
        for (part, own) in parts.enumerated() {
            for (index, event) in own.events.enumerated() {
                let id = own.subjects[Int(event.subject)].id
                guard owner[id] == part, let position = positions[id] else { continue }
                var moved = event
                moved.subject = UInt32(position)
                whole.events.append(moved)
                for (attribute, column) in own.attributes {
                    whole.attributes[attribute, default: []].append(column[index])
                }
            }
        }
        return whole
    }
}

extension RandomTimelines {
    /// Drops the events that do not satisfy a condition.
    mutating func keep(_ isKept: (EventRow) -> Bool) {
        let kept = events.indices.filter { isKept(events[$0]) }
        events = kept.map { events[$0] }
        attributes = attributes.mapValues { column in kept.map { column[$0] } }
    }
}

/// All a store says, in words that do not depend on its segments.
func described(_ store: TimelineStore) -> [String] {
    var lines: [String] = []
    for subject in 0..<store.subjectCount {
        lines.append("\(store.subject(subject))")
        lines += store.timeline(subject: subject).map { "\($0)" }
        store.withTimelineRows(subject: subject) { codes, starts, rows in
            for place in 0..<codes.count {
                let postings = store.postings(code: Int(codes[place]))
                let row = Int(rows[place])
                lines.append(
                    "\(store.codes[Int(codes[place])].code) \(starts[place]) "
                        + "\(row) \(postings?.subject(row) == UInt32(subject))")
            }
        }
    }
    lines += store.codeCounts().map { "\($0)" }
    for code in store.codes.indices {
        guard let postings = store.postings(code: code) else { continue }
        lines.append("\(store.codes[code]) \(store.concept(ofCode: code))")
        for row in 0..<postings.count {
            var line = "\(postings.subject(row)) \(postings.start(row)) \(postings.kind(row))"
            line += " \(postings.end(row) ?? -1) \(postings.number(row)) \(postings.source(row))"
            line += " \(postings.unit(row).map { store.units[$0] } ?? "none")"
            line += " \(postings.valueCode(row).map { store.codes[$0].code.description } ?? "")"
            for attribute in EventAttribute.allCases {
                let value = postings.attribute(attribute, row)
                guard value != EventAttribute.missing else { continue }
                line +=
                    " \(attribute) " + (attribute.isText ? store.text(Int(value)) : "\(value)")
            }
            lines.append(line)
        }
    }
    store.withTimelines { ends, codes, starts in
        for subject in 0..<ends.count { lines.append("\(ends[subject])") }
        for place in 0..<codes.count {
            lines.append("\(store.codes[Int(codes[place])].code) \(starts[place])")
        }
    }
    return lines
}

@Suite("Directories of segments")
struct DirectoryTests {
    @Test("appending, merging and opening again say what a plain model says", arguments: 0..<5)
    func model(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let directory = TimelineDirectory(scratch.file("d"))
        var model = PlainDirectory()
        var random = SeededRandom(seed: seed)
        for step in 0..<6 {
            let tail = PlainDirectory.tail(seed: seed * 100 + UInt64(step))
            model.append(tail)
            try directory.append(tail.input)
            if random.chance(0.3) { try directory.merge() }
            try model.whole.write(to: scratch.file("whole"))
            let expected = try TimelineStore.open(scratch.file("whole"))
            let store = try TimelineStore.open(directory: directory.path)
            #expect(store.recovery == nil)
            #expect(store.subjectCount == expected.subjectCount)
            #expect(store.eventCount == expected.eventCount)
            #expect(described(store) == described(expected))
        }
        try directory.merge()
        try directory.verify()
        let merged = try directory.summary()
        #expect(merged.files.count == 1)
        #expect(
            try contents("\(directory.path)/\(merged.files[0])") == contents(scratch.file("whole")),
            "a merge gives the bytes of writing everything at once")
        try directory.discardPrevious()
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(left == (["LOCK", "MANIFEST"] + merged.files).sorted())
        #expect(try directory.summary() == merged)
    }

    @Test("segments of disjoint subjects become the segment written at once", arguments: 0..<2)
    func disjoint(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let whole = RandomTimelines(seed: seed, subjects: 90, events: 3000)
        let directory = TimelineDirectory(scratch.file("d"))
        for first in stride(from: 0, to: 90, by: 30) {
            var part = whole
            part.keep { $0.subject / 30 == UInt32(first / 30) }
            part.subjects = Array(whole.subjects[first..<first + 30])
            for index in part.events.indices { part.events[index].subject -= UInt32(first) }
            try directory.append(part.input)
        }
        try directory.merge()
        try whole.write(to: scratch.file("whole"))
        let merged = try directory.summary()
        #expect(
            try contents("\(directory.path)/\(merged.files[0])") == contents(scratch.file("whole")))
    }

    /// Stops a write after a step, as far as the files are concerned.
    private struct Stopped: Error {}

    @Test(
        "a write that stops after any step leaves the state before it or after it",
        arguments: TimelineDirectory.Step.allCases)
    func stopped(step: TimelineDirectory.Step) throws {
        for isMerge in [false, true] {
            let scratch = try ScratchDirectory()
            var directory = TimelineDirectory(scratch.file("d"))
            for seed in 0..<3 as Range<UInt64> {
                try directory.append(PlainDirectory.tail(seed: seed).input)
            }
            let before = try directory.summary()
            let (source, copy) = (scratch.file("d"), scratch.file("copy"))
            let isCopied = Mutex(false)
            directory.afterStep = { reached in
                // What is on disk at this moment is what a killed process leaves behind.
                if reached == step {
                    try? FileManager.default.copyItem(atPath: source, toPath: copy)
                    isCopied.withLock { $0 = true }
                }
            }
            let tail = PlainDirectory.tail(seed: 9)
            if isMerge { try directory.merge() } else { try directory.append(tail.input) }
            try #require(isCopied.withLock { $0 })
            let after = try directory.summary()
            let stopped = TimelineDirectory(copy)
            let isCommitted =
                [.manifestInPlace, .durable, .leftoversRemoved].contains(step)
            let expected = isCommitted ? after : before
            #expect(try stopped.summary() == expected)
            try stopped.verify()
            // Reading removed nothing, and the next write removes what is left over.
            try stopped.append(tail.input)
            let next = try stopped.summary()
            #expect(next.generation == expected.generation + 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: copy)
            let known = Set(
                next.files + expected.files + ["LOCK", "MANIFEST", "MANIFEST.previous"])
            #expect(Set(names) == known)
            try stopped.verify()
        }
    }

    @Test("a write refused half way leaves everything as it was")
    func refused() throws {
        let scratch = try ScratchDirectory()
        var directory = TimelineDirectory(scratch.file("d"))
        try directory.append(PlainDirectory.tail(seed: 1).input)
        let before = try directory.summary()
        var wrong = PlainDirectory.tail(seed: 2)
        wrong.events[0].subject = 99
        #expect(throws: TimelineError.self) { try directory.append(wrong.input) }
        directory.afterStep = { step throws(TimelineError) in
            if step == .manifestWritten { throw .inUse(directory: "test") }
        }
        #expect(throws: TimelineError.inUse(directory: "test")) {
            try directory.append(PlainDirectory.tail(seed: 2).input)
        }
        #expect(try directory.summary() == before)
    }

    @Test("a lost or torn newest segment, or manifest, falls back to the commit before and says so")
    func fallback() throws {
        let scratch = try ScratchDirectory()
        let directory = TimelineDirectory(scratch.file("d"))
        try directory.append(PlainDirectory.tail(seed: 1).input)
        let before = try directory.summary()
        try directory.append(PlainDirectory.tail(seed: 2).input)
        let after = try directory.summary()
        let newest = "\(directory.path)/\(after.files[1])"
        let manifest = "\(directory.path)/\(Manifest.name)"
        for file in [newest, manifest] {
            let whole = try contents(file)
            let damages: [[UInt8]?] = [
                nil, [], Array(whole.dropLast()), whole + [10], [0] + whole.dropFirst(),
            ]
            for damage in damages {
                try FileManager.default.removeItem(atPath: file)
                if let damage { try Data(damage).write(to: URL(fileURLWithPath: file)) }
                let found = try directory.summary()
                #expect(found.digest == before.digest && found.generation == before.generation)
                #expect(found.recovery?.contains(directory.path) == true)
                #expect(throws: TimelineError.self, "nothing is committed over a loss") {
                    try directory.append(PlainDirectory.tail(seed: 3).input)
                }
                try Data(whole).write(to: URL(fileURLWithPath: file))
                #expect(try directory.summary() == after)
            }
        }
        #expect(throws: TimelineError.noTimelines(directory: scratch.path)) {
            try TimelineStore.open(directory: scratch.path)
        }
    }

    @Test("verify names the file, the column and the code of a flipped byte")
    func named() throws {
        let scratch = try ScratchDirectory()
        let directory = TimelineDirectory(scratch.file("d"))
        try directory.append(PlainDirectory.tail(seed: 1).input)
        try directory.append(PlainDirectory.tail(seed: 2).input)
        let summary = try directory.summary()
        for name in summary.files {
            let file = "\(directory.path)/\(name)"
            let whole = try contents(file)
            let segment = try Segment(file)
            for section in segment.reader.sections where section.length > 0 {
                var bytes = whole
                bytes[Int(section.offset + section.length / 2)] ^= 0x10
                try Data(bytes).write(to: URL(fileURLWithPath: file))
                do throws(TimelineError) {
                    try directory.verify()
                    Issue.record("a flipped byte of \(ColumnKind.title(section.kind)) passed")
                } catch {
                    #expect(error.sentence.contains(file))
                    #expect(error.sentence.contains(ColumnKind.title(section.kind)))
                    if section.isPosting {
                        let code = segment.codes[Int(section.code)].code
                        #expect(error.sentence.contains(code.description))
                    }
                }
            }
            try Data(whole).write(to: URL(fileURLWithPath: file))
        }
        try directory.verify()
    }

    @Test("a second writer is told that the directory is in use")
    func locked() throws {
        let scratch = try ScratchDirectory()
        var directory = TimelineDirectory(scratch.file("d"))
        try directory.append(PlainDirectory.tail(seed: 1).input)
        let other = directory
        let found = Mutex<TimelineError?>(nil)
        directory.afterStep = { step in
            guard step == .segmentWritten else { return }
            do throws(TimelineError) {
                try other.append(PlainDirectory.tail(seed: 3).input)
            } catch {
                found.withLock { $0 = error }
            }
        }
        try directory.append(PlainDirectory.tail(seed: 2).input)
        #expect(found.withLock { $0 } == .inUse(directory: directory.path))
        #expect(try directory.summary().generation == 2)
    }
}
