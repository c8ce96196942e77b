// SPDX-License-Identifier: Apache-2.0
package import Records

/// One person as released, with the day that ties the release to the calendar.
package struct ReleasedSubject: Sendable, Equatable {
    /// What may be known of the subject besides events.
    package var record: SubjectRecord
    /// Day 0 of the subject's offsets; identified, so it stays in the vault.
    package var anchor: CivilDay

    package init(record: SubjectRecord, anchor: CivilDay) {
        self.record = record
        self.anchor = anchor
    }
}

/// The profile `safe-harbor+intervals`: from an identified person to what may be known of them.
///
/// Day 0 is the day of the person's first event and its calendar year is the only date that is
/// released; every time becomes a whole number of days since. Two people whose dates differ by a
/// number of days, within one year and one age, are therefore released alike.
///
/// Someone with an event at age 90 or over (HIPAA: "ages over 89") is released without any age.
/// Offsets could still tell one, if they ran from a birth or an infant's vaccination past 90
/// years; so of such a subject the last 32,850 days (90 x 365) are released, and day 0 lies that
/// far before the last event where the record is longer.
///
/// Source: 45 CFR 164.514(b)(2)(i); that offsets are allowed is the site's policy, not the rule's
/// wording, and the label says so.
package struct SafeHarborIntervals: Sendable {
    /// Ages from here on are not told, and nothing that gives one.
    package static let agedFrom = 90
    /// The longest stretch of time an aged subject's offsets may span, in days: under 90 years
    /// wherever it starts.
    package static let longestAgedSpan: Int32 = 90 * 365

    package init() {}

    /// What may be known of a person, and the day their offsets count from.
    ///
    /// Age is in completed years at the anchor; unknown without a birth date. An anchor up to one
    /// year before the birth date (records of a pregnancy) counts as age 0; an earlier one means
    /// that one of the two dates is wrong, and the age is left unknown rather than invented. A
    /// record that spans 90 years or more is that of an aged subject even without a birth date.
    /// A postal code counts as American if the country or the state says so.
    ///
    /// - Parameters:
    ///   - first: day of the earliest start of the person's events, death included.
    ///   - last: day of the latest start or end of an event, death included.
    package func release(
        person: Person, id: SubjectID, first: CivilDay, last: CivilDay
    ) -> ReleasedSubject {
        let until = max(first, last)
        let isAged = isAged(person, first: first, last: until)
        let (earliest, overflows) = until.number.subtractingReportingOverflow(
            SafeHarborIntervals.longestAgedSpan)
        let anchor =
            isAged && !overflows ? max(first, CivilDay(number: earliest)) : first
        let state = USState.code(person.state, country: person.country)
        // Five digits alone could be a German or French code as well.
        let isAmerican = !state.isEmpty || USState.isUnitedStates(person.country) == true
        return ReleasedSubject(
            record: SubjectRecord(
                id: id, sex: person.sex, anchorYear: Int32(anchor.parts.year),
                ageAtAnchor: isAged ? nil : age(of: person, at: anchor), isAged: isAged,
                state: state,
                zip3: isAmerican
                    ? ZIP3.released(postalCode: person.postalCode, country: person.country)
                    : ZIP3.withheld,
                race: OMBCategory.race(person.race),
                ethnicity: OMBCategory.ethnicity(person.ethnicity)),
            anchor: anchor)
    }

    /// Minutes since the anchor, in whole days: the time of day is dropped.
    ///
    /// Nil for a time before the anchor, which only the record of an aged subject has, and for one
    /// that lies too far after it for the type. Such an event is not released.
    package func offset(of time: CivilTime, anchor: CivilDay) -> Int32? {
        let start = Int64(anchor.number) * 1440
        let (minutes, overflows) = time.minutes.subtractingReportingOverflow(start)
        guard !overflows, minutes >= 0 else { return nil }
        return Int32(exactly: minutes - minutes % 1440)
    }

    /// Whether an event may not be released because it states an age or a birth date.
    ///
    /// - Parameters:
    ///   - number: the event's number, where it has one, with its unit as UCUM or plain text.
    /// - Returns: true for codes of an age or birth date, and for any number of years from 90 on
    ///   (age at onset, at death, of a relative).
    package func statesAge(code: Code, number: Double?, unit: String?) -> Bool {
        if AgeCodes.all.contains(code) { return true }
        guard let number, let unit, AgeCodes.unitsOfYears.contains(unit) else { return false }
        return number >= Double(SafeHarborIntervals.agedFrom)
    }

    private func isAged(_ person: Person, first: CivilDay, last: CivilDay) -> Bool {
        let limit = SafeHarborIntervals.agedFrom
        if first.completedYears(to: last) >= limit { return true }
        guard let birth = person.birthDay else { return false }
        let end = max(last, person.deceasedAt?.day ?? last)
        return birth.completedYears(to: end) >= limit
    }

    private func age(of person: Person, at anchor: CivilDay) -> Int32? {
        guard let years = person.birthDay?.completedYears(to: anchor), years >= -1 else {
            return nil
        }
        return Int32(max(0, years))
    }
}

/// Codes whose value is an age or a date of birth, and units that count years.
private enum AgeCodes {
    /// LOINC: age (as such, estimated, reported, calculated), age at death, birth date.
    static let all: Set<Code> = Set(
        ["30525-0", "21611-9", "21612-7", "29553-5", "39016-1", "63900-5", "21112-8"]
            .map { Code(.loinc, $0) })

    static let unitsOfYears: Set<String> = [
        "a", "a_j", "a_g", "a_t", "yr", "yrs", "year", "years", "{years}",
    ]
}
