// SPDX-License-Identifier: Apache-2.0
import Foundation

extension DiscoverView.CodeCount {
    /// The share unless it would tell a hidden count.
    var shownShare: Double? { persons.shown == nil ? nil : share }
}

extension DiscoverView.Characterisation.Row {
    /// Shares and their difference unless they would tell a hidden count.
    var shownCohortShare: Double? { cohort.shown == nil ? nil : cohortShare }
    var shownOthersShare: Double? { others.shown == nil ? nil : othersShare }
    var shownDifference: Double? {
        cohort.shown == nil || others.shown == nil ? nil : difference
    }
}

extension DiscoverView.Result {
    /// Entries have a column where they are told of any step.
    var attritionTable: DiscoverTable {
        let hasEntries = steps.contains { $0.entries != .withheld }
        var columns = [
            Column("Rule"), Column("State"), Column("Removed", number: true),
            Column("Persons left", number: true),
        ]
        if hasEntries { columns.append(Column("Entries left", number: true)) }
        columns.append(Column("Meet it alone", number: true))
        let rows = steps.enumerated().map { position, step in
            let state = position == 0 ? "entry" : step.isOn ? "on" : "off"
            var row: [DiscoverTable.Value] = [
                .text(step.rule), .text(state), .count(step.removed), .count(step.persons),
            ]
            if hasEntries { row.append(.count(step.entries)) }
            row.append(step.alone.map { .count($0) } ?? .text(""))
            return row
        }
        return DiscoverTable(caption: "Attrition", columns: columns, rows: rows)
    }

    /// Whether some count of persons stands for several.
    var hasRounded: Bool {
        var counts = [persons]
        for step in steps { counts += [step.persons, step.removed] }
        for band in ages { counts += band.counts }
        counts += codes.map(\.persons)
        return counts.contains { if case .about = $0 { true } else { false } }
    }

    var ageSexTable: DiscoverTable {
        DiscoverTable(
            caption: "Persons by age and sex",
            columns: [Column("Age")] + series.map { Column($0, number: true) },
            rows: ages.map { band in [.text(band.name)] + band.counts.map { .count($0) } })
    }

    func agesTable(_ histogram: DiscoverView.Histogram) -> DiscoverTable {
        DiscoverTable(
            caption: "Persons by age at the index date",
            columns: [
                Column("From", number: true), Column("To below", number: true),
                Column("Persons", number: true),
            ],
            rows: histogram.bins.map { [.whole($0.lower), .whole($0.upper), .count($0.count)] })
    }

    var codesTable: DiscoverTable {
        DiscoverTable(
            caption: "Most frequent codes",
            columns: [
                Column("Name", sort: true), Column("Code", sort: true),
                Column("Persons", number: true, sort: true), Column("Share", number: true),
                Column("Events", number: true, sort: true),
            ],
            rows: codes.map {
                [
                    .text($0.name), .text($0.code), .count($0.persons), .percent($0.shownShare),
                    .count($0.events),
                ]
            })
    }

    func beforeTable(_ before: DiscoverView.Characterisation) -> DiscoverTable {
        DiscoverTable(
            caption: "Before the index date",
            columns: [
                Column("Name", sort: true), Column("Code"), Column("Cohort", number: true),
                Column("Share", number: true), Column("Others", number: true),
                Column("Share of others", number: true),
                Column("Difference", number: true, sort: true),
            ],
            rows: before.rows.map {
                [
                    .text($0.name), .text($0.code), .count($0.cohort),
                    .percent($0.shownCohortShare), .count($0.others),
                    .percent($0.shownOthersShare),
                    .number($0.shownDifference, decimals: 2, signed: true),
                ]
            })
    }

    /// The estimate at each mark of the axis.
    func survivalTable(_ survival: DiscoverView.Survival) -> DiscoverTable {
        DiscoverTable(
            caption: "Without the outcome, by day", columns: survivalColumns,
            rows: survival.atRisk.map { mark in
                let point = survival.point(on: mark.day)
                return [
                    .whole(mark.day), .count(mark.persons), .percent(point?.estimate),
                    .percent(point?.lower), .percent(point?.upper),
                ]
            })
    }

    /// Every step of the curve that is shown.
    func survivalSteps(_ survival: DiscoverView.Survival) -> DiscoverTable {
        DiscoverTable(
            caption: "Steps of the curve", columns: [survivalColumns[0]] + survivalColumns[2...],
            rows: survival.shownPoints.map {
                [.whole($0.day), .percent($0.estimate), .percent($0.lower), .percent($0.upper)]
            })
    }

    private var survivalColumns: [Column] {
        [
            Column("Day", number: true), Column("At risk", number: true),
            Column("Without the outcome", number: true), Column("95 % from", number: true),
            Column("to", number: true),
        ]
    }

    func incidenceTable(_ incidence: DiscoverView.Incidence) -> DiscoverTable {
        let rate = incidence.shownRate
        return DiscoverTable(
            caption: "Incidence rate",
            columns: [
                Column("Events", number: true), Column("Person-years", number: true),
                Column("Per 1,000 person-years", number: true), Column("95 % from", number: true),
                Column("to", number: true),
            ],
            rows: [
                [
                    .count(incidence.events), .number(incidence.personYears, decimals: 1),
                    .number(rate?.rate, decimals: 2), .number(rate?.lower, decimals: 2),
                    .number(rate?.upper, decimals: 2),
                ]
            ])
    }
}

extension DiscoverView.Result {
    /// What there is to take along of this count, in the order of the page.
    package var files: [DiscoverFile] {
        DiscoverFile.allCases.filter { file in
            switch file {
            case .definition, .result: true
            case .attrition, .attritionPicture: !steps.isEmpty
            case .ageSex: !ages.isEmpty
            case .ages, .agesPicture: ageHistogram != nil
            case .codes: !codes.isEmpty
            case .before, .beforePicture: before != nil
            case .survival, .incidence:
                if case .followed = followUp { true } else { false }
            case .survivalPicture:
                if case .followed(let survival, _) = followUp {
                    survival.lastShownDay != nil
                } else {
                    false
                }
            }
        }
    }

    /// The bytes of a file: nothing but what the page shows.
    ///
    /// - Parameter definition: as it was stored.
    /// - Returns: nil where this count has no such file.
    package func bytes(of file: DiscoverFile, definition: String) -> [UInt8]? {
        switch file {
        case .definition: return Array(definition.utf8)
        case .result: return json
        case .attritionPicture: return steps.isEmpty ? nil : pictureFile(attritionPicture)
        case .agesPicture: return ageHistogram.map { pictureFile(agesPicture($0)) }
        case .beforePicture: return before.map { pictureFile(beforePicture($0)) }
        case .survivalPicture:
            guard case .followed(let survival, _) = followUp else { return nil }
            return survival.lastShownDay == nil ? nil : pictureFile(survivalPicture(survival))
        default: return table(of: file).map { Array($0.csv.utf8) }
        }
    }

    private func table(of file: DiscoverFile) -> DiscoverTable? {
        switch (file, followUp) {
        case (.attrition, _): steps.isEmpty ? nil : attritionTable
        case (.ageSex, _): ages.isEmpty ? nil : ageSexTable
        case (.ages, _): ageHistogram.map(agesTable)
        case (.codes, _): codes.isEmpty ? nil : codesTable
        case (.before, _): before.map(beforeTable)
        case (.survival, .followed(let survival, _)): survivalSteps(survival)
        case (.incidence, .followed(_, let incidence)): incidenceTable(incidence)
        default: nil
        }
    }

    /// Everything as one JSON document, in a stable order.
    private var json: [UInt8]? {
        struct Document: Encodable {
            var name: String
            var digest: String
            var persons: DiscoverTable.Value
            var entries: DiscoverTable.Value
            var warnings: [String]
            var tables: [DiscoverTable]
        }
        var tables = DiscoverFile.allCases.compactMap(table)
        if case .followed(let survival, _) = followUp { tables.append(survivalTable(survival)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            name: name, digest: digest, persons: .count(persons), entries: .count(entries),
            warnings: warnings.map(\.sentence), tables: tables)
        return (try? encoder.encode(document)).map(Array.init)
    }
}
