// SPDX-License-Identifier: Apache-2.0
import Records

/// The sorted tables of a segment and where the caller's codes, units and texts went in them.
///
/// Only what events use is kept, so that the bytes depend on the events alone and not on what else
/// an extraction's tables held or in which order.
struct SegmentTables {
    /// Sorted by code, each code once.
    let codes: [CodeEntry]
    /// Parallel to `codes`; of several entries of one code, the smallest that is not 0.
    let concepts: [UInt32]
    /// Sorted by their UTF-8 bytes, each once.
    let units: [String]
    let texts: [String]
    /// New index of each of the caller's codes; `SegmentFormat.none` where no event uses it.
    private let codePositions: [UInt32]
    private let unitPositions: [UInt32]
    private let textPositions: [UInt32]

    init(_ input: TimelineInput) {
        let (codes, units) = (input.codes, input.units)
        var usedCodes = [Bool](repeating: false, count: codes.count)
        var usedUnits = [Bool](repeating: false, count: units.count)
        for event in input.events {
            usedCodes[Int(event.code)] = true
            if event.valueCode >= 0 { usedCodes[Int(event.valueCode)] = true }
            if event.unit >= 0 { usedUnits[Int(event.unit)] = true }
        }
        var usedTexts = [Bool](repeating: false, count: input.texts.count)
        for (attribute, column) in input.attributes where attribute.isText {
            for value in column where value != EventAttribute.missing {
                usedTexts[Int(value)] = true
            }
        }
        let codeOrder = codes.indices.filter { usedCodes[$0] }.sorted {
            SegmentTables.precedes(codes[$0], codes[$1])
        }
        var codeTable: [CodeEntry] = []
        var concepts: [UInt32] = []
        var codePositions = [UInt32](repeating: SegmentFormat.none, count: codes.count)
        for index in codeOrder {
            if codeTable.last?.code != codes[index].code {
                codeTable.append(codes[index])
                concepts.append(0)
            }
            let position = codeTable.count - 1
            codePositions[index] = UInt32(position)
            let concept = input.conceptOfCode.isEmpty ? 0 : input.conceptOfCode[index]
            if concept != 0 && (concepts[position] == 0 || concept < concepts[position]) {
                concepts[position] = concept
            }
        }
        self.codes = codeTable
        self.concepts = concepts
        self.codePositions = codePositions
        (self.units, unitPositions) = SegmentTables.sorted(units, used: usedUnits)
        (texts, textPositions) = SegmentTables.sorted(input.texts, used: usedTexts)
    }

    /// The used strings, each once and sorted, and where each of the caller's went.
    private static func sorted(_ strings: [String], used: [Bool]) -> ([String], [UInt32]) {
        let order = strings.indices.filter { used[$0] }.sorted {
            StringPool.precedes(strings[$0], strings[$1])
        }
        var table: [String] = []
        var positions = [UInt32](repeating: SegmentFormat.none, count: strings.count)
        for index in order {
            if !(table.last.map { $0.utf8.elementsEqual(strings[index].utf8) } ?? false) {
                table.append(strings[index])
            }
            positions[index] = UInt32(table.count - 1)
        }
        return (table, positions)
    }

    /// By code; of several entries of one code, the first display that says something comes first.
    static func precedes(_ left: CodeEntry, _ right: CodeEntry) -> Bool {
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

    /// The attribute columns in ascending order, with their indices into the sorted texts.
    func reindexed(_ attributes: [EventAttribute: [Int64]]) -> [AttributeColumn] {
        attributes.sorted { $0.key.rawValue < $1.key.rawValue }.map { attribute, values in
            guard attribute.isText else { return AttributeColumn(attribute, values) }
            return AttributeColumn(
                attribute,
                values.map {
                    $0 == EventAttribute.missing ? $0 : Int64(textPositions[Int($0)])
                })
        }
    }
}

/// One attribute of all events.
struct AttributeColumn {
    let attribute: EventAttribute
    let values: [Int64]

    init(_ attribute: EventAttribute, _ values: [Int64]) {
        self.attribute = attribute
        self.values = values
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
