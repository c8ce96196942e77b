// SPDX-License-Identifier: Apache-2.0
import Records

/// The FHIR data types intake reads, each from a scanner that stands before its value.
extension JSONScanner {
    /// Coding, or nil without a code.
    ///
    /// A code of more than 128 bytes is taken for misplaced text.
    mutating func coding(
        _ systems: inout SystemTable, defaultSystem: StaticString = ""
    ) throws(JSONFault) -> ScannedCoding? {
        guard try enterObject() else { return nil }
        var system: ByteText?
        var code: ByteText?
        var display: ByteText?
        while let field = try nextField() {
            switch field {
            case .system: system = try string()
            case .code: code = try string()
            case .display: display = try string()
            default: try skipValue()
            }
        }
        guard let code, code.count > 0, code.count <= 128 else { return nil }
        let name = system.flatMap { $0.count > 0 ? $0 : nil } ?? ByteText(defaultSystem)
        let index = systems.index(of: name)
        return ScannedCoding(
            system: index, isKnown: systems.isKnown(index), code: code, display: display)
    }

    /// CodeableConcept.
    mutating func concept(_ systems: inout SystemTable) throws(JSONFault) -> ScannedConcept {
        var concept = ScannedConcept()
        guard try enterObject() else { return concept }
        while let field = try nextField() {
            switch field {
            case .coding:
                guard try enterArray() else { continue }
                while try nextElement() { concept.consider(try coding(&systems)) }
            case .text: concept.hasText = try string() != nil
            default: try skipValue()
            }
        }
        return concept
    }

    /// A list of CodeableConcepts, or a single one.
    mutating func concepts(_ systems: inout SystemTable) throws(JSONFault) -> [ScannedConcept] {
        guard isAtArray(), try enterArray() else { return [try concept(&systems)] }
        var list: [ScannedConcept] = []
        while try nextElement() { list.append(try concept(&systems)) }
        return list
    }

    /// The first of a list of CodeableConcepts that has a coding, or a single one.
    mutating func firstConcept(_ systems: inout SystemTable) throws(JSONFault) -> ScannedConcept {
        guard isAtArray() else { return try concept(&systems) }
        var first = ScannedConcept()
        guard try enterArray() else { return first }
        while try nextElement() {
            let next = try concept(&systems)
            if first.coding == nil { first = next }
        }
        return first
    }

    /// Period.
    mutating func period() throws(JSONFault) -> ScannedPeriod {
        var period = ScannedPeriod()
        guard try enterObject() else { return period }
        while let field = try nextField() {
            switch field {
            case .start: period.start = try string()
            case .end: period.end = try string()
            default: try skipValue()
            }
        }
        return period
    }

    /// Reference.reference.
    mutating func reference() throws(JSONFault) -> ByteText? {
        var reference: ByteText?
        guard try enterObject() else { return nil }
        while let field = try nextField() {
            if field == .reference {
                reference = try string()
            } else {
                try skipValue()
            }
        }
        return reference
    }

    /// Attachment.
    mutating func attachment() throws(JSONFault) -> ScannedAttachment {
        var attachment = ScannedAttachment()
        guard try enterObject() else { return attachment }
        while let field = try nextField() {
            switch field {
            case .contentType: attachment.contentType = try string()
            case .data: attachment.data = try string()
            default: try skipValue()
            }
        }
        return attachment
    }

    /// Quantity as a value; a unit without a number is no value.
    mutating func quantity() throws(JSONFault) -> ScannedValue {
        var value = ScannedValue()
        value.isPresent = true
        guard try enterObject() else { return value }
        var comparator: ByteText?
        var unit: ByteText?
        var code: ByteText?
        var system: ByteText?
        while let field = try nextField() {
            switch field {
            case .value:
                if let number = try number() {
                    value.kind = .number
                    value.number = number
                } else {
                    value.isNotANumber = true
                }
            case .comparator: comparator = try string()
            case .unit: unit = try string()
            case .code: code = try string()
            case .system: system = try string()
            default: try skipValue()
            }
        }
        guard value.kind == .number else { return value }
        if let comparator { value.compare(comparator) }
        let isUCUM = system.map { $0 == "http://unitsofmeasure.org" } ?? true
        let candidates = isUCUM ? [code, unit] : [unit, code]
        if value.kind != .none {
            value.unit = candidates.lazy.compactMap { $0 }.first { $0.count > 0 && $0.count <= 64 }
        }
        return value
    }

    /// Observation.value[x], for a field that starts with `value`.
    mutating func observationValue(
        _ field: Field, _ systems: inout SystemTable
    ) throws(JSONFault) -> ScannedValue {
        var value = ScannedValue()
        value.isPresent = true
        switch field {
        case .valueQuantity:
            return try quantity()
        case .valueCodeableConcept:
            let concept = try concept(&systems)
            value.coding = concept.coding
            if concept.coding != nil {
                value.kind = .code
            } else {
                value.isText = concept.hasText
            }
        case .valueString:
            value.isText = try string() != nil
        case .valueBoolean:
            if let flag = try boolean() {
                value.kind = .number
                value.number = flag ? 1 : 0
            }
        case .valueInteger:
            if let number = try number() {
                value.kind = .number
                value.number = number
            } else {
                value.isNotANumber = true
            }
        default:
            value.lost = .valueKind
            try skipValue()
        }
        return value
    }
}

extension ScannedValue {
    /// Applies Quantity.comparator; a number under one that is not known is not kept.
    fileprivate mutating func compare(_ comparator: ByteText) {
        if comparator == "<" || comparator == "<=" {
            kind = .below
        } else if comparator == ">" || comparator == ">=" {
            kind = .above
        } else {
            kind = .none
            number = 0
            lost = .comparator
        }
    }
}
