// SPDX-License-Identifier: Apache-2.0
package import Diagnosis
package import Knowledge
package import Statistics

/// Runs the panel's decisions over DDXPlus patients: the complaint is volunteered, every question is
/// answered from the patient's list, and what is not listed is a no.
package enum DDXPlusBenchmark {
    /// What to run.
    ///
    /// `stop` and `questions` may both be given: whichever comes first ends a case.
    package struct Options: Sendable, Equatable {
        package var method: DiagnosticMethod
        /// Probability of the leader at which to stop; nil asks on to the limit.
        package var stop: Double?
        /// The most questions beyond the complaint.
        ///
        /// The default method may stop before, when nothing worth asking is left.
        package var questions: Int
        package var floor: Double
        /// Share of answers turned round, drawn from `seed`; 0 for answers as recorded.
        package var flip: Double
        package var seed: UInt64

        package init(
            method: DiagnosticMethod = .default, stop: Double? = 0.95, questions: Int = 30,
            floor: Double = 0.02, flip: Double = 0, seed: UInt64 = 1
        ) {
            self.method = method
            self.stop = stop
            self.questions = questions
            self.floor = floor
            self.flip = flip
            self.seed = seed
        }
    }

    /// - Parameter file: patients of the DDXPlus test split as comma-separated text.
    /// - Throws: `BenchmarkError` with file and line, or for options outside their limits.
    package static func run(
        file: String, method: DDXPlusMethod, _ options: Options
    ) throws(BenchmarkError) -> BenchmarkResult {
        let knowledge: KnowledgeBase
        let values: ValuedKnowledge
        do {
            knowledge = try KnowledgeBase.ddxplus()
            values = try ValuedKnowledge.ddxplus(knowledge)
        } catch {
            throw .knowledge(sentence: error.sentence)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let patients = try DDXPlusFile.read(file, knowledge, values)
        var result =
            method == .best
            ? try QuestioningBenchmark.run(
                patients, knowledge: knowledge, values: values, options)
            : try run(patients, knowledge: knowledge, options)
        result.seconds = Double((clock.now - start) / .nanoseconds(1)) / 1e9
        return result
    }

    /// - Throws: `BenchmarkError.badOption` for an option outside its limits, `.empty` without
    ///   patients.
    package static func run(
        _ patients: [DDXPlusPatient], knowledge: KnowledgeBase, _ options: Options
    ) throws(BenchmarkError) -> BenchmarkResult {
        let settings: PanelSettings
        do {
            settings = try PanelSettings(
                method: options.method, likelihoodFloor: options.floor, stop: options.stop,
                maxQuestions: options.questions)
        } catch {
            throw .badOption(name: "benchmark", expected: error.sentence)
        }
        guard (0...0.5).contains(options.flip) else {
            throw .badOption(name: "flip", expected: "a share from 0 to 0.5")
        }
        guard !patients.isEmpty else { throw .empty(file: "patients") }
        let engine = PanelEngine(knowledge: knowledge, settings: settings)
        let clock = ContinuousClock()
        let start = clock.now
        let outcomes = outcomes(patients, engine, options)
        var result = BenchmarkResult(outcomes, options, digest: knowledge.digest)
        result.seconds = Double((clock.now - start) / .nanoseconds(1)) / 1e9
        return result
    }

    /// One outcome for each patient, in their order.
    private static func outcomes(
        _ patients: [DDXPlusPatient], _ engine: PanelEngine, _ options: Options
    ) -> [Outcome] {
        inParallel(patients.count) { index in
            var random = SeededRandom(seed: options.seed).split(UInt64(index))
            return workUp(patients[index], engine, flip: options.flip, &random)
        }
    }

    /// Works one patient up to the panel's diagnosis.
    package static func workUp(
        _ patient: DDXPlusPatient, _ engine: PanelEngine, flip: Double = 0,
        _ random: inout SeededRandom
    ) -> Outcome {
        var state = PanelState(engine)
        state.take(Answer(evidence: patient.initial, isPresent: true), asked: false)
        while case .ask(let evidence) = Deliberation.decide(state) {
            var isPresent = patient.answers[evidence]
            if flip > 0, random.chance(flip) { isPresent.toggle() }
            state.take(Answer(evidence: evidence, isPresent: isPresent), asked: true)
        }
        let ranking = state.belief.ranking()
        return Outcome(
            questions: state.asked,
            rank: (ranking.firstIndex(of: patient.condition) ?? ranking.count) + 1,
            statedProbability: state.belief.probabilities[ranking[0]],
            severity: engine.knowledge.conditions[patient.condition].severity)
    }
}

/// How one patient's work-up ended.
package struct Outcome: Sendable, Equatable {
    package var questions: Int
    /// Place of the true condition in the differential, from 1.
    package var rank: Int
    /// Probability the panel stated for its diagnosis.
    package var statedProbability: Double
    /// Severity of the true condition, 1 worst.
    package var severity: Int
}
