// SPDX-License-Identifier: Apache-2.0

/// One published definition, as a line of a library: `{"file": "12.json", "expression": {...}}`.
package struct CirceLibraryEntry: Hashable, Sendable {
    /// From the file's name, or from a key `cohortId` or `id`.
    package let id: Int
    package let definition: CirceDefinition

    /// Reads a line.
    ///
    /// - Parameter line: number of the line, for errors.
    /// - Throws: `CohortError` where the line is no such object, `CirceError` for what its
    ///   expression holds.
    package init(_ bytes: some Collection<UInt8>, file: String, line: Int) throws {
        let value: StrictJSON
        do throws(StrictJSON.SyntaxError) {
            value = try StrictJSON.parse(Array(bytes), limits: CirceDefinition.limits)
        } catch {
            throw CohortError.notJSON(file: file, line: line, expected: error.expected)
        }
        guard case .object(let members) = value else {
            throw CohortError.notJSON(
                file: file, line: line, expected: "an object with file and expression")
        }
        var id: Int?
        var expression: StrictJSON?
        for member in members {
            switch (member.key, member.value) {
            case ("file", .string(let name)):
                id = id ?? Int(name.prefix { $0.isNumber })
            case ("cohortId", .number(let number)), ("id", .number(let number)):
                id = Int(exactly: number)
            case ("expression", let value): expression = value
            default: break
            }
        }
        guard let id, let expression else {
            throw CohortError.notJSON(
                file: file, line: line, expected: "an object with a numbered file and expression")
        }
        self.id = id
        definition = try CirceDefinition(value: expression, line: line)
    }
}
