// SPDX-License-Identifier: Apache-2.0
import Diagnosis
import Foundation
import SequentialBenchmark
import Site
import Synchronization
import Workbench

/// The panel's kept run over the own cases, for comparison with what people did.
///
/// Runs are looked for in the site's folder `runs`, each in a folder of its own as
/// `bedside benchmark run --out` makes them; the last by name that the panel made,
/// unconstrained at the play's prices over own cases, is shown.
final class KeptPanelRun: Sendable {
    private struct Read: Sendable {
        var name: String
        var changed: Date?
        var result: [PlayChoice.Result]
    }

    private let latest = Mutex<Read?>(nil)

    /// One row, or none where no run is kept.
    func result(_ desk: AgentDesk, site: String) -> [PlayChoice.Result] {
        let folder = site + "/runs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted().reversed() {
            let path = "\(folder)/\(name)"
            let changed = modified("\(path)/overrules.jsonl") ?? modified("\(path)/run.json")
            guard changed != nil else { continue }
            if let read = latest.withLock({ $0 }), read.name == name, read.changed == changed {
                return read.result
            }
            guard let run = try? desk.result(directory: path), run.settings.agent == "panel",
                run.settings.variant == .unconstrained, run.settings.prices == "us-medicare",
                run.outcomes.allSatisfy({ $0.caseID.hasPrefix("own-") })
            else { continue }
            let row = PlayChoice.Result(
                name: "The panel, run \(name)", accuracy: run.all.accuracy, cost: run.all.meanCost,
                questions: run.all.questions, tests: run.all.tests, brier: run.brier)
            latest.withLock { $0 = Read(name: name, changed: changed, result: [row]) }
            return [row]
        }
        return []
    }

    private func modified(_ path: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date
    }
}
