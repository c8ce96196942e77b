// SPDX-License-Identifier: Apache-2.0

/// What counts as a word of a concept's name, for writing the index and for searching it.
enum ConceptWords {
    /// Lower case by Unicode; ASCII, which nearly all names are, without a detour.
    static func folded(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for index in bytes.indices {
            if bytes[index] >= 0x80 { return Array(text.lowercased().utf8) }
            bytes[index] = lowercase(bytes[index])
        }
        return bytes
    }

    static func lowercase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Without the spaces around it.
    static func trimmed(_ folded: [UInt8]) -> [UInt8] {
        let space = UInt8(ascii: " ")
        guard let first = folded.firstIndex(where: { $0 != space }),
            let last = folded.lastIndex(where: { $0 != space })
        else { return [] }
        return Array(folded[first...last])
    }

    /// Runs of letters, digits and whatever is not ASCII.
    static func ranges(in folded: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = 0
        for index in 0...folded.count {
            if index < folded.count, isWord(folded[index]) { continue }
            if index > start { words.append(start..<index) }
            start = index + 1
        }
        return words
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

/// Which concepts have which word in their names.
struct ConceptWordIndex {
    /// The words sorted by bytes: where each ends, and the bytes.
    private(set) var wordEnds: [UInt32] = []
    private(set) var wordBytes: [UInt8] = []
    /// Where the concepts of each word end; their positions, ascending in each word.
    private(set) var conceptEnds: [UInt64] = []
    private(set) var concepts: [UInt32] = []

    /// - Complexity: O(n + w log w) for n words of names, w of them distinct.
    init(names: some Sequence<String>) {
        var table = StringNumbers()
        var numbers: [UInt32] = []
        var numberEnds: [Int] = []
        for name in names {
            let folded = ConceptWords.folded(name)
            let first = numbers.count
            for range in ConceptWords.ranges(in: folded) {
                let number = table.number(of: folded[range])
                if !numbers[first...].contains(number) { numbers.append(number) }
            }
            numberEnds.append(numbers.count)
        }

        let order = (0..<table.count).sorted {
            table.bytes($0).lexicographicallyPrecedes(table.bytes($1))
        }
        var rank = [Int](repeating: 0, count: order.count)
        for (place, number) in order.enumerated() {
            rank[number] = place
            wordBytes += table.bytes(number)
            wordEnds.append(UInt32(clamping: wordBytes.count))
        }
        var places = [Int](repeating: 0, count: order.count + 1)
        for number in numbers { places[rank[Int(number)] + 1] += 1 }
        for place in order.indices { places[place + 1] += places[place] }
        conceptEnds = places.dropFirst().map { UInt64($0) }
        concepts = [UInt32](repeating: 0, count: numbers.count)
        var next = 0
        for (position, end) in numberEnds.enumerated() {
            while next < end {
                let word = rank[Int(numbers[next])]
                concepts[places[word]] = UInt32(position)
                places[word] += 1
                next += 1
            }
        }
    }
}

/// Numbers byte strings in the order in which they are first seen.
private struct StringNumbers {
    private var pool: [UInt8] = []
    private var ends: [Int] = []
    /// Open addressing; a number plus one, 0 where free.
    private var slots = [UInt32](repeating: 0, count: 1024)

    var count: Int { ends.count }

    func bytes(_ number: Int) -> ArraySlice<UInt8> {
        pool[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
    }

    mutating func number(of text: ArraySlice<UInt8>) -> UInt32 {
        var slot = StringNumbers.hash(text) & (slots.count - 1)
        while slots[slot] != 0 {
            let known = slots[slot] - 1
            if bytes(Int(known)).elementsEqual(text) { return known }
            slot = (slot + 1) & (slots.count - 1)
        }
        pool += text
        ends.append(pool.count)
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return UInt32(count - 1)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 0..<count {
            var slot = StringNumbers.hash(bytes(number)) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }

    /// FNV-1a with 64 bits, its high half folded in.
    private static func hash(_ text: ArraySlice<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
