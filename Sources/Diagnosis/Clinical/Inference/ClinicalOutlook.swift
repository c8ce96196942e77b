// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Something the panel could find out, by position in the catalogue.
package enum Inquiry: Sendable, Hashable {
    /// A finding to ask about or examine.
    case question(Int)
    case test(Int)
}

/// What an inquiry is expected to tell, and what it takes.
package struct Worth: Sendable, Equatable {
    package var inquiry: Inquiry
    package var foresight: Foresight
    /// `bits` plus `bitsPerMiss` times the expected fall of the chance of a miss.
    package var value: Double
    /// US cents on the bill; nil: no price in the schedule.
    package var cents: Int?
    /// Bill, delay, needles and radiation together, US cents; a visit is not in it.
    package var price: Double

    package var bits: Double { foresight.bits }
}

/// The worth of everything that is still open, under one belief.
package struct ClinicalOutlook: Sendable {
    /// Askable findings, most valuable first; ties to the lower position.
    package let questions: [Worth]
    /// Tests, most valuable first; ties to the lower position.
    package let tests: [Worth]
    /// By finding: expected bits; 0 where known, settled or not linked.
    package let bits: [Double]
    /// By test: its open findings that are informative, the best first.
    let open: [[Int]]
    let foreseer: Foreseer

    init(
        _ engine: ClinicalEngine, _ circumstances: ClinicalCircumstances, _ record: ClinicalRecord,
        _ belief: ClinicalBelief
    ) {
        let foreseer = Foreseer(engine, belief)
        let settings = engine.settings
        var foresights = [Foresight](repeating: Foresight(), count: engine.tables.findingCount)
        var isOpen = [Bool](repeating: false, count: engine.tables.findingCount)
        func consider(_ finding: Int) {
            guard !isOpen[finding], !belief.isKnown(finding: finding),
                !record.settled.contains(finding),
                engine.fits(finding: finding, age: circumstances.age, sex: circumstances.sex)
            else { return }
            isOpen[finding] = true
            foresights[finding] = foreseer.foresee([finding])
        }
        var questions: [Worth] = []
        for finding in engine.questions {
            consider(finding)
            guard isOpen[finding] else { continue }
            questions.append(
                Worth(
                    inquiry: .question(finding), foresight: foresights[finding],
                    value: settings.value(foresights[finding]), cents: 0,
                    price: settings.questionCents))
        }
        var tests: [Worth] = []
        var open = [[Int]](repeating: [], count: engine.revealed.count)
        if circumstances.variant != .instant, circumstances.variant != .questions {
            for (test, revealed) in engine.revealed.enumerated()
            where !record.ordered.contains(test)
                && engine.fits(test: test, age: circumstances.age, sex: circumstances.sex)
            {
                for finding in revealed { consider(finding) }
                let core = foreseer.core(revealed.filter { isOpen[$0] }) { foresights[$0].bits }
                guard !core.isEmpty else { continue }
                open[test] = core
                let foresight = core.count == 1 ? foresights[core[0]] : foreseer.foresee(core)
                let burden =
                    circumstances.burdens[engine.knowledge.catalogue.tests[test].id]
                    ?? Burden(cents: nil)
                tests.append(
                    Worth(
                        inquiry: .test(test), foresight: foresight,
                        value: settings.value(foresight), cents: burden.cents,
                        price: settings.price(
                            burden, isEmergency: circumstances.isEmergencyDepartment)))
            }
        }
        self.questions = ClinicalOutlook.sorted(questions)
        self.tests = ClinicalOutlook.sorted(tests)
        bits = foresights.map(\.bits)
        self.open = open
        self.foreseer = foreseer
    }

    /// The open findings an inquiry is judged by.
    func findings(_ inquiry: Inquiry) -> [Int] {
        switch inquiry {
        case .question(let finding): [finding]
        case .test(let test): open[test]
        }
    }

    /// What several inquiries tell together, judged by the most informative of all their findings.
    func together(_ inquiries: [Inquiry]) -> Foresight {
        var seen: Set<Int> = []
        let all = inquiries.flatMap { findings($0) }.filter { seen.insert($0).inserted }
        return foreseer.foresee(foreseer.core(all) { bits[$0] })
    }

    /// Expected information about one hypothesis, bits.
    package func bits(about hypothesis: Int, _ inquiry: Inquiry) -> Double {
        foreseer.bits(about: hypothesis, findings(inquiry))
    }

    private static func sorted(_ worths: [Worth]) -> [Worth] {
        worths.enumerated()
            .sorted {
                $0.element.value != $1.element.value
                    ? $0.element.value > $1.element.value : $0.offset < $1.offset
            }
            .map(\.element)
    }
}

extension ClinicalSettings {
    func value(_ foresight: Foresight) -> Double {
        foresight.bits + bitsPerMiss * foresight.missReduction
    }

    /// Bill, delay, needles and radiation in US cents; a test without a price counts its burden
    /// only.
    func price(_ burden: Burden, isEmergency: Bool) -> Double {
        let delay = isEmergency ? emergencyMinuteCents : minuteCents
        let level = min(max(burden.invasiveness, 0), invasionCents.count - 1)
        return Double(burden.cents ?? 0) + Double(burden.minutes) * delay + invasionCents[level]
            + burden.radiation * millisievertCents
    }
}
