// SPDX-License-Identifier: Apache-2.0

/// Reads comma-separated text with quoted fields (RFC 4180), keeping the line each record began on.
struct CommaSeparated {
    struct Record: Equatable {
        /// From 1.
        var line: Int
        var fields: [String]
    }

    /// - Parameter file: name for errors.
    /// - Throws: `BenchmarkError.badQuoting` for a quote that isn't closed, that opens inside a
    ///   field, or that is followed by anything but a comma or the end of the line.
    static func records(_ bytes: [UInt8], file: String) throws(BenchmarkError) -> [Record] {
        var records: [Record] = []
        var fields: [String] = []
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        var recordLine = 1
        while position < bytes.count {
            fields.append(try field(bytes, &position, &line, file))
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                if position < bytes.count { continue }
                fields.append("")
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
            if position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                throw .badQuoting(file: file, line: line)
            }
            position += 1
            line += 1
            if fields != [""] { records.append(Record(line: recordLine, fields: fields)) }
            fields = []
            recordLine = line
        }
        return records
    }

    /// Reads up to, not over, the comma, carriage return or newline that ends the field.
    private static func field(
        _ bytes: [UInt8], _ position: inout Int, _ line: inout Int, _ file: String
    ) throws(BenchmarkError) -> String {
        let quote = UInt8(ascii: "\"")
        guard bytes[position] == quote else {
            let start = position
            while position < bytes.count, !endsField(bytes, position) {
                guard bytes[position] != quote else { throw .badQuoting(file: file, line: line) }
                position += 1
            }
            return try text(bytes[start..<position], file)
        }
        position += 1
        let opened = line
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote {
                guard position < bytes.count, bytes[position] == quote else {
                    guard position == bytes.count || endsField(bytes, position) else {
                        throw .badQuoting(file: file, line: line)
                    }
                    return try text(content[...], file)
                }
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                line += 1
            }
            content.append(byte)
        }
        throw .badQuoting(file: file, line: opened)
    }

    private static func endsField(_ bytes: [UInt8], _ position: Int) -> Bool {
        switch bytes[position] {
        case UInt8(ascii: ","), UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"):
            position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")
        default: false
        }
    }

    private static func text(
        _ bytes: ArraySlice<UInt8>, _ file: String
    ) throws(BenchmarkError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(file: file)
        }
        return text
    }
}
