// SPDX-License-Identifier: Apache-2.0
import Records

/// A Patient while it is read: the person, and what needs the whole resource to be decided.
struct ScannedPatient {
    var id: ByteText?
    var person = Person(key: "")
    var lost: [LostPart] = []
    fileprivate var nameRank = 0
    fileprivate var addressRank = 0
}

extension JSONScanner {
    private static let raceURL: StaticString =
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
    private static let ethnicityURL: StaticString =
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity"

    /// Reads a Patient, from before its opening brace to after its closing one.
    mutating func patient() throws(JSONFault) -> ScannedPatient {
        var scanned = ScannedPatient()
        guard try enterObject() else { return scanned }
        while let field = try nextField() {
            switch field {
            case .id: scanned.id = try string()
            case .gender:
                scanned.person.sex = try string().flatMap { Sex(rawValue: $0.string) } ?? .unknown
            case .birthDate:
                guard let text = try string() else { continue }
                if let time = try? DateText.time(text) {
                    scanned.person.birthDay = time.day
                } else {
                    scanned.lost.append(.unreadableBirth)
                }
            case .deceasedBoolean: scanned.person.isDeceased = try boolean() == true
            case .deceasedDateTime:
                guard let text = try string() else { continue }
                scanned.person.isDeceased = true
                scanned.person.deceasedAt = try? DateText.time(text)
                if scanned.person.deceasedAt == nil { scanned.lost.append(.unreadableDeath) }
            default: try scanDemographics(field, into: &scanned)
            }
        }
        return scanned
    }

    private mutating func scanDemographics(
        _ field: Field, into scanned: inout ScannedPatient
    ) throws(JSONFault) {
        switch field {
        case .identifier, .name, .telecom, .address, .extensions:
            guard try enterArray() else { return }
            while try nextElement() {
                guard try enterObject() else { continue }
                switch field {
                case .identifier: try identifier(into: &scanned.person)
                case .name: try humanName(into: &scanned)
                case .telecom: try telecom(into: &scanned.person)
                case .address: try address(into: &scanned)
                default: try ombCategory(into: &scanned.person)
                }
            }
        default: try skipValue()
        }
    }

    private mutating func identifier(into person: inout Person) throws(JSONFault) {
        var system: ByteText?
        var value: ByteText?
        while let field = try nextField() {
            switch field {
            case .system: system = try string()
            case .value: value = try string()
            default: try skipValue()
            }
        }
        guard let value, value.count > 0 else { return }
        person.identifiers.append(
            Person.Identifier(system: system?.string ?? "", value: value.string))
    }

    /// HumanName: an official one is preferred, an old or maiden one taken last.
    private mutating func humanName(into scanned: inout ScannedPatient) throws(JSONFault) {
        var family: ByteText?
        var given: [String] = []
        var use: ByteText?
        while let field = try nextField() {
            switch field {
            case .family: family = try string()
            case .given: given = try strings()
            case .use: use = try string()
            default: try skipValue()
            }
        }
        let rank = JSONScanner.rank(use, best: "official")
        guard rank > scanned.nameRank, family != nil || !given.isEmpty else { return }
        scanned.nameRank = rank
        scanned.person.familyName = family?.string
        scanned.person.givenNames = given
    }

    private mutating func telecom(into person: inout Person) throws(JSONFault) {
        while let field = try nextField() {
            if field == .value {
                if let value = try string(), value.count > 0 {
                    person.telecoms.append(value.string)
                }
            } else {
                try skipValue()
            }
        }
    }

    /// Address: a home address is preferred, an old one taken last.
    private mutating func address(into scanned: inout ScannedPatient) throws(JSONFault) {
        var found = Person(key: "")
        var use: ByteText?
        while let field = try nextField() {
            switch field {
            case .line: found.addressLines = try strings()
            case .city: found.city = try string()?.string
            case .state: found.state = try string()?.string
            case .postalCode: found.postalCode = try string()?.string
            case .country: found.country = try string()?.string
            case .use: use = try string()
            default: try skipValue()
            }
        }
        let rank = JSONScanner.rank(use, best: "home")
        guard rank > scanned.addressRank else { return }
        scanned.addressRank = rank
        scanned.person.addressLines = found.addressLines
        scanned.person.city = found.city
        scanned.person.state = found.state
        scanned.person.postalCode = found.postalCode
        scanned.person.country = found.country
    }

    private static func rank(_ use: ByteText?, best: StaticString) -> Int {
        guard let use else { return 2 }
        if use == best { return 3 }
        return use == "old" || use == "maiden" ? 1 : 2
    }

    private mutating func strings() throws(JSONFault) -> [String] {
        var texts: [String] = []
        guard try enterArray() else { return texts }
        while try nextElement() {
            if let text = try string() { texts.append(text.string) }
        }
        return texts
    }

    /// An extension; of US Core race and ethnicity the first OMB category is kept.
    ///
    /// The url may stand after the nested extensions, so both are read before deciding.
    private mutating func ombCategory(into person: inout Person) throws(JSONFault) {
        var url: ByteText?
        var category: ByteText?
        while let field = try nextField() {
            switch field {
            case .url: url = try string()
            case .extensions:
                guard try enterArray() else { continue }
                while try nextElement() {
                    let found = try categoryCode()
                    if category == nil { category = found }
                }
            default: try skipValue()
            }
        }
        guard let url, let category else { return }
        if url == JSONScanner.raceURL, person.race == nil {
            person.race = category.string
        } else if url == JSONScanner.ethnicityURL, person.ethnicity == nil {
            person.ethnicity = category.string
        }
    }

    private mutating func categoryCode() throws(JSONFault) -> ByteText? {
        guard try enterObject() else { return nil }
        var isCategory = false
        var code: ByteText?
        while let field = try nextField() {
            switch field {
            case .url: isCategory = try string().map { $0 == "ombCategory" } ?? false
            case .valueCoding:
                guard try enterObject() else { continue }
                while let member = try nextField() {
                    if member == .code {
                        code = try string()
                    } else {
                        try skipValue()
                    }
                }
            default: try skipValue()
            }
        }
        return isCategory ? code : nil
    }
}
