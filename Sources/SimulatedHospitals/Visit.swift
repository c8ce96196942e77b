// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// One contact with a hospital: when, how, and why.
struct Visit: Sendable {
    enum Setting: Sendable { case ambulatory, emergency, inpatient }
    enum Reason: Sendable {
        case planned
        case diagnosis(Condition)
        /// Index into `MinorIllness.all`.
        case minor(Int)
        case admission(Condition)
        case dying
    }

    let setting: Setting
    let reason: Reason
    let start: CivilTime
    let end: CivilTime

    /// All visits of a membership in order of time; the first is on its first day.
    static func plan(_ membership: Membership, random: inout SeededRandom) -> [Visit] {
        var visits = planned(membership, random: &random)
        visits += diagnoses(membership, random: &random)
        visits += minorIllnesses(membership, random: &random)
        visits += admissions(membership, random: &random)
        if let death = membership.person.deathDay, death == membership.lastDay,
            death > membership.firstDay, random.chance(0.55)
        {
            let first = max(membership.firstDay.number, death.number - Int32(random.below(9)))
            visits.append(
                Visit(
                    setting: .inpatient, reason: .dying,
                    start: CivilTime(day: CivilDay(number: first), minuteOfDay: random.below(600)),
                    end: CivilTime(day: death, minuteOfDay: 610 + random.below(800))))
        }
        return withoutOverlaps(visits)
    }

    private init(setting: Setting, reason: Reason, start: CivilTime, end: CivilTime) {
        self.setting = setting
        self.reason = reason
        self.start = start
        self.end = end
    }

    private init(
        _ setting: Setting, _ reason: Reason, day: CivilDay, lastDay: CivilDay,
        random: inout SeededRandom
    ) {
        self.setting = setting
        self.reason = reason
        switch setting {
        case .ambulatory:
            start = CivilTime(day: day, minuteOfDay: 480 + random.below(500))
            end = CivilTime(minutes: start.minutes + Int64(15 + 5 * random.below(7)))
        case .emergency:
            start = CivilTime(day: day, minuteOfDay: random.below(1200))
            end = CivilTime(minutes: start.minutes + Int64(60 + random.below(178)))
        case .inpatient:
            let nights = min(
                Int32(1 + random.below(8)), max(0, lastDay.number - day.number))
            start = CivilTime(day: day, minuteOfDay: random.below(1200))
            let last = CivilDay(number: day.number + nights)
            end =
                nights > 0
                ? CivilTime(day: last, minuteOfDay: 600 + random.below(360))
                : CivilTime(minutes: start.minutes + 235)
        }
    }

    private static func planned(
        _ membership: Membership, random: inout SeededRandom
    ) -> [Visit] {
        let person = membership.person
        let mix = membership.hospital.mix
        let last = membership.lastDay
        let firstSetting: Setting =
            membership.hospital == .safetyNetEmergency && random.chance(0.6)
            ? .emergency : .ambulatory
        var visits = [
            Visit(firstSetting, .planned, day: membership.firstDay, lastDay: last, random: &random)
        ]
        var day = membership.firstDay
        while true {
            let had = person.life.onsets.count { person.day(ofAge: $0.age) <= day }
            let rate = mix.visits + mix.visitsPerCondition * Double(min(had, 9))
            let gap = 14 + random.waiting(rate: rate / Hazard.daysPerYear)
            guard gap < 20_000 else { break }
            day = CivilDay(number: day.number + Int32(gap))
            guard day <= last else { break }
            visits.append(Visit(.ambulatory, .planned, day: day, lastDay: last, random: &random))
        }
        return visits
    }

    private static func diagnoses(
        _ membership: Membership, random: inout SeededRandom
    ) -> [Visit] {
        var visits: [Visit] = []
        for onset in membership.person.life.onsets {
            let began = membership.person.day(ofAge: onset.age)
            guard began > membership.firstDay, began <= membership.lastDay, random.chance(0.85)
            else { continue }
            let delay = onset.condition.isSudden ? 0 : Int32(random.below(22))
            let day = min(membership.lastDay, CivilDay(number: began.number + delay))
            var setting = Setting.ambulatory
            if onset.condition.isSudden {
                setting = random.chance(0.75) ? .inpatient : .emergency
            } else if membership.hospital == .safetyNetEmergency, random.chance(0.4) {
                setting = .emergency
            }
            visits.append(
                Visit(
                    setting, .diagnosis(onset.condition), day: day, lastDay: membership.lastDay,
                    random: &random))
        }
        return visits
    }

    private static func minorIllnesses(
        _ membership: Membership, random: inout SeededRandom
    ) -> [Visit] {
        let mix = membership.hospital.mix
        var visits: [Visit] = []
        var day = membership.firstDay
        while true {
            let gap = 1 + random.waiting(rate: mix.minorIllness / Hazard.daysPerYear)
            guard gap < 20_000 else { break }
            day = CivilDay(number: day.number + Int32(gap))
            guard day <= membership.lastDay else { break }
            let setting: Setting = random.chance(mix.minorInEmergency) ? .emergency : .ambulatory
            visits.append(
                Visit(
                    setting, .minor(random.weighted(MinorIllness.weights)), day: day,
                    lastDay: membership.lastDay, random: &random))
        }
        return visits
    }

    /// Returns to the ward of people with heart failure or COPD: one in eight years.
    private static func admissions(
        _ membership: Membership, random: inout SeededRandom
    ) -> [Visit] {
        var visits: [Visit] = []
        for condition in [Condition.heartFailure, .copd] {
            guard let age = membership.person.life.onset(of: condition) else { continue }
            var day = max(membership.firstDay, membership.person.day(ofAge: age))
            while true {
                let gap = 10 + random.waiting(rate: 0.12 / Hazard.daysPerYear)
                guard gap < 20_000 else { break }
                day = CivilDay(number: day.number + Int32(gap))
                guard day <= membership.lastDay else { break }
                visits.append(
                    Visit(
                        .inpatient, .admission(condition), day: day, lastDay: membership.lastDay,
                        random: &random))
            }
        }
        return visits
    }

    /// In order of time, less planned and minor visits that fall on a day already taken.
    private static func withoutOverlaps(_ visits: [Visit]) -> [Visit] {
        let ordered = visits.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }
        var kept: [Visit] = []
        for (_, visit) in ordered {
            if let previous = kept.last, visit.start.day <= previous.end.day {
                switch visit.reason {
                case .planned, .minor: continue
                default: break
                }
            }
            kept.append(visit)
        }
        return kept
    }
}
