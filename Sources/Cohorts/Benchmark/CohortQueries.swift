// SPDX-License-Identifier: Apache-2.0
import Records
package import Timelines

/// The seven questions of the cohort benchmark, written in the algebra and answered as the rival
/// engines answer them: rows of numbers.
///
/// Sex is 1 for female, else 0; a day is counted from 1970-01-01.
package struct CohortQueries: Sendable {
    package let engine: AlgebraEngine

    /// Sex and decade of birth of every subject: 2 x decade + 1 for women.
    private let birthStrata: PopulationStrata

    private var store: TimelineStore { engine.store }

    /// - Complexity: O(subjects).
    package init(_ store: TimelineStore) {
        engine = AlgebraEngine(store)
        birthStrata = PopulationStrata(
            zip(engine.facts.sexes, engine.birthDecades()).map { sex, decade in
                decade < 0 ? -1 : Int(decade) * 2 + (sex == .female ? 1 : 0)
            })
    }

    private static func snomed(_ values: String...) -> AlgebraExpression {
        .event(AlgebraEvent(values.map { Code(.snomed, $0) }))
    }

    private static func rxnorm(_ values: String...) -> AlgebraExpression {
        .event(AlgebraEvent(values.map { Code(.rxnorm, $0) }))
    }

    private static func female(_ stratum: Int32) -> Double {
        Sex.allCases[Int(stratum)] == .female ? 1 : 0
    }

    // MARK: - Q1

    /// Adults with diabetes or prediabetes who were not on insulin before, to an HbA1c above 5.7.
    package static let timeToHbA1c = AlgebraDefinition(
        name: "HbA1c above 5.7 within a year of diabetes or prediabetes",
        index: .first(snomed("44054006", "15777000")),
        rules: [
            AlgebraRule("from 18 to 75 years old", .age(Bounds(min: 18, max: 75))),
            AlgebraRule("no insulin before", .not(.has(rxnorm("106892"), .before(0)))),
            AlgebraRule("HbA1c above 5.7 within a year", .has(highHbA1c, withinAYear)),
        ],
        exit: AlgebraExit(.days(365, from: .start), stops: [.init(highHbA1c, withinAYear)]),
        strata: [.sex, .ageDecade])

    private static let highHbA1c = AlgebraExpression.event(
        AlgebraEvent([Code(.loinc, "4548-4")], value: .above(5.7)))
    private static let withinAYear = AlgebraWindow(
        from: .init(0, isIncluded: false), to: .init(365))

    /// Rows of sex, decade of age, members, sum of days.
    package func q1() -> [[Double]] {
        engine.evaluate(CohortQueries.timeToHbA1c).groups().map { group in
            [
                CohortQueries.female(group.key[0]), Double(group.key[1]), Double(group.rows),
                Double(group.days),
            ]
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: - Q2

    /// Two creatinine values in a row above 1.5 times the last one before, in the week after the
    /// first ibuprofen or naproxen.
    package static let kidneyInjury = AlgebraDefinition(
        name: "Serial creatinine rise after an anti-inflammatory drug",
        index: .first(rxnorm("310965", "849574")),
        rules: [
            AlgebraRule("creatinine in the year before", .has(creatinine, .days(-365, 0))),
            AlgebraRule(
                "two creatinine values in the week after",
                .has(creatinine, .days(1, 7), atLeast: 2, counting: .events)),
            AlgebraRule(
                "two in a row above 1.5 times the baseline",
                .has(
                    .consecutive(
                        2, .filter(creatinine, .within(.days(1, 7))),
                        each: .ratio(
                            .above(1.5),
                            to: AlgebraBaseline(
                                .last, of: creatinine, .days(-365, 0), around: .index))))),
        ],
        exit: AlgebraExit(.days(7, from: .start)), strata: [.sex])

    private static let creatinine = AlgebraExpression.codes(Code(.loinc, "38483-4"))

    /// Rows of sex, exposed members with values before and after, members with the rise.
    package func q2() -> [[Double]] {
        let result = engine.evaluate(CohortQueries.kidneyInjury)
        let cases = result.groups()
        return result.groups(enabled: [0, 1]).map { group in
            let risen = cases.first { $0.key == group.key }?.rows ?? 0
            return [CohortQueries.female(group.key[0]), Double(group.rows), Double(risen)]
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: - Q3

    private static let hypertension = snomed("38341003")

    /// Rows of sex, decade of birth (days since 1870 in tens of years of 365.2 days), subjects,
    /// subjects who ever had hypertension.
    package func q3() -> [[Double]] {
        engine.prevalence(of: CohortQueries.hypertension, by: birthStrata).map { cell in
            [
                Double(cell.stratum % 2), Double(cell.stratum / 2), Double(cell.subjects),
                Double(cell.affected),
            ]
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: - Q4

    /// From hypertension to stroke, heart attack or death.
    package static let strokeFree = AlgebraDefinition(
        name: "Hypertension to stroke, heart attack, heart failure or death",
        index: .first(hypertension),
        exit: AlgebraExit(
            .last(.event(AlgebraEvent([], table: .visitOccurrence))),
            stops: [
                .init(snomed("230690007", "53741008", "22298006", "88805009"), .after(0)),
                .init(.codes(.death), .after(0)),
            ]),
        strata: [.sex])

    /// Rows of sex, share free of it after 3,653, 7,305, 10,958 and 14,610 days (Kaplan–Meier),
    /// those it came to, and members followed.
    package func q4() -> [[Double]] {
        let horizons: [Int32] = [3653, 7305, 10_958, 14_610]
        return engine.evaluate(CohortQueries.strokeFree).stays(by: 0).map { stay in
            let steps = DaySteps(days: stay.days, isEvent: stay.isStopped)
            return [CohortQueries.female(stay.key)] + horizons.map(steps.survival)
                + [Double(steps.events), Double(stay.days.count)]
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: - Q5

    /// One subject's events without their death: rows of table (position in `ReplicatedTable`), day
    /// and concept, by day, concept, then name of the table.
    package func q5(subject: Int = 61_234) -> [[Double]] {
        guard let anchor = store.anchorDay(subject) else { return [] }
        let names = ReplicatedTable.allCases.map { "\($0)" }
        return store.withTimelineRows(subject: subject) { codes, starts, rows in
            var events: [(day: Int32, concept: UInt32, table: Int)] = []
            for place in 0..<codes.count {
                let code = Int(codes[place])
                guard store.codes[code].code != .death,
                    let table = table(code: code, row: Int(rows[place]))
                else { continue }
                events.append(
                    (anchor + DayNumber.of(starts[place]), store.concept(ofCode: code), table))
            }
            events.sort {
                ($0.day, $0.concept, names[$0.table]) < ($1.day, $1.concept, names[$1.table])
            }
            return events.map { [Double($0.table), Double($0.day), Double($0.concept)] }
        }
    }

    /// Position in `ReplicatedTable` of the table a row was made from.
    private func table(code: Int, row: Int) -> Int? {
        let system = store.codes[code].code.system
        let clinical = store.postings(code: code)?.attribute(.table, row)
        return ReplicatedTable.allCases.firstIndex {
            Int64($0.clinical.rawValue) == clinical && $0.system == system
        }
    }

    // MARK: - Q6, Q7

    /// Rows of concept, events, subjects: the ten codes that most subjects have.
    package func q6() -> [[Double]] {
        let counts = store.codeCounts().compactMap { count -> [Double]? in
            guard count.entry.code != .death, let code = store.codeIndex(count.entry.code) else {
                return nil
            }
            return [
                Double(store.concept(ofCode: code)), Double(count.events), Double(count.subjects),
            ]
        }
        return CohortQueries.top(counts, by: 2)
    }

    /// Rows of concept, members: the ten codes that most members have in the year before
    /// hypertension.
    package func q7() -> [[Double]] {
        let index = engine.rows(.first(CohortQueries.hypertension))
        let persons = engine.subjectsByCode(around: index, .days(-365, -1))
        let counts = persons.enumerated().compactMap { code, persons -> [Double]? in
            guard persons > 0, store.codes[code].code != .death else { return nil }
            return [Double(store.concept(ofCode: code)), Double(persons)]
        }
        return CohortQueries.top(counts, by: 1)
    }

    private static func top(_ rows: [[Double]], by column: Int) -> [[Double]] {
        let sorted = rows.sorted { left, right in
            left[column] != right[column] ? left[column] > right[column] : left[0] < right[0]
        }
        return Array(sorted.prefix(10))
    }
}
