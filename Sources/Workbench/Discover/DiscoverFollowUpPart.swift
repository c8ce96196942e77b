// SPDX-License-Identifier: Apache-2.0

/// What happened after the index date: an outcome to choose, its curve and its rate.
struct DiscoverFollowUpPart {
    let view: DiscoverView
    let result: DiscoverView.Result

    var html: HTML {
        section("After the index date", id: "after") {
            choice
            switch result.followUp {
            case .notAsked:
                tag("p", ["class": "aside"]) {
                    "Choose an outcome to see how many stay without it, and its rate."
                }
            case .refused(let sentence):
                Notice.note("Not followed.") { sentence }
            case .followed(let survival, let incidence):
                followed(survival, incidence)
            }
        }
    }

    /// The fields belong to the form of the ticks where there is one, so that one address says all.
    private var choice: HTML {
        HTML {
            if result.steps.count > 1 {
                fields(form: DiscoverResultPart.formID)
            } else {
                tag(
                    "form",
                    [
                        "method": "get", "action": DiscoverAddress.page(result.digest),
                        "aria-label": "Outcome", "autocomplete": "off",
                    ]
                ) { fields(form: nil) }
            }
        }
    }

    private func fields(form: String?) -> HTML {
        HTML {
            DiscoverInput(
                label: "Outcome", name: DiscoverChoice.Field.outcome, value: view.choice.outcome,
                hint: "Codes or concept ids; the first event after the index date counts.",
                placeholder: "SNOMED/22298006", list: "code-list", form: form
            ).html
            tag("div", ["class": "pair"]) {
                DiscoverInput(
                    label: "Days to follow", name: DiscoverChoice.Field.days,
                    value: view.choice.days.map(String.init) ?? "",
                    kind: .whole(from: 1, to: 36_525), placeholder: "all", form: form
                ).html
            }
            tag("p") {
                tag("button", ["type": "submit", "form": form]) { "Follow" }
            }
        }
    }

    private func followed(
        _ survival: DiscoverView.Survival, _ incidence: DiscoverView.Incidence
    ) -> HTML {
        HTML {
            tag("h3") { survival.outcome }
            figures(
                [
                    ("Followed", survival.persons.text, "persons"),
                    ("Had it", survival.events.text, "persons"),
                    ("Left before", survival.shownCensored?.text ?? "–", "persons"),
                    ("Had it earlier", survival.excluded.text, "left out"),
                ])
            curve(survival)
            tag("h3") { "Incidence rate" }
            rate(incidence)
            dataTable(result.incidenceTable(incidence))
        }
    }

    private func curve(_ survival: DiscoverView.Survival) -> HTML {
        HTML {
            tag("h3") { "Share without the outcome" }
            if let last = survival.lastShownDay {
                tag("p") { lead(survival, until: last) }
                result.survivalPicture(survival)
                tag("p", ["class": "aside"]) {
                    "Kaplan–Meier estimate; the grey band is its 95 % interval. "
                    if last < survival.atRisk.last?.day ?? last {
                        "The curve ends at day \(NumberText.whole(last)): later, fewer than "
                        "\(view.smallCell) are followed."
                    }
                }
                dataTable(result.survivalTable(survival))
            } else {
                tag("p") { "Too few had the outcome, or are followed, for a curve to be shown." }
            }
        }
    }

    private func lead(_ survival: DiscoverView.Survival, until last: Int) -> String {
        guard let point = survival.point(on: last) else { return "" }
        let share = NumberText.percent(point.estimate)
        let range = "\(NumberText.percent(point.lower)) to \(NumberText.percent(point.upper))"
        let sentence =
            "At day \(NumberText.whole(last)), \(share) are without the outcome (95 % interval "
            + "\(range))."
        guard let median = survival.median, median <= last else { return sentence }
        return sentence + " Half had it by day \(NumberText.whole(median))."
    }

    private func rate(_ incidence: DiscoverView.Incidence) -> HTML {
        tag("p") {
            if let shown = incidence.shownRate {
                tag("strong") { NumberText.fixed(shown.rate, decimals: 2) }
                " per 1,000 person-years (95 % interval "
                "\(NumberText.fixed(shown.lower, decimals: 2)) to "
                "\(NumberText.fixed(shown.upper, decimals: 2))): \(incidence.events.text) events"
                if let years = incidence.personYears {
                    " in \(NumberText.fixed(years, decimals: 1)) years"
                }
                "."
            } else {
                "Withheld: \(incidence.events.text) events are too few for a rate."
            }
        }
    }
}
