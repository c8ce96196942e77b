// SPDX-License-Identifier: Apache-2.0
package import Knowledge
package import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One synthetic patient of DDXPlus.
package struct DDXPlusPatient: Sendable, Equatable {
    /// Line of the file on which the patient begins, from 1.
    package var line: Int
    /// Position of the true condition in the knowledge base.
    package var condition: Int
    /// Position of the complaint that is volunteered.
    package var initial: Int
    /// By evidence: true where the answer is yes.
    ///
    /// What isn't listed is a no.
    package var answers: [Bool]
    /// Values named in answer to each valued evidence, by position; empty where none is recorded.
    package var values: [[Int]]
    /// Years; nil where the file has no such column.
    package var age: Int?
    package var sex: Sex?

    package init(
        line: Int, condition: Int, initial: Int, answers: [Bool], values: [[Int]] = [],
        age: Int? = nil, sex: Sex? = nil
    ) {
        self.line = line
        self.condition = condition
        self.initial = initial
        self.answers = answers
        self.values = values
        self.age = age
        self.sex = sex
    }
}

/// Reads patient files of the DDXPlus test split with columns `diagnosis`, `features`, `feature_id`
/// (or the original names `PATHOLOGY`, `EVIDENCES`, `INITIAL_EVIDENCE`), and `age` and `sex` where
/// there are such; other columns are ignored.
package enum DDXPlusFile {
    /// - Throws: `BenchmarkError` with file and line.
    package static func read(
        _ path: String, _ knowledge: KnowledgeBase, _ valued: ValuedKnowledge? = nil
    ) throws(BenchmarkError) -> [DDXPlusPatient] {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try patients(bytes(path, name), file: name, knowledge, valued)
    }

    static func patients(
        _ bytes: [UInt8], file: String, _ knowledge: KnowledgeBase,
        _ valued: ValuedKnowledge? = nil
    ) throws(BenchmarkError) -> [DDXPlusPatient] {
        let records = try CommaSeparated.records(bytes, file: file)
        guard let header = records.first, records.count > 1 else { throw .empty(file: file) }
        let condition = try column(["diagnosis", "PATHOLOGY"], header, file)
        let evidences = try column(["features", "EVIDENCES"], header, file)
        let initial = try column(["feature_id", "INITIAL_EVIDENCE"], header, file)
        var positions: [Substring: Int] = [:]
        for (index, evidence) in knowledge.evidences.enumerated() {
            positions[evidence.id[...]] = index
        }
        let codes = ValueCodes(valued)
        let age = header.fields.firstIndex { $0.lowercased() == "age" }
        let sex = header.fields.firstIndex { $0.lowercased() == "sex" }
        var patients: [DDXPlusPatient] = []
        patients.reserveCapacity(records.count - 1)
        for record in records.dropFirst() {
            guard record.fields.count == header.fields.count else {
                throw .wrongFieldCount(
                    file: file, line: record.line, expected: header.fields.count,
                    found: record.fields.count)
            }
            guard let truth = knowledge.condition(named: record.fields[condition]) else {
                throw .badField(
                    file: file, line: record.line, column: header.fields[condition],
                    expected: "one of the \(knowledge.conditions.count) DDXPlus conditions")
            }
            guard let complaint = positions[record.fields[initial][...]] else {
                throw .badField(
                    file: file, line: record.line, column: header.fields[initial],
                    expected: "the code of a yes/no evidence, such as E_53")
            }
            guard let (answers, values) = answers(record.fields[evidences], positions, codes) else {
                throw .badField(
                    file: file, line: record.line, column: header.fields[evidences],
                    expected: "a list such as ['E_53', 'E_54_@_V_161']")
            }
            patients.append(
                DDXPlusPatient(
                    line: record.line, condition: truth, initial: complaint, answers: answers,
                    values: values, age: age.flatMap { Int(record.fields[$0]) },
                    sex: sex.flatMap { DDXPlusFile.sex(record.fields[$0]) }))
        }
        return patients
    }

    private static func sex(_ text: String) -> Sex? {
        switch text.first {
        case "F", "f": .female
        case "M", "m": .male
        default: nil
        }
    }

    /// Yes by evidence position, and values by valued evidence; nil unless the text is a list of
    /// quoted codes.
    ///
    /// Codes that the knowledge doesn't hold are left out.
    private static func answers(
        _ text: String, _ positions: [Substring: Int], _ codes: ValueCodes
    ) -> (answers: [Bool], values: [[Int]])? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        var answers = [Bool](repeating: false, count: positions.count)
        var values = [[Int]](repeating: [], count: codes.count)
        let inside = text.dropFirst().dropLast()
        guard !inside.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) else {
            return (answers, values)
        }
        for item in inside.utf8.split(
            separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            var code = Substring(item)
            while code.utf8.first == UInt8(ascii: " ") { code.removeFirst() }
            while code.utf8.last == UInt8(ascii: " ") { code.removeLast() }
            guard code.utf8.count > 4, let quote = code.utf8.first, quote == code.utf8.last,
                quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
            else { return nil }
            code = code.dropFirst().dropLast()
            guard code.utf8.starts(with: "E_".utf8) else { return nil }
            if let position = positions[code] {
                answers[position] = true
            } else if let (evidence, value) = codes.positions[code] {
                values[evidence].append(value)
            }
        }
        return (answers, values)
    }

    private static func column(
        _ names: [String], _ header: CommaSeparated.Record, _ file: String
    ) throws(BenchmarkError) -> Int {
        for name in names {
            if let index = header.fields.firstIndex(of: name) { return index }
        }
        throw .missingColumn(file: file, column: names[0])
    }

    private static func bytes(_ path: String, _ name: String) throws(BenchmarkError) -> [UInt8] {
        guard let handle = fopen(path, "rb") else { throw .unreadable(file: name) }
        defer { fclose(handle) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, handle)
            content.append(contentsOf: block[..<count])
            if count < block.count { break }
        }
        guard ferror(handle) == 0 else { throw .unreadable(file: name) }
        return content
    }
}

/// Where codes such as `E_54_@_V_161` belong.
private struct ValueCodes {
    var positions: [Substring: (evidence: Int, value: Int)] = [:]
    var count = 0

    init(_ valued: ValuedKnowledge?) {
        guard let valued else { return }
        count = valued.evidences.count
        for (index, evidence) in valued.evidences.enumerated() {
            for (value, name) in evidence.values.enumerated() {
                positions["\(evidence.id)_@_\(name)"] = (index, value)
            }
        }
    }
}
