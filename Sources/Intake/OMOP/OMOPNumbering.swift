// SPDX-License-Identifier: Apache-2.0
import Records

/// The units of events, and the rule for each test and unit.
struct UnitNumbers {
    struct Key: Hashable {
        var code: Int32
        /// The extraction whose texts `text` points into.
        var extraction: Int32
        var concept: Int64
        var text: Int64
    }

    private var places: [Key: Int] = [:]
    private var last: (key: Key, place: Int)?
    private(set) var rules: [UnitRule] = []
    /// The code of each rule, and how many values it was applied to.
    private(set) var codes: [Int32] = []
    var counts: [Int] = []
    /// Index into `units` for each rule; -1 for none.
    private(set) var unit: [Int32] = []
    private(set) var units: [String] = []
    private var byText: [String: Int32] = [:]

    /// Where the rule of a test and unit stands; nil where it is not yet known.
    mutating func place(_ key: Key) -> Int? {
        if let last, last.key == key { return last.place }
        guard let place = places[key] else { return nil }
        last = (key, place)
        return place
    }

    mutating func add(_ key: Key, _ rule: UnitRule) -> Int {
        places[key] = rules.count
        rules.append(rule)
        codes.append(key.code)
        counts.append(0)
        if rule.unit.isEmpty {
            unit.append(-1)
        } else if let known = byText[rule.unit] {
            unit.append(known)
        } else {
            byText[rule.unit] = Int32(units.count)
            unit.append(Int32(units.count))
            units.append(rule.unit)
        }
        return rules.count - 1
    }
}

/// Texts of all extractions as one table, each text once.
struct TextNumbers {
    private(set) var texts: [String] = []
    private var byText: [String: Int64] = [:]
    /// For each extraction, the new number of each of its texts that was met.
    private var known: [[Int64: Int64]]

    init(_ count: Int) {
        known = [[Int64: Int64]](repeating: [:], count: count)
    }

    mutating func number(of index: Int64, in extraction: Int, _ source: [String]) -> Int64 {
        if let number = known[extraction][index] { return number }
        let text = source[Int(index)]
        let number = byText[text] ?? Int64(texts.count)
        if number == Int64(texts.count) {
            byText[text] = number
            texts.append(text)
        }
        known[extraction][index] = number
        return number
    }
}

/// Keys numbered from 1 in the order of their owners, then of the keys themselves.
struct RenumberedKeys {
    private var index = IDIndex()
    private var owners: [Int32] = []
    private var numbers: [Int32] = []
    private var settled = 0

    /// Adds a key; missing stands for no key at all, and so does a reference to 0.
    ///
    /// A key that several rows refer to belongs to the first of their persons, unless its own table
    /// has settled whose it is.
    mutating func add(_ key: Int64?, owner: Int, isOwn: Bool = false) {
        guard let key, key != EventAttribute.missing, key != 0 || isOwn else { return }
        let (place, isNew) = index.add(key)
        if isNew {
            owners.append(Int32(owner))
        } else if place >= settled, Int32(owner) < owners[place] {
            owners[place] = Int32(owner)
        }
    }

    /// From here on, the keys so far keep their owners.
    mutating func settleOwners() {
        settled = index.count
    }

    mutating func number() {
        let order = (0..<index.count).sorted {
            (owners[$0], index.ids[$0]) < (owners[$1], index.ids[$1])
        }
        numbers = [Int32](repeating: 0, count: order.count)
        for (rank, place) in order.enumerated() { numbers[place] = Int32(rank + 1) }
    }

    /// The new number; missing for a key that was not added, and for a reference to 0.
    func number(of key: Int64, isOwn: Bool = false) -> Int64 {
        guard key != EventAttribute.missing, key != 0 || isOwn, let place = index[key] else {
            return EventAttribute.missing
        }
        return Int64(numbers[place])
    }
}
