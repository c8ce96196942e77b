// SPDX-License-Identifier: Apache-2.0

extension DiscoverView {
    /// What happened after the index date.
    package enum FollowUp: Sendable, Hashable {
        /// No outcome was chosen.
        case notAsked
        /// Why the outcome can't be followed.
        case refused(String)
        case followed(Survival, Incidence)
    }

    /// A Kaplan–Meier estimate of the time to an outcome.
    package struct Survival: Sendable, Hashable {
        /// The estimate from this day on, and its 95 % interval; 0...1.
        package struct Point: Sendable, Hashable {
            package var day: Int
            package var estimate: Double
            package var lower: Double
            package var upper: Double

            package init(day: Int, estimate: Double, lower: Double, upper: Double) {
                self.day = day
                self.estimate = estimate
                self.lower = lower
                self.upper = upper
            }
        }

        /// How many are followed on a day.
        package struct AtRisk: Sendable, Hashable {
            package var day: Int
            package var persons: ShownCount

            package init(day: Int, persons: ShownCount) {
                self.day = day
                self.persons = persons
            }
        }

        /// The outcome's name and code.
        package var outcome: String
        package var persons: ShownCount
        package var events: ShownCount
        package var censored: ShownCount
        /// Persons left out because they had the outcome before.
        package var excluded: ShownCount
        /// In order of day, the first of day 0; only where the estimate changes.
        package var points: [Point]
        /// The days of the axis, from 0 to the last day followed, in order.
        package var atRisk: [AtRisk]
        /// Day by which half had the outcome; nil where it was not reached.
        package var median: Int?

        package init(
            outcome: String, persons: ShownCount, events: ShownCount, censored: ShownCount,
            excluded: ShownCount, points: [Point], atRisk: [AtRisk], median: Int? = nil
        ) {
            self.outcome = outcome
            self.persons = persons
            self.events = events
            self.censored = censored
            self.excluded = excluded
            self.points = points
            self.atRisk = atRisk
            self.median = median
        }

        /// Those censored, unless subtracting them would tell a hidden number of events.
        var shownCensored: ShownCount? { events.shown == nil ? nil : censored }

        /// The last day of the axis up to which the number at risk is shown; nil where none is.
        ///
        /// A step of the curve says how many are at risk, so nothing is drawn after this day. All
        /// of it is withheld where the number of events is hidden: the steps could be counted.
        var lastShownDay: Int? {
            guard events.shown != nil else { return nil }
            return atRisk.prefix { $0.persons.shown != nil }.last?.day
        }

        /// The points that may be drawn.
        var shownPoints: [Point] {
            guard let last = lastShownDay else { return [] }
            return points.filter { $0.day <= last }
        }

        /// The estimate on a day; nil where it is withheld.
        func point(on day: Int) -> Point? {
            guard let last = lastShownDay, day <= last else { return nil }
            return points.last { $0.day <= day }
        }
    }

    /// New outcomes per time followed.
    package struct Incidence: Sendable, Hashable {
        package var events: ShownCount
        package var personYears: Double?
        /// Per 1,000 person-years, with its 95 % interval.
        package var rate: Double?
        package var lower: Double?
        package var upper: Double?

        package init(
            events: ShownCount, personYears: Double?, rate: Double?, lower: Double?, upper: Double?
        ) {
            self.events = events
            self.personYears = personYears
            self.rate = rate
            self.lower = lower
            self.upper = upper
        }

        /// Rate and interval unless they would tell a hidden number of events.
        var shownRate: (rate: Double, lower: Double, upper: Double)? {
            guard events.shown != nil, let rate, let lower, let upper else { return nil }
            return (rate, lower, upper)
        }
    }

    /// Why one patient is in the cohort or not; only for a signed-in person of the site.
    package struct Explanation: Sendable, Hashable {
        package enum Finding: Sendable, Hashable {
            /// No such patient here, or no entry event.
            case nothing(String)
            case rules(isMember: Bool, summary: String, [Rule])
        }

        /// An event of the patient.
        package struct Mention: Sendable, Hashable {
            package var code: String
            package var name: String
            /// Days from the index date.
            package var day: Int
            /// Number and unit, or nothing.
            package var value: String
            /// What kept it from counting, or nothing.
            package var note: String

            package init(
                code: String, name: String, day: Int, value: String = "", note: String = ""
            ) {
                self.code = code
                self.name = name
                self.day = day
                self.value = value
                self.note = note
            }
        }

        /// What a rule said of the patient.
        package struct Rule: Sendable, Hashable {
            package var name: String
            package var isMet: Bool
            package var isOn: Bool
            package var reason: String
            /// Events that made it hold.
            package var fired: [Mention]
            /// Events that nearly counted.
            package var nearMisses: [Mention]

            package init(
                name: String, isMet: Bool, isOn: Bool = true, reason: String, fired: [Mention] = [],
                nearMisses: [Mention] = []
            ) {
                self.name = name
                self.isMet = isMet
                self.isOn = isOn
                self.reason = reason
                self.fired = fired
                self.nearMisses = nearMisses
            }
        }

        /// As typed.
        package var subject: String
        package var finding: Finding

        package init(subject: String, finding: Finding) {
            self.subject = subject
            self.finding = finding
        }
    }
}
