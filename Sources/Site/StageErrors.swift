// SPDX-License-Identifier: Apache-2.0
import Cohorts
import Deidentification
import Diagnosis
import Governance
import Intake
import Knowledge
import Ledger
import Metering
import Projections
import SequentialBenchmark
import SimulatedHospitals
import Timelines
import Vault

/// What every stage's error can do: say in one sentence what went wrong and what was expected.
protocol StageError: Error {
    var sentence: String { get }
}

extension BenchmarkError: StageError {}
extension CaseError: StageError {}
extension CirceError: StageError {}
extension CohortError: StageError {}
extension CohortQuestionError: StageError {}
extension ConceptError: StageError {}
extension DeidentificationError: StageError {}
extension GovernanceError: StageError {}
extension IntakeError: StageError {}
extension KnowledgeError: StageError {}
extension LedgerError: StageError {}
extension MeteringError: StageError {}
extension OMOPError: StageError {}
extension OutputsError: StageError {}
extension ProjectionError: StageError {}
extension SimulationError: StageError {}
extension TimelineError: StageError {}
extension VaultError: StageError {}

/// Runs a stage and turns its refusal into the site's, keeping the stage's own sentence.
func stage<Result>(_ work: () throws -> Result) throws(SiteError) -> Result {
    do {
        return try work()
    } catch let error as SiteError {
        throw error
    } catch let error as any StageError {
        throw .refused(error.sentence)
    } catch {
        throw .refused("an unexpected error of type \(type(of: error)) stopped the work")
    }
}
