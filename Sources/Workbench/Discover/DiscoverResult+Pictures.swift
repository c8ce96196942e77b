// SPDX-License-Identifier: Apache-2.0

extension DiscoverView.Result {
    var attritionPicture: HTML {
        attritionFlow(
            id: "attrition", title: "Persons remaining after each rule",
            description: steps.map { step in
                step.isOn
                    ? "\(step.rule): \(step.persons.text) remain" : "\(step.rule): switched off"
            }.joined(separator: "; ") + ".",
            stations: steps.map {
                AttritionStation(
                    name: $0.rule, isOn: $0.isOn, removed: $0.removed, remaining: $0.persons)
            })
    }

    var ageSexPicture: HTML {
        groupedBars(
            id: "age-sex", title: "Persons by age band and sex",
            description: ages.map { band in
                let counts = zip(series, band.counts).map { "\($1.text) \($0)" }
                return "\(band.name): \(counts.joined(separator: ", "))"
            }.joined(separator: "; ") + ".",
            series: series, groups: ages.map { BarGroup(name: $0.name, counts: $0.counts) })
    }

    func agesPicture(_ ages: DiscoverView.Histogram) -> HTML {
        histogram(
            id: "age-histogram", title: "Age at the index date",
            description: ages.bins.map { "\($0.lower) to below \($0.upper): \($0.count.text)" }
                .joined(separator: "; ") + ".",
            bins: ages.bins.map { HistogramBin(lower: String($0.lower), count: $0.count) },
            end: ages.bins.last.map { String($0.upper) } ?? "", unit: "Age in years")
    }

    /// Most lines of a love plot that are read; the table has them all.
    private static let mostLines = 20

    func beforePicture(_ before: DiscoverView.Characterisation) -> HTML {
        let rows = before.rows.prefix(DiscoverView.Result.mostLines)
        return lovePlot(
            id: "love", title: "Standardised differences before the index date",
            description: rows.map { row in
                let difference = row.shownDifference.map { NumberText.signed($0) } ?? "withheld"
                return "\(row.name): \(difference)"
            }.joined(separator: "; ") + ".",
            rows: rows.map { LoveRow(name: $0.name, difference: $0.shownDifference) })
    }

    func survivalPicture(_ survival: DiscoverView.Survival) -> HTML {
        survivalCurve(
            id: "survival", title: "Share without the outcome over time",
            description: survival.atRisk.map { mark in
                let share = survival.point(on: mark.day).map { NumberText.percent($0.estimate) }
                return "Day \(NumberText.whole(mark.day)): \(share ?? "withheld"), "
                    + "\(mark.persons.text) at risk"
            }.joined(separator: "; ") + ".",
            steps: survival.shownPoints.map {
                SurvivalStep(
                    time: Double($0.day), estimate: $0.estimate, lower: $0.lower, upper: $0.upper)
            },
            marks: survival.atRisk.map {
                SurvivalMark(time: Double($0.day), atRisk: $0.persons)
            },
            end: Double(survival.lastShownDay ?? 0), unit: "Days from the index date")
    }
}
