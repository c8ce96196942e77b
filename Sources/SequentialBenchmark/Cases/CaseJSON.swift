// SPDX-License-Identifier: Apache-2.0
import Diagnosis

typealias CaseJSON = LinedJSON

extension LinedJSON {
    /// Reads JSON values that follow each other: one object, an object a line, or one array, whose
    /// elements are then the values.
    ///
    /// At most 16 levels deep.
    static func records(_ bytes: [UInt8], file: String) throws(BenchmarkError) -> [LinedJSON] {
        var reader = LinedJSONReader(
            bytes: bytes, start: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0,
            longestNumber: 64)
        var records: [LinedJSON] = []
        do throws(JSONFault) {
            reader.skipSpace()
            while !reader.isAtEnd {
                records.append(try reader.value())
                reader.skipSpace()
            }
        } catch {
            throw .badJSON(file: file, line: error.line, expected: error.expected)
        }
        if records.count == 1, case .array(let items) = records[0].value { return items }
        return records
    }
}
