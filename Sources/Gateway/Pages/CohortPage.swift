// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Site
import Workbench

/// Counts a cohort in the timelines; each released count is an entry of the ledger.
struct CohortPage: Sendable {
    let service: Service

    private var smallCell: Int { service.site.configuration.smallCell }

    func start() -> CohortView {
        CohortView(definition: ExampleCohort.json, smallCell: smallCell)
    }

    func view(_ form: Form) async throws -> CohortView {
        // Browsers send line ends as CR LF; the digest on record is of the text as written.
        let text = (form[CohortView.definitionField] ?? "")
            .split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        var view = CohortView(definition: text, smallCell: smallCell)
        let json = Array(text.utf8)
        do throws(CohortError) {
            _ = try CohortDefinition(json: json)
        } catch {
            view.outcome = .refused(error.sentence)
            return view
        }
        guard let store = try service.timelinesIfAny() else {
            view.outcome = .refused("This site has no timelines yet, so there is nobody to count.")
            return view
        }
        let smallCell = smallCell
        let release = try await Background.run {
            try CohortCount.release(
                json, named: "definition", store: store, smallCell: smallCell)
        }
        let index = try await service.append(
            CohortCount.entry(json, report: release.report, actor: WorkUpPage.principal))
        view.outcome = .counted(release.result(smallCell: smallCell, ledgerIndex: index))
        return view
    }
}

extension CohortRelease {
    /// What the page shows of it.
    fileprivate func result(smallCell: Int, ledgerIndex: Int) -> CohortView.Result {
        func shown(_ value: Int?, _ text: String) -> ShownCount {
            SmallCount(value: value, text: text).map { ShownCount($0) }
                ?? .hidden(below: smallCell)
        }
        let drawn: [Sex] = [.female, .male]
        let others = ageSex.filter { !drawn.contains($0.sex) && $0.count != .exact(0) }
        let note = "Persons of other or unknown sex are counted and not drawn."
        return CohortView.Result(
            name: report.name, inEnglish: report.definitionInEnglish,
            persons: shown(report.persons, report.personsText),
            steps: report.attrition.map {
                CohortView.Step(
                    rule: $0.rule, removed: shown($0.removed, $0.removedText),
                    remaining: shown($0.remaining, $0.remainingText))
            },
            series: ["Women", "Men"], ages: bands(drawn),
            warnings: report.warnings + (others.isEmpty ? [] : [note]), ledgerIndex: ledgerIndex)
    }

    /// Bands with somebody in them; none where every cell is hidden.
    private func bands(_ drawn: [Sex]) -> [CohortView.AgeBand] {
        guard ageSex.contains(where: { $0.count.value != nil }) else { return [] }
        var bands: [CohortView.AgeBand] = []
        var names: [String] = []
        for cell in ageSex where !names.contains(cell.band) { names.append(cell.band) }
        for name in names {
            let counts = drawn.map { sex in
                ageSex.first { $0.band == name && $0.sex == sex }?.count ?? .exact(0)
            }
            guard counts.contains(where: { $0 != .exact(0) }) else { continue }
            bands.append(CohortView.AgeBand(name: name, counts: counts.map { ShownCount($0) }))
        }
        return bands
    }
}

extension ShownCount {
    init(_ count: SmallCount) {
        switch count {
        case .exact(let number): self = .exact(number)
        case .hidden(let bound): self = .hidden(below: bound)
        }
    }
}
