// SPDX-License-Identifier: Apache-2.0
import Records

/// What a file has yielded so far, and the tables that number its codes, patients and units.
///
/// Scanned resources come in; each is either imported whole or rejected with one reason, so that
/// `resources == imported + rejected` holds at every moment.
struct Assembly {
    var systems = SystemTable()
    private(set) var extraction = Extraction()

    /// What a place in the file is called: a line of NDJSON, or an entry of a bundle.
    var place = "line"

    private let file: String
    private var codes = InternTable()
    private var patients = InternTable()
    private var units = InternTable()
    private var seen = KeySet()
    private var imported = [Int](repeating: 0, count: ImportedType.allCases.count)
    private var lastOther = ""
    private var lastOtherCount = 0
    /// A bundle's name for a patient (from its fullUrl) where that is not the patient's id.
    private var aliases: [String: String] = [:]

    init(file: String) {
        self.file = file
    }

    // MARK: Counting

    mutating func reject(_ reason: Rejection, line: Int, detail: String = "") {
        extraction.report.resources += 1
        extraction.report.rejected[reason.rawValue, default: 0] += 1
        let colon = detail.isEmpty ? "" : ": "
        extraction.report.add(
            IntakeIssue(
                file: file, line: line, kind: reason.rawValue,
                message: "\(file), \(place) \(line): \(reason.rawValue)\(colon)\(detail); "
                    + reason.expected + "."))
    }

    mutating func reject(_ fault: JSONFault, line: Int) {
        reject(.brokenJSON, line: line, detail: fault.words)
    }

    /// Counts a well-formed resource of a type that is not imported.
    mutating func pass(type: ByteText, line: Int) {
        extraction.report.resources += 1
        let name = type.string
        if name != lastOther {
            settleOther()
            lastOther = name
        }
        lastOtherCount += 1
    }

    private mutating func settleOther() {
        guard lastOtherCount > 0 else { return }
        extraction.report.rejected[OtherTypes.reason(lastOther), default: 0] += lastOtherCount
        lastOtherCount = 0
    }

    /// An issue about the file as a whole.
    mutating func note(kind: String, expected: String) {
        extraction.report.add(
            IntakeIssue(
                file: file, line: 0, kind: kind, message: "\(file): \(kind); \(expected)."))
    }

    mutating func lose(_ part: LostPart) {
        extraction.report.partsNotKept[part.rawValue, default: 0] += 1
    }

    mutating func withholdText() {
        extraction.report.withheldTexts += 1
    }

    private mutating func count(_ type: ImportedType) {
        extraction.report.resources += 1
        extraction.report.imported += 1
        imported[type.rawValue] += 1
    }

    // MARK: Resources

    /// Imports a patient, or rejects them.
    mutating func add(_ scanned: ScannedPatient, fullURL: ByteText?, line: Int) {
        let bare = fullURL.flatMap(PatientReference.bare)
        do throws(Rejection) {
            guard let id = ResourceID.of(scanned.id, fullURL: fullURL) else { throw .noID }
            let resource = ResourceKey(type: ImportedType.patient.name, id: id)
            guard seen.insert(resource) else { throw .duplicateID }
            let key = id.string
            var person = scanned.person
            person.key = key
            if let bare, bare.string != key { aliases[bare.string] = key }
            for part in scanned.lost { lose(part) }
            if let moment = person.deceasedAt {
                extraction.events.append(
                    SourceEvent(
                        patient: index(ofPatient: id), code: indexOfDeath(), start: moment,
                        resource: resource, line: Int32(clamping: line)))
            }
            extraction.persons.append(person)
            extraction.personResources.append(resource)
            count(.patient)
        } catch {
            reject(error, line: line)
        }
    }

    /// Imports a clinical resource, or rejects it.
    mutating func add(
        _ scanned: ScannedResource, type: ImportedType, fullURL: ByteText?, line: Int
    ) {
        do throws(Rejection) {
            guard let id = ResourceID.of(scanned.id, fullURL: fullURL) else { throw .noID }
            let key = ResourceKey(type: type.name, id: id)
            if seen.contains(key) { throw .duplicateID }
            try scanned.checkStatus()
            guard let reference = scanned.reference else { throw .noPatientReference }
            let patient = try PatientReference.key(reference)
            try addEvents(
                of: scanned, type: type,
                source: EventSource(patient: patient, id: id, resource: key, line: line))
            seen.insert(key)
            count(type)
        } catch {
            reject(error, line: line)
        }
    }

    // MARK: Tables

    mutating func append(_ event: SourceEvent) {
        extraction.events.append(event)
    }

    mutating func append(_ note: SourceNote, resource: ResourceKey) {
        extraction.notes.append(note)
        extraction.noteResources.append(resource)
    }

    mutating func index(ofPatient key: ByteText) -> Int32 {
        let (index, isNew) = patients.index(of: key)
        if isNew { extraction.patientKeys.append(key.string) }
        return index
    }

    mutating func index(ofUnit unit: ByteText?) -> Int32 {
        guard let unit else { return -1 }
        let (index, isNew) = units.index(of: unit)
        if isNew { extraction.units.append(unit.string) }
        return index
    }

    mutating func index(of coding: ScannedCoding) -> Int32 {
        let (index, isNew) = codes.index(of: coding.code, tag: coding.system)
        if isNew {
            extraction.codes.append(
                CodeEntry(code: code(coding), display: coding.display?.string ?? ""))
        } else if let display = coding.display, display.count > 0,
            extraction.codes[Int(index)].display.isEmpty
        {
            extraction.codes[Int(index)] = CodeEntry(code: code(coding), display: display.string)
        }
        return index
    }

    func code(_ coding: ScannedCoding) -> Code {
        Code(systems.systems[Int(coding.system)], coding.code.string)
    }

    /// The index of `Code.death`.
    private mutating func indexOfDeath() -> Int32 {
        index(
            of: ScannedCoding(
                system: systems.index(of: ByteText("BEDSIDE")), isKnown: true,
                code: ByteText("death"), display: ByteText("Death")))
    }

    // MARK: The end

    /// The extraction of the whole file.
    mutating func finish(bytes: Int) -> Extraction {
        settleOther()
        for type in ImportedType.allCases where imported[type.rawValue] > 0 {
            extraction.report.byType[ByteText(type.name).string] = imported[type.rawValue]
        }
        extraction.report.bytes = bytes
        resolveAliases()
        if extraction.report.resources == 0 {
            note(kind: "empty file", expected: "expected at least one resource")
        }
        return extraction
    }

    /// Lets events that name a patient by the bundle's fullUrl point to the patient's own id.
    ///
    /// A name that is some patient's own id stays that patient's.
    private mutating func resolveAliases() {
        let own = Set(extraction.persons.map(\.key))
        let aliases = self.aliases.filter { !own.contains($0.key) }
        guard !aliases.isEmpty else { return }
        var numbers: [String: Int32] = [:]
        var keys: [String] = []
        let moved = extraction.patientKeys.map { key in
            let resolved = aliases[key] ?? key
            if let number = numbers[resolved] { return number }
            let number = Int32(keys.count)
            numbers[resolved] = number
            keys.append(resolved)
            return number
        }
        extraction.patientKeys = keys
        for index in extraction.events.indices {
            extraction.events[index].patient = moved[Int(extraction.events[index].patient)]
        }
        for index in extraction.notes.indices {
            let key = extraction.notes[index].patientKey
            extraction.notes[index].patientKey = aliases[key] ?? key
        }
    }
}

/// Where a resource's id comes from.
enum ResourceID {
    /// The id of the resource, or the last part of the bundle entry's fullUrl.
    static func of(_ id: ByteText?, fullURL: ByteText?) -> ByteText? {
        if let id, id.count > 0 { return id }
        return fullURL.flatMap(PatientReference.bare)
    }
}
