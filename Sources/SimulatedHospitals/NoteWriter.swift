// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// Fills note templates with one person's facts and marks what identifies somebody.
struct NoteWriter {
    let membership: Membership
    let clinicians: [HospitalOutput.Clinician]
    let sitting: Chart.Sitting
    let drugs: [String]
    let conditions: [String]
    let labs: String
    let bloodPressure: String
    let hospitalPhone: String
    var random: SeededRandom
    private let relative: (kin: String, name: String)
    private let otherPhone: String
    private(set) var note = NoteText()

    init(
        membership: Membership, clinicians: [HospitalOutput.Clinician], sitting: Chart.Sitting,
        drugs: [String], conditions: [String], hospitalPhone: String, random: SeededRandom
    ) {
        self.membership = membership
        self.clinicians = clinicians
        self.sitting = sitting
        self.drugs = drugs
        self.conditions = conditions
        self.hospitalPhone = hospitalPhone
        var draws = random
        let kin = draws.pick(["daughter", "son", "wife", "husband", "sister", "brother", "mother"])
        let isFemale = ["daughter", "wife", "sister", "mother"].contains(kin)
        let given = draws.pick(NameLists.given(isFemale ? .female : .male))
        let family =
            draws.chance(0.6) ? membership.identity.family : draws.pick(NameLists.family)
        relative = (kin, draws.chance(0.5) ? given : "\(given) \(family)")
        otherPhone = "\(hospitalPhone.prefix(3))-555-0\(draws.whole(100...199))"
        labs =
            "Na \(draws.whole(134...145)), K \(FixedDecimals.text(3.4 + 1.6 * draws.uniform(), decimals: 1)), "
            + "Hb \(FixedDecimals.text(9 + 6 * draws.uniform(), decimals: 1))"
        bloodPressure = "\(draws.whole(104...168))/\(draws.whole(58...98))"
        self.random = draws
    }

    /// A full note of the visit.
    mutating func writeNote() {
        fill(random.pick(NoteTemplates.headers))
        fill(random.pick(NoteTemplates.openings))
        fill(random.pick(NoteTemplates.histories))
        fill(random.pick(NoteTemplates.social))
        fill("\n")
        if !drugs.isEmpty { fill(random.pick(NoteTemplates.medications)) }
        if sitting.visit.setting == .inpatient { fill(random.pick(NoteTemplates.courses)) }
        fill(random.pick(NoteTemplates.examinations))
        if random.chance(0.7) { fill(random.pick(NoteTemplates.results)) }
        fill(random.pick(NoteTemplates.plans))
        fill(random.pick(NoteTemplates.signatures))
    }

    /// A short telephone or mailing note.
    mutating func writeMessage() {
        fill(random.pick(NoteTemplates.messages))
    }

    private mutating func fill(_ template: String) {
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            note.append(rest[..<open])
            guard let close = rest[open...].firstIndex(of: "}") else { return }
            fillSlot(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        note.append(rest)
    }

    private mutating func fillSlot(_ slot: String) {
        if fillIdentity(slot) || fillStaff(slot) || fillTime(slot) { return }
        fillClinical(slot)
    }

    private mutating func fillIdentity(_ slot: String) -> Bool {
        let identity = membership.identity
        switch slot {
        case "name":
            let name =
                random.chance(0.2)
                ? identity.given + " " + (identity.middle.map { "\($0.prefix(1)). " } ?? "")
                    + identity.family
                : "\(identity.given) \(identity.family)"
            note.append(name, as: .name)
        case "name-last-first":
            let family = random.chance(0.5) ? identity.family.uppercased() : identity.family
            note.append("\(family), \(identity.given)", as: .name)
        case "given": note.append(identity.given, as: .name)
        case "family": note.append(identity.family, as: .name)
        case "mrn": note.append(membership.recordNumber, as: .recordNumber)
        case "address":
            note.append(
                "\(identity.addressLine), \(identity.town), \(identity.state) \(identity.postalCode)",
                as: .address)
        case "phone": note.append(styled(phone: identity.phone), as: .phone)
        case "phone-other": note.append(styled(phone: otherPhone), as: .phone)
        case "phone-hospital": note.append(styled(phone: hospitalPhone), as: .phone)
        case "email-or-phone":
            if let email = identity.email {
                note.append(email, as: .email)
            } else {
                note.append(styled(phone: identity.phone), as: .phone)
            }
        case "relative": note.append(relative.name, as: .relative)
        case "hospital": note.append(membership.hospital.title, as: .hospital)
        case "HOSPITAL": note.append(membership.hospital.title.uppercased(), as: .hospital)
        default: return false
        }
        return true
    }

    private mutating func fillStaff(_ slot: String) -> Bool {
        let own = sitting.clinician
        switch slot {
        case "clinician": note.append("\(own.given) \(own.family)", as: .name)
        case "clinician-family": note.append(own.family, as: .name)
        case "clinician-initials":
            note.append("\(own.given.prefix(1)). \(own.family)", as: .name)
        case "clinician-other": note.append(random.pick(clinicians).family, as: .name)
        default: return false
        }
        return true
    }

    private mutating func fillTime(_ slot: String) -> Bool {
        let day = sitting.visit.start.day
        switch slot {
        case "date": note.append(styled(day), as: .date)
        case "date-end": note.append(styled(sitting.visit.end.day), as: .date)
        case "date-before":
            note.append(
                styled(CivilDay(number: day.number - 3 - Int32(random.below(400)))), as: .date)
        case "month-before":
            let parts = CivilDay(number: day.number - 40 - Int32(random.below(300))).parts
            note.append("\(NoteWriter.months[parts.month - 1]) \(parts.year)", as: .date)
        case "date-after":
            note.append(
                styled(CivilDay(number: day.number + 7 + Int32(random.below(120)))), as: .date)
        case "birth-date":
            note.append(styled(membership.registeredBirthDay, withYear: true), as: .date)
        case "weekday": note.append(NoteWriter.weekday(day), as: .date)
        case "weekday-start": note.append(NoteWriter.weekday(day), as: .date)
        case "age", "age-start": fillAge(startsSentence: slot == "age-start")
        default: return false
        }
        return true
    }

    private mutating func fillAge(startsSentence: Bool) {
        let years = membership.person.birthDay.completedYears(to: sitting.visit.start.day)
        guard years >= 90 else {
            note.append(years < 2 ? "young" : "\(years)-year-old")
            return
        }
        let tail = random.chance(0.5) ? "-year-old" : " y/o"
        if random.chance(0.25), years < 100 {
            let units = [
                "", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight",
                "-nine",
            ]
            let word = (startsSentence ? "Ninety" : "ninety") + units[years - 90]
            note.append(word, as: .agedNinety)
            note.append("-year-old")
        } else {
            note.append(String(years), as: .agedNinety)
            note.append(tail)
        }
    }

    private mutating func fillClinical(_ slot: String) {
        let isFemale = membership.person.traits.sex == .female
        let text: String
        switch slot {
        case "title": text = title
        case "reason": text = reason
        case "conditions":
            text = conditions.isEmpty ? "no chronic disease" : conditions.joined(separator: ", ")
        case "drugs": text = drugs.joined(separator: ", ")
        case "labs": text = labs
        case "bp": text = bloodPressure
        case "sex":
            text =
                sitting.state.ageYears < 16
                ? (isFemale ? "girl" : "boy") : (isFemale ? "woman" : "man")
        case "he": text = isFemale ? "she" : "he"
        case "He": text = isFemale ? "She" : "He"
        case "him": text = isFemale ? "her" : "him"
        case "his": text = isFemale ? "her" : "his"
        case "His": text = isFemale ? "Her" : "His"
        case "honorific": text = isFemale ? "Ms." : "Mr."
        case "kin": text = relative.kin
        default: text = ""
        }
        note.append(text)
    }

    private var title: String {
        switch sitting.visit.setting {
        case .ambulatory: "CLINIC NOTE"
        case .emergency: "EMERGENCY DEPARTMENT NOTE"
        case .inpatient: "DISCHARGE SUMMARY"
        }
    }

    private var reason: String {
        guard let display = sitting.reason?.display else { return "a routine check" }
        let plain = display.split(separator: "(").first.map(String.init) ?? display
        return plain.trimmingSuffix(" ").lowercased()
    }
}

extension NoteWriter {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// The day of the week: 1970-01-01 was a Thursday.
    static func weekday(_ day: CivilDay) -> String {
        let names = [
            "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
        ]
        return names[((Int(day.number) % 7) + 7) % 7]
    }

    /// A date in one of the ways people write it; without the year only where it may go missing.
    private mutating func styled(_ day: CivilDay, withYear: Bool = false) -> String {
        let (year, month, date) = day.parts
        let name = NoteWriter.months[month - 1]
        return switch random.below(withYear ? 6 : 8) {
        case 0: "\(Clock.two(month))/\(Clock.two(date))/\(year)"
        case 1: "\(month)/\(date)/\(Clock.two(year % 100))"
        case 2: "\(name) \(date), \(year)"
        case 3: "\(date) \(name.prefix(3)) \(year)"
        case 4: day.iso
        case 5: "\(date)-\(name.prefix(3).uppercased())-\(year)"
        case 6: "\(month)/\(date)"
        default: "\(name) \(date)\(NoteWriter.ordinal(date))"
        }
    }

    private static func ordinal(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (_, 11...13): "th"
        case (1, _): "st"
        case (2, _): "nd"
        case (3, _): "rd"
        default: "th"
        }
    }

    private mutating func styled(phone: String) -> String {
        let digits = Array(phone.filter(\.isNumber))
        guard digits.count == 10 else { return phone }
        let area = String(digits[0..<3])
        let exchange = String(digits[3..<6])
        let line = String(digits[6...])
        return switch random.below(5) {
        case 0: "(\(area)) \(exchange)-\(line)"
        case 1: "\(area).\(exchange).\(line)"
        case 2: "+1 \(area) \(exchange) \(line)"
        default: "\(area)-\(exchange)-\(line)"
        }
    }
}

extension String {
    /// The text without one given character repeated at its end.
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var copy = self
        while copy.last == character { copy.removeLast() }
        return copy
    }
}
