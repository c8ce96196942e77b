// SPDX-License-Identifier: Apache-2.0
package import Knowledge

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One synthetic patient of DDXPlus, reduced to what yes/no questions can find out.
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

    package init(line: Int, condition: Int, initial: Int, answers: [Bool]) {
        self.line = line
        self.condition = condition
        self.initial = initial
        self.answers = answers
    }
}

/// Reads patient files of the DDXPlus test split with columns `diagnosis`, `features`, `feature_id`
/// (or the original names `PATHOLOGY`, `EVIDENCES`, `INITIAL_EVIDENCE`); other columns are ignored.
package enum DDXPlusFile {
    /// - Throws: `BenchmarkError` with file and line.
    package static func read(
        _ path: String, _ knowledge: KnowledgeBase
    ) throws(BenchmarkError) -> [DDXPlusPatient] {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try patients(bytes(path, name), file: name, knowledge)
    }

    static func patients(
        _ bytes: [UInt8], file: String, _ knowledge: KnowledgeBase
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
            guard let answers = answers(record.fields[evidences], positions) else {
                throw .badField(
                    file: file, line: record.line, column: header.fields[evidences],
                    expected: "a list such as ['E_53', 'E_54_@_V_161']")
            }
            patients.append(
                DDXPlusPatient(
                    line: record.line, condition: truth, initial: complaint, answers: answers))
        }
        return patients
    }

    /// Yes by evidence position; nil unless the text is a list of quoted codes.
    ///
    /// Codes with a value (`E_54_@_V_161`) belong to evidences with categories and are left out, as
    /// are bare codes the knowledge doesn't hold.
    private static func answers(_ text: String, _ positions: [Substring: Int]) -> [Bool]? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        var answers = [Bool](repeating: false, count: positions.count)
        let inside = text.dropFirst().dropLast()
        guard !inside.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) else { return answers }
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
            if let position = positions[code] { answers[position] = true }
        }
        return answers
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
