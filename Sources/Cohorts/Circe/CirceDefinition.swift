// SPDX-License-Identifier: Apache-2.0

/// A Circe definition as it came: the text byte by byte, and what it says.
///
/// Two definitions are equal when they say the same, however they are spelt.
package struct CirceDefinition: Hashable, Sendable {
    package let expression: CirceExpression
    private let source: [UInt8]

    static let limits = StrictJSON.Limits(mebibytes: 16, levels: 64)

    /// Reads a cohort expression as ATLAS exports it.
    ///
    /// - Throws: `notJSON`, or for the first construct that is not understood `unsupported` or
    ///   `malformed`, with its line and JSON path.
    package init(_ source: [UInt8]) throws(CirceError) {
        let value: StrictJSON
        do {
            value = try StrictJSON.parse(source, limits: CirceDefinition.limits)
        } catch {
            throw .notJSON(line: error.line, expected: error.expected)
        }
        var reader = CirceReader()
        do {
            expression = try reader.expression(value)
        } catch {
            throw error.located(in: source)
        }
        self.source = source
    }

    /// A definition made here; its text is written anew.
    package init(_ expression: CirceExpression) {
        self.expression = expression
        source = Array(CirceWriter.text(expression).utf8)
    }

    /// The text, unchanged where it was read.
    package func encoded() -> [UInt8] { source }

    package static func == (left: CirceDefinition, right: CirceDefinition) -> Bool {
        left.expression == right.expression
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(expression)
    }
}

extension CirceDefinition {
    /// A definition that stands on one line of a larger text; its own text is written anew.
    init(value: StrictJSON, line: Int) throws(CirceError) {
        var reader = CirceReader()
        let expression: CirceExpression
        do {
            expression = try reader.expression(value)
        } catch {
            throw error.at(line: line)
        }
        self.init(expression)
    }
}
