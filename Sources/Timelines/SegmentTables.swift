// SPDX-License-Identifier: Apache-2.0
import Records

/// The sorted tables of a segment and where the caller's codes and units went in them.
///
/// Only what events use is kept, so that the bytes depend on the events alone and not on what else
/// an extraction's tables held or in which order.
struct SegmentTables {
    /// Sorted by code, each code once.
    let codes: [CodeEntry]
    /// Sorted by their UTF-8 bytes, each once.
    let units: [String]
    /// New index of each of the caller's codes; `SegmentFormat.none` where no event uses it.
    private let codePositions: [UInt32]
    private let unitPositions: [UInt32]

    init(codes: [CodeEntry], units: [String], events: [EventRow]) {
        var usedCodes = [Bool](repeating: false, count: codes.count)
        var usedUnits = [Bool](repeating: false, count: units.count)
        for event in events {
            usedCodes[Int(event.code)] = true
            if event.valueCode >= 0 { usedCodes[Int(event.valueCode)] = true }
            if event.unit >= 0 { usedUnits[Int(event.unit)] = true }
        }
        let codeOrder = codes.indices.filter { usedCodes[$0] }.sorted {
            SegmentTables.precedes(codes[$0], codes[$1])
        }
        var codeTable: [CodeEntry] = []
        var codePositions = [UInt32](repeating: SegmentFormat.none, count: codes.count)
        for index in codeOrder {
            if codeTable.last?.code != codes[index].code { codeTable.append(codes[index]) }
            codePositions[index] = UInt32(codeTable.count - 1)
        }
        let unitOrder = units.indices.filter { usedUnits[$0] }.sorted {
            StringPool.precedes(units[$0], units[$1])
        }
        var unitTable: [String] = []
        var unitPositions = [UInt32](repeating: SegmentFormat.none, count: units.count)
        for index in unitOrder {
            if !(unitTable.last.map { $0.utf8.elementsEqual(units[index].utf8) } ?? false) {
                unitTable.append(units[index])
            }
            unitPositions[index] = UInt32(unitTable.count - 1)
        }
        self.codes = codeTable
        self.units = unitTable
        self.codePositions = codePositions
        self.unitPositions = unitPositions
    }

    /// By code; of several entries of one code, the first display that says something comes first.
    private static func precedes(_ left: CodeEntry, _ right: CodeEntry) -> Bool {
        if left.code != right.code { return left.code < right.code }
        if left.display.isEmpty != right.display.isEmpty { return right.display.isEmpty }
        if !left.display.utf8.elementsEqual(right.display.utf8) {
            return StringPool.precedes(left.display, right.display)
        }
        return StringPool.precedes(left.code.description, right.code.description)
    }

    /// The events with their indices into the sorted tables.
    func reindexed(_ events: [EventRow]) -> [EventRow] {
        var rows = events
        for index in rows.indices {
            rows[index].code = codePositions[Int(rows[index].code)]
            if rows[index].valueCode >= 0 {
                rows[index].valueCode = Int32(codePositions[Int(rows[index].valueCode)])
            }
            if rows[index].unit >= 0 {
                rows[index].unit = Int32(unitPositions[Int(rows[index].unit)])
            }
        }
        return rows
    }
}

/// Every string of a segment once, sorted by its UTF-8 bytes; columns hold positions in it.
struct StringPool {
    let strings: [[UInt8]]
    private let positions: [[UInt8]: UInt32]

    init(_ all: [String]) {
        // Strings that Unicode calls equal may differ in bytes, and bytes are what the file keeps.
        let unique = Set(all.map { Array($0.utf8) })
        strings = unique.sorted { $0.lexicographicallyPrecedes($1) }
        positions = Dictionary(
            uniqueKeysWithValues: strings.enumerated().map { ($0.element, UInt32($0.offset)) })
    }

    /// The position of a string that was given to the initialiser.
    func position(_ string: String) -> UInt32 {
        positions[Array(string.utf8)] ?? SegmentFormat.none
    }

    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
