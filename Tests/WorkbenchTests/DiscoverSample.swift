// SPDX-License-Identifier: Apache-2.0
import Workbench

/// The discover page in every state, with invented numbers; no patient behind them.
struct DiscoverSample {
    /// Put behind every string field, to see what the page does with it.
    var mark = ""

    private func s(_ text: String) -> String { text + mark }

    var frame: PageFrame {
        PageFrame(site: s("Lakeside Hospital"), model: s("bedside-panel 0.1.0"), token: s("t0ken"))
    }

    var pages: [(name: String, page: DiscoverView)] {
        [
            ("empty", empty), ("building", building), ("needed", needed), ("refused", refused),
            ("no-data", noData), ("counted", counted), ("small", small), ("explained", explained),
            ("unexplained", unexplained),
        ]
    }

    static let digest = "3f9a1c0de2b47715"

    var empty: DiscoverView {
        DiscoverView(
            suggestions: suggestions,
            examples: [
                .init(
                    name: s("New users of metformin"),
                    sentence: s("First metformin after a year without any."),
                    definition: s("{\"index\": \"metformin\"}")),
                .init(
                    name: s("Heart failure, then kidney injury"),
                    sentence: s("Creatinine doubled within 30 days of the first admission."),
                    definition: s("{\"index\": \"heart failure\"}")),
            ])
    }

    private var suggestions: [DiscoverView.Suggestion] {
        [
            .init(
                code: s("SNOMED/44054006"), name: s("Type 2 diabetes mellitus"),
                persons: .exact(1_204)),
            .init(
                code: s("SNOMED/46635009"), name: s("Type 1 diabetes mellitus"),
                persons: .hidden(below: 11)),
        ]
    }

    var draft: DiscoverDraft {
        var draft = DiscoverDraft()
        draft.name = s("Adults with diabetes")
        draft.entryCodes = s("SNOMED/44054006")
        draft.priorDays = "365"
        var rule = DiscoverDraft.Rule()
        rule.name = s("HbA1c of 7 % or more")
        rule.codes = s("LOINC/4548-4")
        rule.fromDay = "-365"
        rule.toDay = "0"
        rule.relation = .atLeast
        rule.value = "7"
        rule.unit = s("%")
        draft.rules = [rule, DiscoverDraft.Rule()]
        return draft
    }

    var building: DiscoverView {
        DiscoverView(
            draft: draft, isBuilding: true, suggestions: suggestions,
            search: .init(text: s("diabetes"), found: suggestions))
    }

    var needed: DiscoverView {
        DiscoverView(
            draft: draft, isBuilding: true,
            needed: DiscoverProblem(
                field: "rule-1-codes", sentence: s("Rule 2 needs at least one code.")))
    }

    var refused: DiscoverView {
        DiscoverView(
            definition: s("{ \"PrimaryCriteria\": {} }"),
            outcome: .refused(
                .init(
                    sentence: s("Two constructs of the definition are not supported here."),
                    constructs: [
                        .init(
                            name: s("CustomEra"), place: s("EndStrategy.CustomEra"),
                            reason: s("this site has no drug exposures to join")),
                        .init(
                            name: s("LocationRegion"),
                            place: s("PrimaryCriteria.CriteriaList[1].LocationRegion"),
                            reason: s("places are not released")),
                    ])))
    }

    var noData: DiscoverView {
        DiscoverView(outcome: .noData(s("Import records and make timelines first.")))
    }

    var counted: DiscoverView {
        DiscoverView(
            definition: s("{ \"name\": \"Adults with diabetes\" }"), suggestions: suggestions,
            choice: DiscoverChoice(off: [2], outcome: s("SNOMED/22298006"), days: 730),
            outcome: .counted(result), mayExplain: true)
    }

    private var english: [DiscoverView.Sentence] {
        [
            .init(s("A person enters at their first event of type 2 diabetes mellitus.")),
            .init(
                s("Kept are those for whom all of this holds:"),
                parts: [
                    .init(s("aged 18 years or more at the index date")),
                    .init(
                        s("at least one HbA1c of 7 % or more, in one of these windows:"),
                        parts: [
                            .init(s("the 365 days before the index date")),
                            .init(s("the 30 days after it")),
                        ]),
                ]),
            .init(s("They leave at the end of observation.")),
        ]
    }

    var result: DiscoverView.Result {
        var result = DiscoverView.Result(
            name: s("Adults with diabetes and a high HbA1c"), digest: DiscoverSample.digest,
            language: s("Circe JSON"), inEnglish: english, persons: .exact(3_100),
            entries: .exact(3_312))
        result.warnings = [
            .init(s("No event of this set is on record."), place: s("ConceptSets[3]"))
        ]
        result.steps = [
            .init(
                rule: s("First type 2 diabetes mellitus"), removed: .exact(0),
                persons: .exact(12_041), entries: .exact(12_906)),
            .init(
                rule: s("18 years or more"), removed: .exact(614), persons: .exact(11_427),
                entries: .exact(12_201), alone: .exact(11_428)),
            .init(
                rule: s(
                    "HbA1c of 7 % or more within a year before the index date or a month after"),
                removed: .exact(8_300), persons: .exact(3_127), entries: .exact(3_340),
                alone: .exact(3_519)),
            .init(
                rule: s("no insulin before"), isOn: false, removed: .exact(0),
                persons: .exact(3_127), entries: .exact(3_340), alone: .exact(2_877)),
            .init(
                rule: s("no pregnancy"), removed: .exact(27), persons: .exact(3_100),
                entries: .exact(3_312), alone: .hidden(below: 11)),
        ]
        result.series = [s("Women"), s("Men")]
        result.ages = [
            .init(name: s("18–29"), counts: [.hidden(below: 11), .exact(0)]),
            .init(name: s("30–44"), counts: [.exact(141), .exact(172)]),
            .init(name: s("45–59"), counts: [.exact(423), .exact(471)]),
            .init(name: s("60–74"), counts: [.exact(667), .exact(811)]),
            .init(name: s("75–89"), counts: [.exact(218), .exact(205)]),
        ]
        let counts = [nil, 37, 61, 98, 144, 216, 301, 388, 452, 433, 407, 312, 198, 70]
        result.ageHistogram = .init(
            bins: counts.enumerated().map { position, count in
                .init(lower: 20 + position * 5, upper: 25 + position * 5, count: ShownCount(count))
            }, median: 61.4, lowerQuartile: 52.2, upperQuartile: 70.9)
        result.codes = [
            .init(
                code: s("LOINC 4548-4"), name: s("Hemoglobin A1c in blood"),
                persons: .exact(3_119), events: .exact(41_207), share: 0.9974),
            .init(
                code: s("RxNorm 860975"), name: s("Metformin 500 mg extended-release tablet"),
                persons: .exact(2_405), events: .exact(18_112), share: 0.7691),
            .init(
                code: s("SNOMED 37796009"), name: s("Migraine"), persons: .hidden(below: 11),
                events: .hidden(below: 11), share: 0.00287),
        ]
        result.before = before
        result.followUp = .followed(survival, incidence)
        result.seconds = 0.0123
        result.ledgerIndex = 2_117
        return result
    }

    private var before: DiscoverView.Characterisation {
        let rows: [(String, String, Int?, Int?, Double, Double, Double)] = [
            ("SNOMED 59621000", "Essential hypertension", 1_981, 20_112, 0.6335, 0.2314, 0.886),
            ("SNOMED 55822004", "Hyperlipidemia", 1_402, 14_004, 0.4484, 0.1611, 0.657),
            ("SNOMED 414916001", "Obesity", 903, 11_551, 0.2888, 0.1329, 0.389),
            ("SNOMED 444814009", "Viral sinusitis", 301, 13_905, 0.0963, 0.16, -0.191),
            ("SNOMED 40055000", "Chronic sinusitis", 88, 3_011, 0.0281, 0.0346, -0.037),
            ("SNOMED 38341003", "Malignant hypertension", nil, 207, 0.00287, 0.0024, 0.0093),
        ]
        return .init(
            window: s("The 365 days before the index date"),
            comparison: s("everybody else observed for a year"),
            rows: rows.map { code, name, cohort, others, share, other, difference in
                .init(
                    code: s(code), name: s(name), cohort: ShownCount(cohort),
                    others: ShownCount(others), cohortShare: share, othersShare: other,
                    difference: difference)
            })
    }

    private var survival: DiscoverView.Survival {
        let points = (0...120).map { step -> DiscoverView.Survival.Point in
            let estimate = 1 - 0.19 * Double(step) / 120
            let half = 0.0007 * Double(step).squareRoot() * 2.4
            return .init(
                day: step * 6, estimate: estimate, lower: max(0, estimate - half),
                upper: min(1, estimate + half))
        }
        let atRisk: [(Int, Int?)] = [
            (0, 2_987), (180, 2_340), (365, 1_602), (545, 411), (730, nil),
        ]
        return .init(
            outcome: s("Myocardial infarction, SNOMED 22298006"), persons: .exact(2_987),
            events: .exact(311), censored: .exact(2_676), excluded: .exact(140), points: points,
            atRisk: atRisk.map { .init(day: $0, persons: ShownCount($1)) })
    }

    private var incidence: DiscoverView.Incidence {
        .init(
            events: .exact(311), personYears: 4_871.6, rate: 63.84, lower: 56.94, upper: 71.35)
    }

    /// Hidden counts everywhere, with the numbers behind them given by mistake.
    var small: DiscoverView {
        var view = counted
        var result = result
        result.persons = .hidden(below: 11)
        result.entries = .hidden(below: 11)
        var survival = survival
        survival.events = .hidden(below: 11)
        var incidence = incidence
        incidence.events = .hidden(below: 11)
        result.followUp = .followed(survival, incidence)
        view.outcome = .counted(result)
        view.mayExplain = false
        return view
    }

    var explained: DiscoverView {
        var view = counted
        view.explanation = .init(
            subject: s("10482"),
            finding: .rules(
                isMember: false,
                summary: s("Entry at the first type 2 diabetes mellitus; one rule does not hold."),
                [
                    .init(
                        name: s("First type 2 diabetes mellitus"), isMet: true,
                        reason: s("One event of the set is on record."),
                        fired: [
                            .init(
                                code: s("SNOMED/44054006"), name: s("Type 2 diabetes mellitus"),
                                day: 0)
                        ]),
                    .init(
                        name: s("HbA1c of 7 % or more"), isMet: false,
                        reason: s("None of the two values on record counts."),
                        nearMisses: [
                            .init(
                                code: s("LOINC/4548-4"), name: s("Hemoglobin A1c in blood"),
                                day: -371, value: s("7.4 %"), note: s("6 days too early")),
                            .init(
                                code: s("LOINC/4548-4"), name: s("Hemoglobin A1c in blood"),
                                day: 12, value: s("6.9 %"), note: s("0.1 too low")),
                        ]),
                    .init(
                        name: s("no insulin before"), isMet: true, isOn: false,
                        reason: s("No event of the set is on record.")),
                ]))
        return view
    }

    var unexplained: DiscoverView {
        var view = counted
        var result = result
        result.followUp = .refused(s("No event of SNOMED/1 is on record here."))
        result.steps = []
        view.outcome = .counted(result)
        view.explanation = .init(
            subject: s("99"), finding: .nothing(s("There is no patient of this number.")))
        return view
    }
}
