// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Site
import Workbench

extension ShownCount {
    /// A count as disclosure control let it out; it says no more here.
    init(_ count: ReleasedCount) {
        let range = count.range
        if let value = count.value {
            self = count.isExact ? .exact(value) : .about(value)
        } else if range.lowerBound <= 1 {
            self = .hidden(below: range.upperBound + 1)
        } else {
            self = .between(range.lowerBound, range.upperBound)
        }
    }
}

extension DiscoverView.Result {
    /// Most codes that are listed before the index date.
    private static let linesBefore = 100

    /// What a page shows of an answer.
    init(_ release: DiscoveryRelease, ledgerIndex: Int) {
        let outputs = release.outputs
        self.init(
            name: release.name, digest: release.request.digest, language: release.language,
            inEnglish: DiscoverView.Sentence.tree(release.english),
            persons: ShownCount(outputs.persons),
            entries: outputs.rows.map { ShownCount.exact($0) } ?? .withheld,
            warnings: release.warnings.map { DiscoverView.Warning($0) }, seconds: release.seconds,
            ledgerIndex: ledgerIndex)
        if !release.canToggle {
            warnings.append(
                DiscoverView.Warning(
                    "Nearly everybody here has the entry event, so what each rule left would tell "
                        + "hidden counts: only the number who satisfy all rules is shown."))
        } else if let attrition = outputs.attrition {
            steps = DiscoverView.Result.steps(attrition)
        }
        let cells = AgeSexCells(release)
        ages = cells.bands
        series = cells.bands.isEmpty ? [] : ["Women", "Men"]
        if cells.hasOthers {
            warnings.append(
                DiscoverView.Warning("Persons of other or unknown sex are counted and not drawn."))
        }
        ageHistogram = outputs.histograms.first { $0.name == "age at start" }
            .flatMap { DiscoverView.Histogram($0) }
        codes = outputs.codes.filter { !$0.isBookkeeping }.map { DiscoverView.CodeCount($0) }
        before = outputs.characterisation.map {
            DiscoverView.Characterisation($0, limit: DiscoverView.Result.linesBefore)
        }
        if let event = outputs.timeToEvent.first, let all = event.strata.first {
            followUp = .followed(
                DiscoverView.Survival(event, all), DiscoverView.Incidence(all))
        } else if release.request.outcome != nil {
            followUp = .refused("Too few are in the cohort to be followed.")
        }
    }

    /// Entries of steps are not told: one person may have many.
    private static func steps(_ attrition: AttritionTable) -> [DiscoverView.Step] {
        [
            DiscoverView.Step(
                rule: "Entry event", removed: .withheld, persons: ShownCount(attrition.entered),
                entries: .withheld)
        ]
            + attrition.steps.map {
                DiscoverView.Step(
                    rule: $0.rule, isOn: $0.isEnabled, removed: ShownCount($0.lost),
                    persons: ShownCount($0.remaining), entries: .withheld,
                    alone: ShownCount($0.alone))
            }
    }
}

/// Persons by age band and sex, told by block: cells exact under one choice of rules and
/// another would give away, by their difference, the few who lie between.
private struct AgeSexCells {
    let bands: [CohortView.AgeBand]
    let hasOthers: Bool

    init(_ release: DiscoveryRelease) {
        let policy = ReleasePolicy(smallCell: release.outputs.smallCell)
        let cells = release.ageSex
        let drawn: [Sex] = [.female, .male]
        guard cells.contains(where: { $0.count.value != nil }) else {
            (bands, hasOthers) = ([], false)
            return
        }
        hasOthers = cells.contains { !drawn.contains($0.sex) && $0.count != .exact(0) }
        var names: [String] = []
        for cell in cells where !names.contains(cell.band) { names.append(cell.band) }
        bands = names.compactMap { name -> CohortView.AgeBand? in
            let counts = drawn.map { sex in
                cells.first { $0.band == name && $0.sex == sex }?.count ?? .exact(0)
            }
            guard counts.contains(where: { $0 != .exact(0) }) else { return nil }
            return CohortView.AgeBand(
                name: name, counts: counts.map { AgeSexCells.told($0, policy) })
        }
    }

    private static func told(_ count: SmallCount, _ policy: ReleasePolicy) -> ShownCount {
        guard policy.isControlled, let value = count.value, value > 0 else {
            return ShownCount(count)
        }
        // Cells that are not hidden hold k or more; blocks begin at k as `ReleasePolicy` has them.
        let place = max(0, value - policy.smallCell) / policy.block
        return .about(policy.smallCell + place * policy.block + (policy.block - 1) / 2)
    }
}

extension DiscoverView.Histogram {
    /// Nobody is older than this; where bins were opened upwards, the last one ends here.
    private static let oldest = 120

    /// Nil where no bin is told.
    init?(_ ages: ValueHistogram) {
        guard !ages.bins.isEmpty else { return nil }
        func quantile(_ share: Double) -> Double? {
            ages.quantiles.first { $0.share == share }?.value
        }
        self.init(
            bins: ages.bins.map { bin in
                Bin(
                    lower: bin.lower.map { Int($0) } ?? 0,
                    upper: bin.upper.map { Int($0) } ?? DiscoverView.Histogram.oldest,
                    count: ShownCount(bin.count))
            },
            median: quantile(0.5), lowerQuartile: quantile(0.25), upperQuartile: quantile(0.75))
    }
}

extension CodeFrequency {
    /// Repeats other rows or says nothing clinical: eras, periods, the arrival.
    fileprivate var isBookkeeping: Bool { code.isBookkeeping }
}

extension Code {
    /// Says nothing clinical of its own: eras repeat other rows, periods and arrivals are ours.
    var isBookkeeping: Bool {
        system == .bedside && self != .death
            || ClinicalTable.allCases.contains { $0.isDerived && $0.name == system.rawValue }
    }
}

extension DiscoverView.CodeCount {
    fileprivate init(_ frequency: CodeFrequency) {
        let code = frequency.code.description
        self.init(
            code: code, name: frequency.display.isEmpty ? code : frequency.display,
            persons: ShownCount(frequency.persons.count),
            events: frequency.events.map { ShownCount($0) } ?? ShownCount.withheld,
            share: frequency.persons.share)
    }
}

extension DiscoverView.Characterisation {
    fileprivate init(_ comparison: Cohorts.Characterisation, limit: Int) {
        self.init(
            window: "365 days before the index date",
            comparison: "those with the entry event who fail the rules",
            rows: comparison.codes.prefix(limit).compactMap { row -> Row? in
                guard let code = row.code else { return nil }
                return Row(
                    code: code.description, name: row.name, cohort: ShownCount(row.cohort.count),
                    others: ShownCount(row.comparator.count), cohortShare: row.cohort.share,
                    othersShare: row.comparator.share, difference: row.difference)
            })
    }
}

extension DiscoverView.Survival {
    fileprivate init(_ event: TimeToEvent, _ all: TimeToEvent.Stratum) {
        self.init(
            outcome: event.outcome, persons: ShownCount(all.persons),
            events: ShownCount(all.outcomes),
            censored: DiscoverView.Survival.censored(all), excluded: ShownCount(event.leftOutPrior),
            points: all.curve.map { point in
                Point(
                    day: Int(point.day), estimate: point.survival,
                    lower: point.lower ?? point.survival, upper: point.upper ?? point.survival)
            },
            atRisk: all.atRisk.map { AtRisk(day: $0.day, persons: ShownCount($0.persons)) },
            median: all.median.map { Int($0.rounded()) })
    }

    /// The rest of those followed, of the counts as told.
    private static func censored(_ all: TimeToEvent.Stratum) -> ShownCount {
        guard let persons = all.persons.value, let outcomes = all.outcomes.value else {
            return .withheld
        }
        let rest = max(0, persons - outcomes)
        return all.persons.isExact && all.outcomes.isExact ? .exact(rest) : .about(rest)
    }
}

extension DiscoverView.Incidence {
    /// Rates per 1,000 years from those per 100.
    fileprivate init(_ all: TimeToEvent.Stratum) {
        let rate = all.rates.first { $0.year == nil }
        self.init(
            events: ShownCount(rate?.events ?? all.outcomes), personYears: rate?.personYears,
            rate: rate?.per100Years.map { $0 * 10 }, lower: rate?.lower.map { $0 * 10 },
            upper: rate?.upper.map { $0 * 10 })
    }
}
