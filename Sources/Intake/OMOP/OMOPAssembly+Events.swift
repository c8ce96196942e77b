// SPDX-License-Identifier: Apache-2.0
import Records

/// The columns every event is made from, taken out of an extraction once.
private struct EventColumns {
    var concept: CompactColumn?
    var startDay: CompactColumn?
    var startMinute: CompactColumn?
    var endDay: CompactColumn?
    var endMinute: CompactColumn?
    var valueNumber: CompactColumn?
    var valueConcept: CompactColumn?
    var operatorConcept: CompactColumn?
    var unitConcept: CompactColumn?
    var unitText: CompactColumn?
    var texts: [String]

    init(_ extraction: OMOPExtraction) {
        let columns = extraction.columns
        concept = columns[OMOPColumn(.concept)]
        startDay = columns[.startDay]
        startMinute = columns[.startMinute]
        endDay = columns[.endDay]
        endMinute = columns[.endMinute]
        valueNumber = columns[OMOPColumn(.valueNumber)]
        valueConcept = columns[OMOPColumn(.valueConcept)]
        operatorConcept = columns[OMOPColumn(.operatorConcept)]
        unitConcept = columns[OMOPColumn(.unitConcept)]
        unitText = columns[.unitText]
        texts = extraction.texts
    }
}

extension OMOPAssembly {
    /// A row of some extraction, with what it is ordered by.
    private struct RowKey {
        var person: Int32
        var extraction: Int32
        var row: Int32
        var key: Int64
    }

    /// Adds the rows of all event tables, table by table.
    mutating func addEvents(_ extractions: [OMOPExtraction]) {
        var texts = TextNumbers(extractions.count)
        var units = UnitNumbers()
        for table in ClinicalTable.allCases {
            let keys = sortedRows(of: table, extractions)
            guard !keys.isEmpty else { continue }
            content.report.events[table.name] = keys.count
            let first = content.events.count
            addRows(keys, table: table, extractions, &units)
            addAttributes(keys, table: table, extractions, first: first, &texts)
        }
        content.units = units.units
        report(units)
        content.texts = texts.texts
        let count = content.events.count
        for attribute in content.attributes.keys {
            content.attributes[attribute]?.fill(to: count)
        }
    }

    /// The rows of known persons in the order of person, original key, file and row.
    ///
    /// Deaths have no key; they go by their day.
    private mutating func sortedRows(
        of table: ClinicalTable, _ extractions: [OMOPExtraction]
    ) -> [RowKey] {
        var keys: [RowKey] = []
        let keyColumn = table == .death ? .startDay : OMOPColumn(.recordID)
        for (index, extraction) in extractions.enumerated()
        where extraction.table == .clinical(table) {
            keys.reserveCapacity(keys.count + extraction.rowCount)
            guard let owners = extraction.columns[.person],
                let originals = extraction.columns[keyColumn],
                let starts = extraction.columns[.startDay]
            else { continue }
            for row in 0..<extraction.rowCount {
                // Reading rejects such rows; only a decoded extraction can hold them.
                guard starts[row] != EventAttribute.missing else {
                    content.report.notKept["no start", default: 0] += 1
                    continue
                }
                guard let person = persons[owners[row]] else {
                    content.report.withheld[table.name, default: 0] += 1
                    continue
                }
                keys.append(
                    RowKey(
                        person: Int32(person), extraction: Int32(index), row: Int32(row),
                        key: originals[row]))
            }
        }
        keys.sort { one, other in
            if one.person != other.person { return one.person < other.person }
            if one.key != other.key { return one.key < other.key }
            return (one.extraction, one.row) < (other.extraction, other.row)
        }
        return keys
    }

    // MARK: Codes, times and values

    private mutating func addRows(
        _ keys: [RowKey], table: ClinicalTable, _ extractions: [OMOPExtraction],
        _ units: inout UnitNumbers
    ) {
        content.events.reserve(keys.count)
        let columns = extractions.map { EventColumns($0) }
        let missing = EventAttribute.missing
        for key in keys {
            let place = Int(key.extraction)
            let row = Int(key.row)
            let concept = columns[place].concept?[row] ?? missing
            let code = book.index(of: concept == missing ? 0 : UInt32(concept), table: table)
            content.events.person.append(UInt32(key.person))
            content.events.code.append(UInt32(code))
            addTimes(
                startDay: columns[place].startDay?[row] ?? 0,
                startMinute: columns[place].startMinute?[row] ?? missing,
                endDay: columns[place].endDay?[row] ?? missing,
                endMinute: columns[place].endMinute?[row] ?? missing)
            let bits = columns[place].valueNumber?[row] ?? missing
            let coded = columns[place].valueConcept?[row] ?? missing
            if bits != missing {
                let key = UnitNumbers.Key(
                    code: code, extraction: key.extraction,
                    concept: columns[place].unitConcept?[row] ?? missing,
                    text: columns[place].unitText?[row] ?? missing)
                addNumber(
                    Double(bitPattern: UInt64(bitPattern: bits)),
                    kind: OMOPAssembly.kind(columns[place].operatorConcept?[row] ?? missing),
                    unit: units.place(key) ?? addUnit(key, columns[place].texts, &units), &units)
            } else if coded != missing, coded != 0 {
                addPlain(.code, valueCode: book.index(of: UInt32(coded)))
            } else {
                addPlain(.none, valueCode: -1)
            }
        }
    }

    private mutating func addTimes(
        startDay: Int64, startMinute: Int64, endDay: Int64, endMinute: Int64
    ) {
        let missing = EventAttribute.missing
        let start = Int16(startMinute == missing ? 0 : startMinute)
        content.events.startDay.append(Int32(startDay))
        content.events.startMinute.append(start)
        guard endDay != missing, endDay >= startDay else {
            if endDay != missing {
                content.report.notKept["end before start", default: 0] += 1
            }
            content.events.endDay.append(OMOPEvents.noEnd)
            content.events.endMinute.append(0)
            return
        }
        let minute = Int16(endMinute == missing ? 0 : endMinute)
        content.events.endDay.append(Int32(endDay))
        // An end by its date alone, on the day of a start with a time, is not before it.
        content.events.endMinute.append(endDay == startDay ? max(minute, start) : minute)
    }

    private mutating func addPlain(_ kind: ValueKind, valueCode: Int32) {
        content.events.kind.append(kind)
        content.events.number.append(0)
        content.events.valueCode.append(valueCode)
        content.events.unit.append(-1)
    }

    private mutating func addNumber(
        _ stated: Double, kind: ValueKind, unit place: Int, _ units: inout UnitNumbers
    ) {
        let number = units.rules[place].apply(stated)
        units.counts[place] += 1
        content.events.kind.append(kind)
        content.events.number.append(number.isFinite ? number : stated)
        content.events.valueCode.append(-1)
        content.events.unit.append(units.unit[place])
    }

    /// What an operator concept says; Source: OHDSI, domain "Meas Value Operator".
    private static func kind(_ concept: Int64) -> ValueKind {
        switch concept {
        case 4_171_756, 4_171_754: .below
        case 4_172_704, 4_171_755: .above
        default: .number
        }
    }

    /// Counts values by what became of their units.
    private mutating func report(_ units: UnitNumbers) {
        for (place, count) in units.counts.enumerated() where count > 0 {
            let rule = units.rules[place]
            switch rule.outcome {
            case .otherTest: break
            case .same: content.report.valuesInTheirUnit += count
            case .converted: content.report.valuesConverted += count
            case .noUnit: content.report.valuesWithoutUnit += count
            case .notConvertible:
                let name = "\(book.codes[Int(units.codes[place])].code) in \(rule.unit)"
                content.report.unitsNotConvertible[name, default: 0] += count
            }
        }
    }

    /// Finds the rule for a test and a unit that were not met before.
    private func addUnit(
        _ key: UnitNumbers.Key, _ texts: [String], _ units: inout UnitNumbers
    ) -> Int {
        let text = key.text == EventAttribute.missing ? "" : texts[Int(key.text)]
        return units.add(
            key,
            UnitTable.rule(
                code: book.codes[Int(key.code)].code, unit: unitText(key.concept, text)))
    }

    /// The unit of a row: its concept's UCUM code, else the source's own text.
    private func unitText(_ concept: Int64, _ text: String) -> String {
        guard concept != EventAttribute.missing, concept != 0 else { return text }
        let id = UInt32(concept)
        if let entry = book.entry(id), !entry.code.isEmpty, entry.vocabulary == "UCUM" {
            // Some codes of older vocabularies differ from UCUM; the text then says more.
            return UnitSpelling.unit(entry.code) == nil && UnitSpelling.unit(text) != nil
                ? text : entry.code
        }
        if let known = OMOPConcepts.ucum(ofUnit: id) { return known }
        return text.isEmpty ? book.entry(id)?.name ?? "" : text
    }

    // MARK: Attributes

    private mutating func addAttributes(
        _ keys: [RowKey], table: ClinicalTable, _ extractions: [OMOPExtraction], first: Int,
        _ texts: inout TextNumbers
    ) {
        set(.table, first, keys) { _, _ in Int64(table.rawValue) }
        switch table {
        case .visitOccurrence:
            let visits = visits
            for attribute in [EventAttribute.recordID, .visit] {
                set(attribute, first, keys) { key, _ in visits.number(of: key.key, isOwn: true) }
            }
        case .visitDetail:
            let details = visitDetails
            for attribute in [EventAttribute.recordID, .visitDetail] {
                set(attribute, first, keys) { key, _ in details.number(of: key.key, isOwn: true) }
            }
        default: set(.recordID, first, keys) { _, place in Int64(place + 1) }
        }
        addJoined(keys, extractions, first: first)
        var own: Set<EventAttribute> = []
        for extraction in extractions where extraction.table == .clinical(table) {
            own.formUnion(extraction.columns.keys.compactMap(\.attribute))
        }
        own.subtract([.recordID])
        own.subtract(withholding)
        for attribute in own.sorted(by: { $0.rawValue < $1.rawValue }) {
            addOwn(attribute, keys, extractions, first: first, &texts)
        }
    }

    /// An attribute the table has as a column.
    private mutating func addOwn(
        _ attribute: EventAttribute, _ keys: [RowKey], _ extractions: [OMOPExtraction],
        first: Int, _ texts: inout TextNumbers
    ) {
        let column = OMOPColumn(attribute)
        let columns = extractions.map { $0.columns[column] }
        func stated(_ key: RowKey) -> Int64 {
            columns[Int(key.extraction)]?[Int(key.row)] ?? EventAttribute.missing
        }
        switch attribute {
        case .visit:
            let visits = visits
            set(attribute, first, keys) { key, _ in visits.number(of: stated(key)) }
        case .visitDetail, .visitDetailParent:
            let details = visitDetails
            set(attribute, first, keys) { key, _ in details.number(of: stated(key)) }
        case .careSite:
            let sites = careSites
            set(attribute, first, keys) { key, _ in sites.number(of: stated(key)) }
        default:
            guard attribute.isText else {
                return set(attribute, first, keys) { key, _ in stated(key) }
            }
            var numbers = texts
            set(attribute, first, keys) { key, _ in
                let value = stated(key)
                guard value != EventAttribute.missing else { return value }
                let index = Int(key.extraction)
                return numbers.number(of: value, in: index, extractions[index].texts)
            }
            texts = numbers
        }
    }

    /// What the row's provider and care site say.
    private mutating func addJoined(
        _ keys: [RowKey], _ extractions: [OMOPExtraction], first: Int
    ) {
        func column(_ column: OMOPColumn) -> [CompactColumn?] {
            extractions.map { $0.columns[column] }
        }
        let providers = column(.provider)
        let specialties = specialties
        if !specialties.isEmpty {
            set(.providerSpecialty, first, keys) { key, _ in
                guard let provider = providers[Int(key.extraction)]?[Int(key.row)] else {
                    return EventAttribute.missing
                }
                return specialties[provider] ?? EventAttribute.missing
            }
        }
        let sites = column(OMOPColumn(.careSite))
        let places = places
        guard !places.isEmpty else { return }
        set(.placeOfService, first, keys) { key, _ in
            guard let site = sites[Int(key.extraction)]?[Int(key.row)] else {
                return EventAttribute.missing
            }
            return places[site] ?? EventAttribute.missing
        }
    }

    /// Fills a column for the rows of one table, unless none of them states it.
    private mutating func set(
        _ attribute: EventAttribute, _ first: Int, _ keys: [RowKey],
        _ value: (RowKey, Int) -> Int64
    ) {
        guard !withholding.contains(attribute) else { return }
        var column: [Int64]?
        for (place, key) in keys.enumerated() {
            let value = value(key, place)
            if column == nil {
                if value == EventAttribute.missing { continue }
                // Taken out of the table while it grows, so that it is not copied.
                var taken = content.attributes.removeValue(forKey: attribute) ?? []
                taken.fill(to: first + place)
                column = taken
            }
            column?.append(value)
        }
        if let column { content.attributes[attribute] = column }
    }
}

extension [Int64] {
    /// Appends missing values up to a count.
    fileprivate mutating func fill(to count: Int) {
        if self.count < count {
            append(contentsOf: repeatElement(EventAttribute.missing, count: count - self.count))
        }
    }
}

extension OMOPEvents {
    fileprivate mutating func reserve(_ more: Int) {
        let total = count + more
        person.reserveCapacity(total)
        code.reserveCapacity(total)
        startDay.reserveCapacity(total)
        startMinute.reserveCapacity(total)
        endDay.reserveCapacity(total)
        endMinute.reserveCapacity(total)
        kind.reserveCapacity(total)
        number.reserveCapacity(total)
        valueCode.reserveCapacity(total)
        unit.reserveCapacity(total)
    }
}
