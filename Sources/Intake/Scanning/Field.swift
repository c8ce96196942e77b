// SPDX-License-Identifier: Apache-2.0

/// The names of FHIR R4 members that intake reads; all others are skipped as `.other`.
enum Field: String, CaseIterable {
    case other = ""
    case resourceType, id, status, verificationStatus, doNotPerform
    case subject, patient, reference
    case code, vaccineCode, medicationCodeableConcept, medicationReference, type
    case encounterClass = "class"
    case procedureCode, conclusionCode, series, modality
    case coding, system, display, text
    case onsetDateTime, onsetPeriod, recordedDate, abatementDateTime, abatementPeriod
    case effectiveDateTime, effectivePeriod, effectiveInstant, issued
    case authoredOn, performedDateTime, performedPeriod, started, date, occurrenceDateTime
    case context, period, start, end
    case component, valueQuantity, valueCodeableConcept, valueString, valueBoolean, valueInteger
    case valueRange, valueRatio, valueSampledData, valueTime, valueDateTime, valuePeriod
    case value, comparator, unit
    case identifier, name, family, given, use, telecom
    case address, line, city, state, postalCode, country
    case gender, birthDate, deceasedBoolean, deceasedDateTime
    case extensions = "extension"
    case url, valueCoding
    case content, attachment, contentType, data, presentedForm, conclusion
    case entry, fullUrl, resource
}

/// Finds a member's name by its bytes: open addressing over the first eight bytes and the length.
///
/// Immutable after it is built, and built once; hence safe to share although it holds pointers.
struct FieldTable: @unchecked Sendable {
    private struct Slot {
        var word: UInt64 = 0
        var count = 0
        var field = Field.other
        var name: UnsafePointer<UInt8>
    }

    static let shared = FieldTable()
    private static let slotCount = 256

    private let slots: UnsafePointer<Slot>

    private init() {
        let names = UnsafeMutablePointer<UInt8>.allocate(capacity: 4096)
        names.initialize(repeating: 0, count: 4096)
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: FieldTable.slotCount)
        slots.initialize(repeating: Slot(name: names), count: FieldTable.slotCount)
        var used = 0
        for field in Field.allCases where field != .other {
            let bytes = Array(field.rawValue.utf8)
            precondition(used + bytes.count + 8 <= 4096, "the table of names is full")
            for (offset, byte) in bytes.enumerated() { names[used + offset] = byte }
            let word = FieldTable.word(names + used, bytes.count)
            var slot = FieldTable.slot(word, bytes.count)
            while slots[slot].count > 0 { slot = (slot + 1) % FieldTable.slotCount }
            slots[slot] = Slot(word: word, count: bytes.count, field: field, name: names + used)
            used += bytes.count
        }
        self.slots = UnsafePointer(slots)
    }

    /// The field of a name; the eight bytes from `name` on must be readable.
    @inline(__always)
    func field(_ name: UnsafePointer<UInt8>, count: Int) -> Field {
        let word = FieldTable.word(name, count)
        var slot = FieldTable.slot(word, count)
        while true {
            let entry = slots + slot
            if entry.pointee.count == 0 { return .other }
            if entry.pointee.word == word, entry.pointee.count == count,
                count <= 8 || Bytes.areEqual(name, entry.pointee.name, count)
            {
                return entry.pointee.field
            }
            slot = (slot &+ 1) & (FieldTable.slotCount &- 1)
        }
    }

    @inline(__always)
    private static func word(_ name: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let word = UInt64(
            littleEndian: UnsafeRawPointer(name).loadUnaligned(as: UInt64.self))
        return count >= 8 ? word : word & ((1 &<< (UInt64(count) &* 8)) &- 1)
    }

    @inline(__always)
    private static func slot(_ word: UInt64, _ count: Int) -> Int {
        Int(((word ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15) >> 56)
    }
}
