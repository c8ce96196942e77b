// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Records

extension LinedJSON {
    /// The member of an object; nil where there is none or this is no object.
    subscript(key: String) -> LinedJSON? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.key == key }?.value
    }

    var text: String? {
        guard case .string(let text) = value else { return nil }
        return text
    }

    var number: Double? {
        guard case .number(let number) = value else { return nil }
        return number
    }

    var truth: Bool? {
        guard case .bool(let truth) = value else { return nil }
        return truth
    }

    var list: [LinedJSON]? {
        guard case .array(let items) = value else { return nil }
        return items
    }

    /// The codings of a CodeableConcept that have both system and code.
    var codings: [FHIRCoding] {
        (self["coding"]?.list ?? []).compactMap { item in
            guard let system = item["system"]?.text, let code = item["code"]?.text else {
                return nil
            }
            return FHIRCoding(system: system, code: code)
        }
    }

    /// The codes of a CodeableConcept bound to one of FHIR's own systems.
    var codes: [String] {
        (self["coding"]?.list ?? []).compactMap { $0["code"]?.text }
    }
}

/// A code and the system it belongs to.
struct FHIRCoding: Sendable, Equatable {
    var system: String
    var code: String

    /// `system|code`, as FHIR searches write it.
    var joined: String { "\(system)|\(code)" }
}

/// The day of a FHIR date, dateTime or instant that is exact to the day.
struct FHIRDay: Sendable, Equatable {
    var day: CivilDay

    init?(_ text: String) {
        guard FHIRDay.isTime(text) else { return nil }
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3,
            let day = CivilDay(year: parts[0], month: parts[1], day: parts[2])
        else { return nil }
        self.day = day
    }

    /// Completed years.
    static func years(from birth: CivilDay, to day: CivilDay) -> Int {
        let (from, to) = (birth.parts, day.parts)
        let hasHadBirthday = (to.month, to.day) >= (from.month, from.day)
        return to.year - from.year - (hasHadBirthday ? 0 : 1)
    }

    /// Whether a text is a date or time as FHIR writes them, so that it can be handed back.
    static func isTime(_ text: String) -> Bool {
        guard text.utf8.count <= 40 else { return false }
        var shape = text.utf8.map { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? UInt8(ascii: "0") : byte
        }[...]
        let isStamp = shape.count > 10
        guard isStamp else { return dates.contains { shape.elementsEqual($0.utf8) } }
        guard shape.prefix(16).elementsEqual("0000-00-00T00:00".utf8) else { return false }
        shape = shape.dropFirst(16)
        if shape.starts(with: ":00".utf8) { shape = shape.dropFirst(3) }
        if shape.first == UInt8(ascii: ".") {
            shape = shape.dropFirst().drop { $0 == UInt8(ascii: "0") }
        }
        return zones.contains { shape.elementsEqual($0.utf8) }
    }

    /// Digits stand for any digit.
    private static let dates = ["0000", "0000-00", "0000-00-00"]
    private static let zones = ["Z", "+00:00", "-00:00"]
}
