// SPDX-License-Identifier: Apache-2.0
import Records

/// The binary form of an extraction, as it is sealed in the vault.
///
/// One version byte, the tables, then the events column by column: numbers as LEB128 (patients,
/// starts, ends and lines as differences), measured values as eight bytes each. The same
/// extraction gives the same bytes.
extension Extraction {
    private static let version: UInt8 = 1
    /// Minutes of the years 1 to 9999, the range of `CivilDay`.
    static let moments: ClosedRange<Int64> = -1_100_000_000...4_300_000_000
    private static let indices: ClosedRange<Int64> = -1...Int64(Int32.max)

    /// The bytes `init(decoding:)` reads.
    package func encoded() -> [UInt8] {
        var writer = BlobWriter()
        writer.byte(Extraction.version)
        writer.texts(patientKeys)
        writer.count(codes.count)
        for entry in codes {
            writer.text(entry.code.system.rawValue)
            writer.text(entry.code.value)
            writer.text(entry.display)
        }
        writer.texts(units)
        writer.count(persons.count)
        for person in persons { writer.person(person) }
        writer.keys(personResources)
        writer.count(notes.count)
        for note in notes { writer.note(note) }
        writer.keys(noteResources)
        writer.report(report)
        writeEvents(to: &writer)
        return writer.bytes
    }

    /// Reads an encoded extraction, checking every index against its table.
    ///
    /// - Throws: `IntakeError.damagedExtraction` for any bytes that `encoded()` cannot have
    ///   written.
    package init(decoding bytes: [UInt8]) throws(IntakeError) {
        self.init()
        var reader = BlobReader(bytes)
        guard try reader.byte() == Extraction.version else {
            throw .damagedExtraction(reason: "its version is not known")
        }
        patientKeys = try reader.texts()
        for _ in 0..<(try reader.count()) {
            let system = CodeSystem(rawValue: try reader.text())
            let code = Code(system, try reader.text())
            codes.append(CodeEntry(code: code, display: try reader.text()))
        }
        units = try reader.texts()
        for _ in 0..<(try reader.count()) { persons.append(try reader.person()) }
        personResources = try reader.keys(persons.count)
        for _ in 0..<(try reader.count()) { notes.append(try reader.note()) }
        noteResources = try reader.keys(notes.count)
        report = try reader.report()
        try readEvents(from: &reader)
        guard reader.isAtEnd else {
            throw .damagedExtraction(reason: "bytes follow after its end")
        }
    }

    private func writeEvents(to writer: inout BlobWriter) {
        writer.count(events.count)
        var last: Int64 = 0
        func difference(_ value: Int64) {
            writer.signed(value &- last)
            last = value
        }
        for event in events { difference(Int64(event.patient)) }
        for event in events { writer.signed(Int64(event.code)) }
        last = 0
        for event in events { difference(event.start.minutes) }
        for event in events {
            writer.optional(event.end) { $0.signed($1.minutes &- event.start.minutes) }
        }
        for event in events { writer.byte(event.kind.rawValue) }
        for event in events where event.kind.isNumeric {
            writer.fixed(event.number.bitPattern)
        }
        for event in events where event.kind == .code { writer.signed(Int64(event.valueCode)) }
        for event in events where event.kind.isNumeric { writer.signed(Int64(event.unit)) }
        last = 0
        for event in events { difference(Int64(event.line)) }
        var resource: ResourceKey?
        for event in events {
            writer.byte(event.resource == resource ? 0 : 1)
            if event.resource != resource { writer.key(event.resource) }
            resource = event.resource
        }
    }

    private mutating func readEvents(from reader: inout BlobReader) throws(IntakeError) {
        let count = try reader.count()
        let blank = SourceEvent(
            patient: 0, code: 0, start: CivilTime(minutes: 0),
            resource: ResourceKey(high: 0, low: 0), line: 0)
        events = [SourceEvent](repeating: blank, count: count)
        try readSubjects(from: &reader)
        try readTimes(from: &reader)
        try readValues(from: &reader)
        var line: Int64 = 0
        for index in events.indices {
            line &+= try reader.signed()
            guard let exact = Int32(exactly: line) else {
                throw .damagedExtraction(reason: "a line is out of range")
            }
            events[index].line = exact
        }
        var resource = ResourceKey(high: 0, low: 0)
        for index in events.indices {
            if let next = try reader.optional({ (reader) throws(IntakeError) in try reader.key() })
            {
                resource = next
            }
            events[index].resource = resource
        }
    }

    private mutating func readSubjects(from reader: inout BlobReader) throws(IntakeError) {
        var patient: Int64 = 0
        for index in events.indices {
            patient &+= try reader.signed()
            guard patient >= 0, patient < patientKeys.count else {
                throw .damagedExtraction(reason: "a patient is not in its table")
            }
            events[index].patient = Int32(patient)
        }
        for index in events.indices {
            let code = try reader.signed(in: 0...Int64(Int32.max))
            guard code < codes.count else {
                throw .damagedExtraction(reason: "a code is not in its table")
            }
            events[index].code = Int32(code)
        }
    }

    private mutating func readTimes(from reader: inout BlobReader) throws(IntakeError) {
        var moment: Int64 = 0
        for index in events.indices {
            moment &+= try reader.signed()
            guard Extraction.moments.contains(moment) else {
                throw .damagedExtraction(reason: "a time is out of range")
            }
            events[index].start = CivilTime(minutes: moment)
        }
        for index in events.indices {
            let length = try reader.optional { (reader) throws(IntakeError) in
                try reader.signed(in: -5_400_000_000...5_400_000_000)
            }
            guard let length else { continue }
            let end = events[index].start.minutes &+ length
            guard Extraction.moments.contains(end) else {
                throw .damagedExtraction(reason: "a time is out of range")
            }
            events[index].end = CivilTime(minutes: end)
        }
    }

    private mutating func readValues(from reader: inout BlobReader) throws(IntakeError) {
        for index in events.indices {
            guard let kind = ValueKind(rawValue: try reader.byte()) else {
                throw .damagedExtraction(reason: "a kind of value is not known")
            }
            events[index].kind = kind
        }
        for index in events.indices where events[index].kind.isNumeric {
            events[index].number = Double(bitPattern: try reader.fixed())
        }
        for index in events.indices where events[index].kind == .code {
            let code = try reader.signed(in: Extraction.indices)
            guard code < codes.count else {
                throw .damagedExtraction(reason: "a coded value is not in its table")
            }
            events[index].valueCode = Int32(code)
        }
        for index in events.indices where events[index].kind.isNumeric {
            let unit = try reader.signed(in: Extraction.indices)
            guard unit < units.count else {
                throw .damagedExtraction(reason: "a unit is not in its table")
            }
            events[index].unit = Int32(unit)
        }
    }
}

extension ValueKind {
    /// The kinds that carry a number and perhaps a unit.
    fileprivate var isNumeric: Bool {
        switch self {
        case .number, .below, .above: true
        case .none, .code: false
        }
    }
}
