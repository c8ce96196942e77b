// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Vault

@Suite("Subject ids and the crosswalk")
struct CrosswalkTests {
    private func filled(_ vault: Vault, _ keys: [String] = ["b", "a", "c"]) throws -> Crosswalk {
        var crosswalk = Crosswalk()
        try crosswalk.enrol(keys: keys, vault: vault, release: "1")
        return crosswalk
    }

    @Test("a hundred thousand subject ids are all different")
    func distinct() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let ids = Set((0..<100_000).map { vault.subjectID(number: $0, release: "1") })
        #expect(ids.count == 100_000)
    }

    @Test("subject ids stay with the key and change with key and release")
    func dependence() throws {
        let (one, two) = (try Scratch(), try Scratch())
        let (vault, other) = (try one.vault(), try two.vault())
        let again = try Vault.open(directory: one.directory, keyFile: one.keyFile)
        let ids = (0..<200).map { vault.subjectID(number: $0, release: "1") }
        #expect(ids == (0..<200).map { again.subjectID(number: $0, release: "1") })
        let others =
            (0..<200).map { vault.subjectID(number: $0, release: "2") }
            + (0..<200).map { other.subjectID(number: $0, release: "1") }
        #expect(Set(ids).isDisjoint(with: others))
    }

    @Test("each bit of a subject id is set about half of the time")
    func balanced() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var counts = [Int](repeating: 0, count: 128)
        for number in 0..<4096 {
            let id = vault.subjectID(number: UInt64(number), release: "1")
            for bit in 0..<64 {
                counts[bit] += Int(id.high >> UInt64(bit) & 1)
                counts[64 + bit] += Int(id.low >> UInt64(bit) & 1)
            }
        }
        // Seven standard deviations of a fair coin: 2048 plus or minus 224.
        #expect(counts.allSatisfy { abs($0 - 2048) < 224 })
    }

    @Test("ids do not depend on what the patients are called, only on their place in line")
    func notDerived() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        let one = try filled(vault, ["a", "b"])
        let two = try filled(vault, ["x", "y"])
        #expect(one.entries.map(\.id) == two.entries.map(\.id))
    }

    @Test("old patients keep number and id when new ones come")
    func keeps() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var crosswalk = try filled(vault)
        let before = crosswalk.entries
        #expect(before.map(\.patientKey) == ["a", "b", "c"])
        #expect(before.map(\.number) == [0, 1, 2])
        try crosswalk.enrol(keys: ["aa", "c", "A", "a"], vault: vault, release: "1")
        #expect(Array(crosswalk.entries.prefix(3)) == before)
        #expect(crosswalk.entries.suffix(2).map(\.patientKey) == ["A", "aa"])
        #expect(crosswalk["aa"]?.number == 4)
        #expect(crosswalk["nobody"] == nil)
    }

    @Test("the order in which keys come makes no difference", arguments: 0..<20)
    func order(seed: Int) throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var random = Draws(state: UInt64(seed))
        let keys = (0..<50).map { _ in String(random.next() % 40, radix: 36) }
        let one = try filled(vault, keys)
        let two = try filled(vault, keys.shuffled(using: &random) + keys.prefix(3))
        #expect(one == two)
        #expect(one.encoded() == two.encoded())
    }

    @Test("a crosswalk does not take ids of another release")
    func oneRelease() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var crosswalk = try filled(vault)
        let before = crosswalk
        #expect(throws: VaultError.crosswalkOfAnotherRelease(expected: "2", found: "1")) {
            try crosswalk.enrol(keys: ["d"], vault: vault, release: "2")
        }
        #expect(crosswalk == before)
    }

    @Test("an id that is already taken stops the enrolment and changes nothing")
    func collision() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        // What the next number will get is taken beforehand, as a wrong vault would have it.
        let taken = Crosswalk.Entry(
            patientKey: "a", number: 0, id: vault.subjectID(number: 1, release: "1"), anchor: nil)
        var crosswalk = try #require(Crosswalk(entries: [taken], release: "1"))
        let before = crosswalk
        #expect(throws: VaultError.subjectIDsCollide(number: 1)) {
            try crosswalk.enrol(keys: ["b"], vault: vault, release: "1")
        }
        #expect(crosswalk == before)
    }

    @Test("anchors are kept through sealing and later enrolments")
    func anchors() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var crosswalk = try filled(vault)
        let day = try #require(CivilDay(year: 1931, month: 2, day: 28))
        let kept = [
            crosswalk.setAnchor(day, for: "b"),
            crosswalk.setAnchor(CivilDay(number: 0), for: "c"),
            crosswalk.setAnchor(day, for: "nobody"),
        ]
        #expect(kept == [true, true, false])
        try vault.seal(crosswalk.encoded(), as: "crosswalk")
        var read = try Crosswalk(decoding: vault.unseal("crosswalk"))
        #expect(read == crosswalk)
        try read.enrol(keys: ["d"], vault: vault, release: "1")
        #expect(read["a"]?.anchor == nil)
        #expect(read["b"]?.anchor == day)
        #expect(read["c"]?.anchor == CivilDay(number: 0))
    }

    @Test("bytes that are not a crosswalk are refused wherever they end or differ")
    func hostile() throws {
        let scratch = try Scratch()
        let vault = try scratch.vault()
        var crosswalk = try filled(vault, ["a", "b\u{e9}"])
        crosswalk.setAnchor(CivilDay(number: -3), for: "a")
        let bytes = crosswalk.encoded()
        #expect(try Crosswalk(decoding: bytes) == crosswalk)
        #expect(try Crosswalk(decoding: Crosswalk().encoded()) == Crosswalk())
        for length in 0..<bytes.count {
            #expect(throws: VaultError.self) {
                try Crosswalk(decoding: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: VaultError.crosswalkDamaged(position: bytes.count)) {
            try Crosswalk(decoding: bytes + [0])
        }
        // A change may still be a crosswalk, but then it is exactly the one of those bytes.
        for position in bytes.indices {
            for value in [0, 1, 2, 0x7F, 0xFF] as [UInt8] {
                var altered = bytes
                altered[position] = value
                if let read = try? Crosswalk(decoding: altered) {
                    #expect(read.encoded() == altered)
                }
            }
        }
    }

    @Test("a crosswalk in which two patients share a key or an id is refused")
    func duplicates() throws {
        let id = SubjectID(high: 1, low: 2)
        let other = SubjectID(high: 3, low: 4)
        func entry(_ key: String, _ number: UInt64, _ id: SubjectID) -> Crosswalk.Entry {
            Crosswalk.Entry(patientKey: key, number: number, id: id, anchor: nil)
        }
        #expect(Crosswalk(entries: [entry("a", 0, id), entry("b", 1, other)], release: "1") != nil)
        #expect(Crosswalk(entries: [entry("a", 0, id), entry("a", 1, other)], release: "1") == nil)
        #expect(Crosswalk(entries: [entry("a", 0, id), entry("b", 1, id)], release: "1") == nil)
        #expect(Crosswalk(entries: [entry("a", 0, id), entry("b", 2, other)], release: "1") == nil)
    }
}
