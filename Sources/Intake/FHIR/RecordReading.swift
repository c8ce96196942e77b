// SPDX-License-Identifier: Apache-2.0

/// One resource after its scan and before it is known that all around it is well-formed.
enum ScannedRecord {
    case patient(ScannedPatient)
    case clinical(ScannedResource, ImportedType)
    case other(ByteText)
    case rejected(Rejection)
}

extension JSONScanner {
    /// Scans one value that should be a resource.
    mutating func record(_ systems: inout SystemTable) throws(JSONFault) -> ScannedRecord {
        guard isAtObject() else {
            try skipValue()
            return .rejected(.notAnObject)
        }
        guard let name = try peekResourceType(), name.count > 0 else {
            try skipValue()
            return .rejected(.noResourceType)
        }
        switch ImportedType(name) {
        case .patient: return .patient(try patient())
        case .some(let type): return .clinical(try resource(&systems), type)
        case .none:
            try skipValue()
            return .other(name)
        }
    }
}

extension Assembly {
    /// Takes in one record whose surroundings are well-formed.
    mutating func add(_ record: ScannedRecord, fullURL: ByteText?, line: Int) {
        switch record {
        case .patient(let scanned): add(scanned, fullURL: fullURL, line: line)
        case .clinical(let scanned, let type):
            add(scanned, type: type, fullURL: fullURL, line: line)
        case .other(let name): pass(type: name, line: line)
        case .rejected(let reason): reject(reason, line: line)
        }
    }

    /// Reads a line of NDJSON: one resource, or a bundle whose entries all bear its number.
    mutating func readLine(_ scanner: JSONScanner, line: Int) {
        var scanner = scanner
        do throws(JSONFault) {
            if scanner.isAtObject(), let type = try scanner.peekResourceType(), type == "Bundle" {
                try readBundle(&scanner) { line }
                guard scanner.isAtEnd() else { throw .textAfterEnd }
                return
            }
            let record = try scanner.record(&systems)
            guard scanner.isAtEnd() else { throw .textAfterEnd }
            add(record, fullURL: nil, line: line)
        } catch {
            reject(error, line: line)
        }
    }

    /// Reads a document: a bundle, a single resource, or several such values in a row.
    mutating func readDocument(_ scanner: JSONScanner) {
        var scanner = scanner
        var number = 0
        place = "entry"
        while !scanner.isAtEnd() {
            do throws(JSONFault) {
                if scanner.isAtObject(), let type = try scanner.peekResourceType(),
                    type == "Bundle"
                {
                    try readBundle(&scanner) {
                        number += 1
                        return number
                    }
                } else {
                    let record = try scanner.record(&systems)
                    number += 1
                    add(record, fullURL: nil, line: number)
                }
            } catch {
                // What follows a broken value cannot be told apart from it.
                reject(error, line: number + 1)
                return
            }
        }
    }

    /// Reads the entries of a bundle one by one; those before a fault are kept.
    private mutating func readBundle(
        _ scanner: inout JSONScanner, line: () -> Int
    ) throws(JSONFault) {
        guard try scanner.enterObject() else { return }
        while let field = try scanner.nextField() {
            guard field == .entry else {
                try scanner.skipValue()
                continue
            }
            guard try scanner.enterArray() else { continue }
            while try scanner.nextElement() {
                let (record, fullURL) = try readEntry(&scanner)
                add(record, fullURL: fullURL, line: line())
            }
        }
    }

    private mutating func readEntry(
        _ scanner: inout JSONScanner
    ) throws(JSONFault) -> (ScannedRecord, ByteText?) {
        var record = ScannedRecord.rejected(.noResource)
        var fullURL: ByteText?
        guard try scanner.enterObject() else { return (record, nil) }
        while let field = try scanner.nextField() {
            switch field {
            case .fullUrl: fullURL = try scanner.string()
            case .resource: record = try scanner.record(&systems)
            default: try scanner.skipValue()
            }
        }
        return (record, fullURL)
    }
}
