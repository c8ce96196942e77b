// SPDX-License-Identifier: Apache-2.0
import Site

/// One line of the log: a JSON object with `ts`, `level`, `event` and what is added.
///
/// Only values that this program made go in: patterns of routes, codes, numbers, names of keys. No
/// address as sent, no header, body or query: they may hold what a patient told.
struct LogLine {
    enum Level: String {
        case info, warn, error
    }

    private var text: [UInt8]

    init(_ level: Level, _ event: StaticString, at milliseconds: Int = Entry.now) {
        text = []
        text.reserveCapacity(256)
        text += Array(#"{"ts":""#.utf8)
        LogLine.appendTime(milliseconds, to: &text)
        text += Array(#"","level":""#.utf8)
        text += Array(level.rawValue.utf8)
        text += Array(#"","event":""#.utf8)
        text += event.description.utf8
        text.append(UInt8(ascii: "\""))
    }

    /// The line without its end.
    var bytes: [UInt8] { text + [UInt8(ascii: "}")] }

    func adding(_ name: StaticString, _ value: String) -> LogLine {
        var line = self
        line.add(name, value)
        return line
    }

    func adding(_ name: StaticString, _ value: Int) -> LogLine {
        var line = self
        line.add(name, value)
        return line
    }

    mutating func add(_ name: StaticString, _ value: Int) {
        key(name)
        text += String(value).utf8
    }

    mutating func add(_ name: StaticString, _ value: String) {
        key(name)
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case 0..<0x20:
                text += Array("\\u00".utf8)
                text.append(LogLine.digit(byte >> 4))
                text.append(LogLine.digit(byte & 15))
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func key(_ name: StaticString) {
        text += [UInt8(ascii: ","), UInt8(ascii: "\"")]
        name.withUTF8Buffer { text.append(contentsOf: $0) }
        text += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// RFC 3339 in UTC, with milliseconds.
    ///
    /// Days to dates by the method of Howard Hinnant, days from 0000-03-01.
    static func appendTime(_ milliseconds: Int, to text: inout [UInt8]) {
        let seconds = milliseconds / 1000
        let day = (seconds / 86_400) + 719_468
        let era = day / 146_097
        let dayOfEra = day % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let second = seconds % 86_400
        append(year, digits: 4, then: "-", to: &text)
        append(month, digits: 2, then: "-", to: &text)
        append(dayOfYear - (153 * shifted + 2) / 5 + 1, digits: 2, then: "T", to: &text)
        append(second / 3600, digits: 2, then: ":", to: &text)
        append(second / 60 % 60, digits: 2, then: ":", to: &text)
        append(second % 60, digits: 2, then: ".", to: &text)
        append(milliseconds % 1000, digits: 3, then: "Z", to: &text)
    }

    private static func append(
        _ value: Int, digits: Int, then mark: Unicode.Scalar, to text: inout [UInt8]
    ) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
        text.append(UInt8(ascii: mark))
    }
}
