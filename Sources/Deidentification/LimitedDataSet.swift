// SPDX-License-Identifier: Apache-2.0
package import Records

/// The profile `limited-data-set`: direct identifiers go, true dates and ages stay.
///
/// Day 0 is the day of the person's first event, as under `SafeHarborIntervals`, but here it is
/// told, and so is the date of birth. Free text is withheld altogether.
///
/// Source: 45 CFR 164.514(e); the recipient must be bound by a data use agreement.
package struct LimitedDataSet: Sendable {
    package init() {}

    /// What may be known of a person, and the day their offsets count from.
    ///
    /// An age is left unknown where the birth date lies more than one year after the first event,
    /// because then one of the two dates is wrong.
    package func release(person: Person, id: SubjectID, first: CivilDay) -> ReleasedSubject {
        let age = person.birthDay?.completedYears(to: first)
        let state = USState.code(person.state, country: person.country)
        let isAmerican = !state.isEmpty || USState.isUnitedStates(person.country) == true
        var record = SubjectRecord(
            id: id, sex: person.sex, anchorYear: Int32(first.parts.year),
            ageAtAnchor: age.flatMap { $0 >= -1 ? Int32(max(0, $0)) : nil }, isAged: false,
            state: state,
            zip3: isAmerican
                ? ZIP3.released(postalCode: person.postalCode, country: person.country)
                : ZIP3.withheld,
            race: OMBCategory.race(person.race),
            ethnicity: OMBCategory.ethnicity(person.ethnicity))
        record.anchorDay = first.number
        record.birthDay = person.birthDay?.number
        record.birthYear = person.birthDay.map { Int32($0.parts.year) }
        return ReleasedSubject(record: record, anchor: first)
    }

    /// Minutes since the anchor; nil for a time that lies too far from it for the type.
    package func offset(of time: CivilTime, anchor: CivilDay) -> Int32? {
        Int32(exactly: time.minutes - Int64(anchor.number) * 1440)
    }
}

extension ReleaseProfile {
    /// What may be known of a person under the profile, and the day their offsets count from.
    ///
    /// - Parameters:
    ///   - first: day of the earliest start of the person's events, death included.
    ///   - last: day of the latest start or end of an event, death included.
    package func release(
        person: Person, id: SubjectID, first: CivilDay, last: CivilDay
    ) -> ReleasedSubject {
        switch self {
        case .safeHarborIntervals:
            SafeHarborIntervals().release(person: person, id: id, first: first, last: last)
        case .limitedDataSet:
            LimitedDataSet().release(person: person, id: id, first: first)
        }
    }

    /// A time as the profile releases it, in minutes since the anchor; nil where it may not be.
    package func offset(of time: CivilTime, anchor: CivilDay) -> Int32? {
        switch self {
        case .safeHarborIntervals: SafeHarborIntervals().offset(of: time, anchor: anchor)
        case .limitedDataSet: LimitedDataSet().offset(of: time, anchor: anchor)
        }
    }

    /// Whether an event may not be released because it states an age or a birth date.
    package func withholdsAge(code: Code, number: Double?, unit: String?) -> Bool {
        switch self {
        case .safeHarborIntervals:
            SafeHarborIntervals().statesAge(code: code, number: number, unit: unit)
        case .limitedDataSet: false
        }
    }
}
