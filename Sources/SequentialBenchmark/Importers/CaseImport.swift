// SPDX-License-Identifier: Apache-2.0
import Diagnosis
package import Knowledge

/// A form in which cases come.
package enum CaseFormat: String, Sendable, CaseIterable {
    /// `bedside-case/1`: one JSON object a case.
    case bedside
    case agentClinic = "AgentClinic"
    case avey = "Avey"
    case semigran = "Semigran"
    case mediQ = "MediQ"
    /// Phenopackets boiled down to one JSON object a line: disease, observed and excluded terms.
    case phenopackets
    case craftMD = "CRAFT-MD"
    case ddxplus = "DDXPlus"
}

/// The cases of one file, in their order.
package struct CaseImport: Sendable {
    package let format: CaseFormat
    package let cases: [BenchmarkCase]
    /// Records that don't ask for a diagnosis, and so make no case.
    package let leftOut: Int

    /// Tells the format by the content and reads every record.
    ///
    /// - Parameters:
    ///   - file: name for errors.
    ///   - terms: names of HPO terms, for phenopackets; without them the terms' ids are the names.
    /// - Throws: `BenchmarkError.unknownFormat`, or what isn't as it must be, and where.
    package init(
        _ bytes: [UInt8], file: String, catalogue: Catalogue, terms: HPOTerms = HPOTerms()
    ) throws(BenchmarkError) {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let first = bytes[start...].first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard let first else { throw .noCases(name: file) }
        // Gzip begins with 1F 8B.
        guard first != 0x1F else { throw .unknownFormat(file: file) }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            try self.init(json: bytes, file: file, catalogue, terms)
        } else {
            try self.init(table: bytes, file: file, catalogue)
        }
    }

    private init(
        json bytes: [UInt8], file: String, _ catalogue: Catalogue, _ terms: HPOTerms
    ) throws(BenchmarkError) {
        let records = try CaseJSON.records(bytes, file: file).map { CasePlace($0, file: file) }
        guard let sample = records.first else { throw .noCases(name: file) }
        guard sample.isObject, let format = try CaseImport.format(of: sample) else {
            throw .unknownFormat(file: file)
        }
        for record in records {
            guard record.isObject, try CaseImport.format(of: record) == format else {
                throw record.bad("a record of the same form as the first, \(format.rawValue)")
            }
        }
        var cases: [BenchmarkCase] = []
        if format == .bedside {
            for record in records { cases.append(try BenchmarkCase(record, catalogue)) }
        } else {
            let coder = CaseCoder(catalogue)
            for (index, record) in records.enumerated() {
                let item = try CaseImport.read(record, index + 1, format, coder, terms)
                if let item { cases.append(item) }
            }
        }
        self.format = format
        self.cases = cases
        leftOut = records.count - cases.count
    }

    private static func read(
        _ record: CasePlace, _ number: Int, _ format: CaseFormat, _ coder: CaseCoder,
        _ terms: HPOTerms
    ) throws(BenchmarkError) -> BenchmarkCase? {
        switch format {
        case .agentClinic: try AgentClinicImport(coder).read(record, number: number)
        case .avey: try VignetteImport(coder).avey(record, number: number)
        case .semigran: try VignetteImport(coder).semigran(record, number: number)
        case .mediQ: try VignetteImport(coder).mediQ(record)
        case .phenopackets: try PhenopacketImport(coder, terms).read(record)
        case .bedside, .craftMD, .ddxplus: nil
        }
    }

    private static func format(of record: CasePlace) throws(BenchmarkError) -> CaseFormat? {
        let keys = Set(try record.members().map(\.key))
        let signs: [(CaseFormat, Set<String>)] = [
            (.bedside, ["format"]), (.agentClinic, ["OSCE_Examination"]),
            (.avey, ["correct_diagnosis", "chief_complaints"]),
            (.semigran, ["correct_diagnosis", "case_description"]),
            (.mediQ, ["question", "facts"]), (.phenopackets, ["disease", "observed"]),
        ]
        return signs.first { $0.1.isSubset(of: keys) }?.0
    }

    private init(
        table bytes: [UInt8], file: String, _ catalogue: Catalogue
    ) throws(BenchmarkError) {
        // The first line alone decides, so that a file of another kind isn't read as a table.
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard line.count < 4096, String(validating: line, as: UTF8.self) != nil,
            let header = try? CommaSeparated.records(Array(line), file: file).first
        else { throw .unknownFormat(file: file) }
        let columns = Set(header.fields)
        if columns.isSuperset(of: ["case_vignette", "answer"]) {
            format = .craftMD
        } else if columns.isSuperset(of: ["diagnosis", "features"])
            || columns.isSuperset(of: ["PATHOLOGY", "EVIDENCES"])
        {
            format = .ddxplus
        } else {
            throw .unknownFormat(file: file)
        }
        let table = try CaseTable(bytes, file: file)
        let coder = CaseCoder(catalogue)
        var cases: [BenchmarkCase] = []
        switch format {
        case .craftMD:
            let reader = VignetteImport(coder)
            for row in table.rows {
                if let item = try reader.craftMD(row, table) { cases.append(item) }
            }
        default:
            let reader = try DDXPlusImport(coder)
            for row in table.rows { cases.append(try reader.read(row, table)) }
        }
        self.cases = cases
        leftOut = table.rows.count - cases.count
    }
}

/// A comma-separated file with a line of column names.
struct CaseTable {
    let file: String
    let rows: [CommaSeparated.Record]
    private let columns: [String: Int]

    init(_ bytes: [UInt8], file: String) throws(BenchmarkError) {
        let records = try CommaSeparated.records(bytes, file: file)
        guard let header = records.first, records.count > 1 else { throw .empty(file: file) }
        var columns: [String: Int] = [:]
        for (index, name) in header.fields.enumerated() { columns[name] = index }
        for record in records where record.fields.count != header.fields.count {
            throw .wrongFieldCount(
                file: file, line: record.line, expected: header.fields.count,
                found: record.fields.count)
        }
        self.file = file
        self.columns = columns
        rows = Array(records.dropFirst())
    }

    /// The field of the first of these columns that the table has.
    func field(_ names: String..., in row: CommaSeparated.Record) throws(BenchmarkError) -> String {
        for name in names {
            if let column = columns[name] { return row.fields[column] }
        }
        throw .missingColumn(file: file, column: names[0])
    }

    func bad(
        _ column: String, in row: CommaSeparated.Record, _ expected: String
    ) -> BenchmarkError {
        .badField(file: file, line: row.line, column: column, expected: expected)
    }
}
