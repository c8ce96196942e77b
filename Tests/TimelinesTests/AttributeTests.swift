// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics
import Testing
import Timelines

@Suite("Attributes, concepts and blocks of postings")
struct AttributeTests {
    private func store(_ random: RandomTimelines) throws -> TimelineStore {
        let scratch = try ScratchDirectory()
        try random.write(to: scratch.file("a"))
        let store = try TimelineStore.open(scratch.file("a"))
        try store.verify()
        return store
    }

    @Test("attributes come back with their rows, and their bounds without", arguments: 0..<8)
    func attributes(seed: UInt64) throws {
        let random = RandomTimelines(seed: seed)
        let store = try store(random)
        let recordIDs = try #require(random.attributes[.recordID])
        for code in store.codes.indices {
            guard let postings = store.postings(code: code) else { continue }
            let ids = try #require(postings.attributes(.recordID))
            for attribute in random.attributes.keys {
                let column = try #require(random.attributes[attribute])
                let read = postings.attributes(attribute)
                for row in 0..<postings.count {
                    // Record ids are as good as unique, so they tell which event it was.
                    let event = try #require(recordIDs.firstIndex(of: ids[row]))
                    var expected = column[event]
                    var found = read?[row] ?? EventAttribute.missing
                    #expect(postings.attribute(attribute, row) == found)
                    if attribute.isText && expected != EventAttribute.missing {
                        #expect(store.text(Int(found)) == random.texts[Int(expected)])
                        (expected, found) = (0, 0)
                    }
                    #expect(found == expected)
                }
                let bounds = postings.attributeBounds(attribute)
                #expect(bounds?.lowerBound == read?.min())
                #expect(bounds?.upperBound == read?.max())
            }
            #expect(postings.attributes(.gapDays) == nil)
            #expect(postings.attribute(.gapDays, 0) == EventAttribute.missing)
        }
        #expect(store.text(99) == "")
    }

    @Test("codes know their concepts and concepts their codes", arguments: 0..<5)
    func concepts(seed: UInt64) throws {
        let random = RandomTimelines(seed: seed)
        let store = try store(random)
        for (code, concept) in zip(random.codes, random.concepts) {
            guard let index = store.codeIndex(code.code) else { continue }
            #expect(store.concept(ofCode: index) == concept)
            #expect(store.codes(ofConcept: concept).contains(index) == (concept != 0))
        }
        let expected = random.codes.indices.filter { random.concepts[$0] == 7 }
            .compactMap { store.codeIndex(random.codes[$0].code) }.sorted()
        #expect(store.codes(ofConcept: 7) == expected)
        #expect(store.codes(ofConcept: 8).isEmpty && store.codes(ofConcept: .max).isEmpty)
    }

    @Test("blocks, whole columns and single rows say the same", arguments: 0..<2)
    func blocks(seed: UInt64) throws {
        var random = RandomTimelines(seed: seed, subjects: 300, events: 4000)
        for index in random.events.indices { random.events[index].code /= 4 }
        let store = try store(random)
        for code in store.codes.indices {
            guard let postings = store.postings(code: code) else { continue }
            let single = (0..<postings.count).map {
                [Double(postings.subject($0)), Double(postings.start($0)), postings.number($0)]
            }
            var whole: [[Double]] = []
            postings.withColumns { subjects, starts, numbers in
                for row in 0..<subjects.count {
                    whole.append([Double(subjects[row]), Double(starts[row]), numbers[row]])
                }
            }
            #expect(whole == single)
            var pieces: [[Double]] = []
            postings.forEachBlockWithNumbers { rows, subjects, starts, numbers in
                let bounds = postings.bounds(ofBlock: rows.lowerBound / Postings.blockRows)
                #expect(bounds.rows == rows)
                let range = postings.numberBounds(ofBlock: rows.lowerBound / Postings.blockRows)
                var isInside = true
                for row in 0..<subjects.count {
                    pieces.append([Double(subjects[row]), Double(starts[row]), numbers[row]])
                    isInside =
                        isInside && bounds.subjects.contains(subjects[row])
                        && bounds.starts.contains(starts[row])
                        && range?.contains(numbers[row]) == true
                }
                #expect(isInside)
            }
            #expect(pieces == single)
            var some: [Range<Int>] = []
            let isNear = { (bounds: BlockBounds) in bounds.subjects.contains(150) }
            postings.forEachBlock(where: isNear) { rows, _, _ in
                some.append(rows)
            }
            #expect(some.count <= 2)
            for subject in [0, 1, 77, 150, 299, 300] as [UInt32] {
                let rows = (0..<postings.count).filter { postings.subject($0) == subject }
                #expect(Array(postings.rows(ofSubject: subject)) == rows)
            }
        }
    }

    @Test("timelines of one, of a range and of all subjects say the same", arguments: 0..<2)
    func timelines(seed: UInt64) throws {
        let random = RandomTimelines(seed: seed, subjects: 200, events: 9000)
        let store = try store(random)
        var single: [[Int64]] = []
        for subject in 0..<store.subjectCount {
            store.withTimelineRows(subject: subject) { codes, starts, rows in
                #expect(codes.count == store.eventCount(ofSubject: subject))
                var isRow = true
                for place in 0..<codes.count {
                    single.append([Int64(subject), Int64(codes[place]), Int64(starts[place])])
                    let postings = store.postings(code: Int(codes[place]))
                    isRow =
                        isRow && postings?.subject(Int(rows[place])) == UInt32(subject)
                        && postings?.start(Int(rows[place])) == starts[place]
                }
                #expect(isRow)
            }
        }
        var range: [[Int64]] = []
        store.forEachTimeline(in: 0..<store.subjectCount) { subject, codes, starts in
            for place in 0..<codes.count {
                range.append([Int64(subject), Int64(codes[place]), Int64(starts[place])])
            }
        }
        #expect(range == single)
        store.withTimelines { ends, codes, starts in
            #expect(ends.count == 200 && codes.count == single.count)
            let whole = (0..<codes.count).map { [Int64(codes[$0]), Int64(starts[$0])] }
            #expect(whole == single.map { Array($0.dropFirst()) })
        }
    }
}
