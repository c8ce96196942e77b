// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Statistics
import Testing

@testable import Timelines

@Suite("Concepts")
struct ConceptStoreTests {
    @Test("a store answers what a plain reading of the tables answers", arguments: 0..<6)
    func agrees(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let world = RandomConcepts(seed: seed)
        try world.write(to: scratch.file("concepts"))
        let store = try ConceptStore.open(scratch.file("concepts"))
        try store.verify()
        #expect(store.count == 40)
        let asked = Set(world.entries.map(\.id)).union(0..<300).union([.max])
        for id in asked {
            #expect(store.entry(id) == world.entry(id))
            #expect(store.name(id) == world.entry(id)?.name)
            #expect(store.descendants(id) == world.descendants(id))
            #expect(store.mapped(to: id) == world.mapped(to: id))
        }
        for vocabulary in RandomConcepts.vocabularies + ["LOINC"] {
            for code in (0..<31).map({ String($0) }) + ["", "2x"] {
                #expect(
                    store.concept(vocabulary: vocabulary, code: code)
                        == world.concept(vocabulary: vocabulary, code: code))
            }
        }
    }

    @Test("a search finds and ranks what a plain search does", arguments: 0..<8)
    func searches(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let world = RandomConcepts(seed: seed, concepts: 80)
        try world.write(to: scratch.file("concepts"))
        let store = try ConceptStore.open(scratch.file("concepts"))
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            var text = (0..<1 + random.below(3)).map { _ in
                let word = RandomConcepts.words[random.below(RandomConcepts.words.count)]
                return String(word.prefix(1 + random.below(9)))
            }.joined(separator: " ")
            if random.chance(0.3) { text = text.uppercased() }
            if random.chance(0.2) { text = "  \(text) " }
            let limit = 1 + random.below(12)
            #expect(
                store.search(text, limit: limit) == world.search(text, limit: limit), "\(text)")
        }
    }

    @Test("an exact name comes before names that begin with it, and those before the rest")
    func ranks() throws {
        let scratch = try ScratchDirectory()
        let names = ["Chronic asthma", "Asthma in remission", "ASTHMA", "asthmatic", "Eczema"]
        let entries = names.enumerated().map {
            ConceptEntry(id: UInt32($0.offset + 1), name: $0.element, standard: "S")
        }
        try ConceptStore.write(
            entries: entries, ancestors: [], mapsTo: [], to: scratch.file("concepts"))
        let store = try ConceptStore.open(scratch.file("concepts"))
        #expect(store.search("asthma", limit: 9).map(\.id) == [3, 4, 2, 1])
        #expect(store.search("asthma", limit: 9) { $0 != 3 }.map(\.id) == [4, 2, 1])
        #expect(store.search("asthma", limit: 2).map(\.id) == [3, 4])
        #expect(store.search("REM asth", limit: 9).map(\.id) == [2])
        #expect(store.search("- %", limit: 9).isEmpty)
        #expect(store.search("asthma", limit: 0).isEmpty)
        #expect(store.search("zebra", limit: 9).isEmpty)
    }

    @Test("the same tables in another order give the same bytes")
    func deterministic() throws {
        let scratch = try ScratchDirectory()
        var world = RandomConcepts(seed: 3)
        try world.write(to: scratch.file("one"))
        world.entries.reverse()
        world.ancestors.reverse()
        world.mapsTo.reverse()
        try world.write(to: scratch.file("other"))
        #expect(try contents(scratch.file("one")) == contents(scratch.file("other")))
        let (one, other) = try (
            ConceptStore.open(scratch.file("one")), ConceptStore.open(scratch.file("other"))
        )
        #expect(one.contentDigest == other.contentDigest)
    }

    @Test("an empty vocabulary can be written and read")
    func empty() throws {
        let scratch = try ScratchDirectory()
        try ConceptStore.write(entries: [], ancestors: [], mapsTo: [], to: scratch.file("concepts"))
        let store = try ConceptStore.open(scratch.file("concepts"))
        try store.verify()
        #expect(store.count == 0)
        #expect(store.entry(0) == nil)
        #expect(store.search("a", limit: 5).isEmpty)
        #expect(store.concept(vocabulary: "", code: "") == nil)
    }

    @Test("one id with two meanings is refused, and what was at the path stays")
    func repeated() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.file("concepts")
        let first = ConceptEntry(id: 7, name: "one")
        try ConceptStore.write(entries: [first], ancestors: [], mapsTo: [], to: path)
        #expect(throws: ConceptError.repeatedConcept(7)) {
            try ConceptStore.write(
                entries: [first, ConceptEntry(id: 7, name: "other")], ancestors: [], mapsTo: [],
                to: path)
        }
        #expect(try ConceptStore.open(path).name(7) == "one")
    }

    @Test("what cannot be read or written is named")
    func unreadable() throws {
        let scratch = try ScratchDirectory()
        #expect(throws: ConceptError.self) { try ConceptStore.open(scratch.file("absent")) }
        try Data().write(to: URL(fileURLWithPath: scratch.file("empty")))
        #expect(throws: ConceptError.notConcepts(file: scratch.file("empty"))) {
            try ConceptStore.open(scratch.file("empty"))
        }
        let path = scratch.file("no/such/directory")
        do {
            try ConceptStore.write(entries: [], ancestors: [], mapsTo: [], to: path)
            Issue.record("written into a directory that does not exist")
        } catch {
            #expect(error.sentence.contains(path))
        }
    }
}

@Suite("Damaged files of concepts")
struct DamagedConceptTests {
    private func small(_ scratch: ScratchDirectory) throws -> [UInt8] {
        try ConceptStore.write(
            entries: [
                ConceptEntry(
                    id: 4, name: "Heart failure", domain: "C", vocabulary: "SNOMED", standard: "S",
                    code: "84"),
                ConceptEntry(id: 9, name: "Größe", vocabulary: "ICD", code: "I50"),
            ], ancestors: [ConceptLink(from: 4, to: 4), ConceptLink(from: 4, to: 9)],
            mapsTo: [ConceptLink(from: 9, to: 4)], to: scratch.file("whole"))
        return try contents(scratch.file("whole"))
    }

    /// Reads all a program could ask of a store; nothing of it may stop the program.
    private func readAll(_ store: ConceptStore) {
        for position in 0..<min(store.count, 100) {
            let id = store.id(at: position) ?? 0
            _ = store.entry(id)
            _ = store.descendants(id)
            _ = store.mapped(to: id)
        }
        _ = (store.descendants(4), store.mapped(to: 4), store.name(9))
        for vocabulary in ["SNOMED", "ICD", ""] {
            _ = store.concept(vocabulary: vocabulary, code: "I50")
        }
        for text in ["heart f", "größe", "h", "84"] { _ = store.search(text, limit: 5) }
    }

    @Test("a file torn anywhere is refused when it is opened")
    func torn() throws {
        let scratch = try ScratchDirectory()
        let whole = try small(scratch)
        let path = scratch.file("torn")
        for length in stride(from: 0, to: whole.count, by: 3) {
            try Data(whole[..<length]).write(to: URL(fileURLWithPath: path))
            #expect(throws: ConceptError.self, "cut to \(length) bytes") {
                try ConceptStore.open(path)
            }
        }
        try Data(whole + [0]).write(to: URL(fileURLWithPath: path))
        #expect(throws: ConceptError.self) { try ConceptStore.open(path) }
    }

    @Test("a flipped bit in any byte is found by opening or by verify, and reading never crashes")
    func flipped() throws {
        let scratch = try ScratchDirectory()
        let whole = try small(scratch)
        let path = scratch.file("flipped")
        var unnoticed: [Int] = []
        for byte in whole.indices {
            let bit = byte * 8 + byte % 8
            var bytes = whole
            bytes[byte] ^= 1 << UInt8(byte % 8)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do {
                let store = try ConceptStore.open(path)
                readAll(store)
                try store.verify()
                unnoticed.append(bit)
            } catch {
                #expect(error.sentence.contains(path))
            }
        }
        #expect(unnoticed.isEmpty)
    }

    @Test("verify names the block that was altered")
    func named() throws {
        let scratch = try ScratchDirectory()
        var bytes = try small(scratch)
        let place = try #require(bytes.firstRange(of: Array("Heart".utf8))).lowerBound
        bytes[place] ^= 1
        let path = scratch.file("altered")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let store = try ConceptStore.open(path)
        let error = #expect(throws: ConceptError.self) { try store.verify() }
        #expect(error?.sentence.contains("the block of names at byte \(place)") == true)
    }

    @Test("a forged file with matching checksums never makes a reader crash", arguments: 0..<120)
    func forged(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var bytes = try small(scratch)
        var random = SeededRandom(seed: seed)
        let footer = bytes.count - ConceptFormat.tailLength - ConceptFormat.footerLength
        for _ in 0..<1 + random.below(6) {
            // Any column, or a count, offset or length of the directory.
            let place =
                random.chance(0.8)
                ? ConceptFormat.headerLength + random.below(footer - ConceptFormat.headerLength)
                : footer + random.below(ConceptFormat.footerLength)
            bytes[place] = random.chance(0.5) ? 0xFF : UInt8(random.below(256))
        }
        for index in 0..<ConceptColumn.allCases.count {
            let entry = footer + index * ConceptFormat.entryLength
            let offset = number(bytes, entry + 16)
            let length = number(bytes, entry + 24)
            guard offset >= 0, length >= 0, length <= footer, offset <= footer - length else {
                continue
            }
            put(checksum(bytes[offset..<offset + length]), at: entry + 4, in: &bytes)
        }
        put(
            checksum(bytes[footer..<footer + ConceptFormat.footerLength]),
            at: bytes.count - 16, in: &bytes)
        let path = scratch.file("forged")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard let store = try? ConceptStore.open(path) else { return }
        readAll(store)
        do { try store.verify() } catch { #expect(error.sentence.contains(path)) }
    }

    private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        CRC32C.checksum(Array(bytes).span.bytes)
    }

    private func number(_ bytes: [UInt8], _ place: Int) -> Int {
        Int(
            truncatingIfNeeded: (0..<8).reduce(UInt64(0)) {
                $0 | UInt64(bytes[place + $1]) << UInt64($1 * 8)
            })
    }

    private func put(_ value: UInt32, at place: Int, in bytes: inout [UInt8]) {
        for index in 0..<4 { bytes[place + index] = UInt8(value >> UInt32(index * 8) & 0xFF) }
    }
}

@Suite("The hierarchy of concepts")
struct ConceptHierarchyTests {
    @Test("ancestors are all that can be reached, cycles or not", arguments: 0..<20)
    func closure(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let isA = (0..<random.below(40)).map { _ in
            ConceptLink(from: UInt32(random.below(15)), to: UInt32(random.below(15)))
        }
        var reached = Set(isA.flatMap { [$0.from, $0.to] } + [77]).map { [$0, $0] }
        var known = Set(reached)
        while let link = reached.popLast() {
            for parent in isA where parent.from == link[0] {
                let longer = [parent.to, link[1]]
                if known.insert(longer).inserted { reached.append(longer) }
            }
        }
        let found = ConceptHierarchy.closure(isA: isA, of: [77])
        #expect(found.count == known.count)
        #expect(Set(found.map { [$0.from, $0.to] }) == known)
    }

    @Test("links are sorted by both ends and listed once", arguments: 0..<10)
    func groups(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let links = (0..<random.below(3000)).map { _ in
            ConceptLink(
                from: UInt32(truncatingIfNeeded: random.next()) >> UInt32(random.below(32)),
                to: UInt32(random.below(5)) << UInt32(random.below(29)))
        }
        let grouped = GroupedLinks(links)
        var flat: [ConceptLink] = []
        for (index, head) in grouped.heads.enumerated() {
            let start = index == 0 ? 0 : Int(grouped.ends[index - 1])
            flat += grouped.tails[start..<Int(grouped.ends[index])].map {
                ConceptLink(from: head, to: $0)
            }
        }
        #expect(
            flat
                == Set(links).sorted {
                    ($0.from, $0.to) < ($1.from, $1.to)
                })
    }
}
