// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
import Records
package import SequentialBenchmark
package import SimulatedHospitals

/// What works without a site: the shipped knowledge, benchmarks on a file, simulated hospitals.
package enum Shipped {
    package static func knowledge() throws(SiteError) -> KnowledgeBase {
        try stage { try KnowledgeBase.ddxplus() }
    }

    /// Reads a case; the error names the file and exactly what was needed.
    package static func caseInput(_ json: [UInt8], file: String, knowledge: KnowledgeBase)
        throws(SiteError) -> CaseInput
    {
        do throws(CaseError) {
            return try CaseInput(json: json, knowledge: knowledge)
        } catch { throw .refused("\(file): \(error.sentence)") }
    }

    /// The id of an evidence named by id, short name or question.
    package static func evidence(named text: String, knowledge: KnowledgeBase) throws(SiteError)
        -> String
    {
        try stage {
            var workUp = WorkUp(panel: Panel(knowledge: knowledge))
            try workUp.answer(evidence: text, present: true)
            return workUp.findings[0].evidence
        }
    }

    /// - Parameter stop: nil asks on to the limit.
    package static func ddxplusBenchmark(
        file: String, method: DDXPlusMethod, stop: Double?, questions: Int?, floor: Double,
        noise: Double, seed: UInt64
    ) throws(SiteError) -> BenchmarkResult {
        try stage {
            try DDXPlusBenchmark.run(
                file: file, method: method,
                DDXPlusBenchmark.Options(
                    method: method == .reference ? .reference : .default, stop: stop,
                    questions: questions ?? 30, floor: floor, flip: noise, seed: seed))
        }
    }

    /// Settings from numbers somebody typed.
    package static func settings(floor: Double, stop: Double?, maxQuestions: Int = 30)
        throws(SiteError) -> PanelSettings
    {
        try stage {
            try PanelSettings(likelihoodFloor: floor, stop: stop, maxQuestions: maxQuestions)
        }
    }

    package static func simulate(seed: UInt64, patients: Int, directory: String)
        throws(SiteError) -> SimulationSummary
    {
        try stage { try Simulation(seed: seed, patients: patients).write(to: directory) }
    }
}
