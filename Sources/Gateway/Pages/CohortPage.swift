// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Records
import Site
import Timelines
import Workbench

/// Counts a cohort in the timelines; each released count is an entry of the ledger.
struct CohortPage: Sendable {
    let service: Service

    /// To start from; the codes are those of type 2 diabetes and of haemoglobin A1c.
    static let example = """
        {
          "name": "Adults with type 2 diabetes and HbA1c of 7 % or more within a year",
          "index": { "anyOf": ["SNOMED/44054006"], "occurrence": "first" },
          "rules": [
            { "name": "adult at the first diagnosis", "age": { "min": 18, "max": 89 } },
            {
              "name": "HbA1c of 7 % or more within a year",
              "anyOf": ["LOINC/4548-4"],
              "withinDays": [-365, 365],
              "atLeast": 1,
              "value": { "min": 7, "unit": "%" }
            }
          ]
        }
        """

    private var smallCell: Int { service.site.configuration.smallCell }

    func start() -> CohortView {
        CohortView(definition: CohortPage.example, smallCell: smallCell)
    }

    func view(_ form: Form) async throws -> CohortView {
        // Browsers send line ends as CR LF; the digest on record is of the text as written.
        let text = (form[CohortView.definitionField] ?? "")
            .split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        var view = CohortView(definition: text, smallCell: smallCell)
        let json = Array(text.utf8)
        let definition: CohortDefinition
        do throws(CohortError) {
            definition = try CohortDefinition(json: json)
        } catch {
            view.outcome = .refused(error.sentence)
            return view
        }
        guard let store = try service.timelinesIfAny() else {
            view.outcome = .refused("This site has no timelines yet, so there is nobody to count.")
            return view
        }
        let smallCell = smallCell
        let count = try await Background.run {
            ReleasedCount(definition, in: store, smallCell: smallCell)
        }
        let index = try await service.append(
            CohortCount.entry(json, report: count.report, actor: WorkUpPage.principal))
        view.outcome = .counted(count.result(ledgerIndex: index))
        return view
    }
}

/// A count after disclosure control; nothing exact that must stay inside is in it.
private struct ReleasedCount: Sendable {
    let report: CohortReport
    private let released: CohortResult
    private let cells: [AgeSexCell]

    init(_ definition: CohortDefinition, in store: TimelineStore, smallCell: Int) {
        let engine = CohortEngine(store: store)
        let exact = engine.evaluate(definition)
        released = engine.released(exact, smallCell: smallCell)
        cells = engine.ageSexTable(exact.members, smallCell: smallCell)
        report = CohortReport(definition, released, store: store)
    }

    func result(ledgerIndex: Int) -> CohortView.Result {
        let drawn: [Sex] = [.female, .male]
        let others = cells.filter { !drawn.contains($0.sex) && $0.count != .exact(0) }
        let note = "Persons of other or unknown sex are counted and not drawn."
        return CohortView.Result(
            name: report.name, inEnglish: report.definitionInEnglish,
            persons: ShownCount(released.persons),
            steps: released.attrition.map {
                CohortView.Step(
                    rule: $0.rule, removed: ShownCount($0.removed),
                    remaining: ShownCount($0.remaining))
            },
            series: ["Women", "Men"], ages: bands(drawn),
            warnings: report.warnings + (others.isEmpty ? [] : [note]), ledgerIndex: ledgerIndex)
    }

    /// Bands with somebody in them; none where every cell is hidden.
    private func bands(_ drawn: [Sex]) -> [CohortView.AgeBand] {
        guard cells.contains(where: { $0.count.value != nil }) else { return [] }
        var bands: [CohortView.AgeBand] = []
        var names: [String] = []
        for cell in cells where !names.contains(cell.band) { names.append(cell.band) }
        for name in names {
            let counts = drawn.map { sex in
                cells.first { $0.band == name && $0.sex == sex }?.count ?? .exact(0)
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
