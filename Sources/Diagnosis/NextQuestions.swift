// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Puts a question's worth into words that its numbers back.
extension PanelState {
    /// The question with its reason.
    ///
    /// A yes raises the hypothesis whose share grows most and lowers the one whose share falls
    /// most; those two it separates most.
    func nextQuestion(_ evidence: Int) -> Assessment.NextQuestion {
        let yes = outlook.yes[evidence]
        let ifYes = belief(after: evidence, isPresent: true).probabilities
        let ifNo = belief(after: evidence, isPresent: false).probabilities
        var raised = 0
        var lowered = 0
        var most = -Double.infinity
        var least = Double.infinity
        for condition in ifYes.indices {
            // Weighted by P(yes), as the answer may come rarely: p(c)(P(yes|c) - P(yes)).
            let shift = yes * (ifYes[condition] - belief.probabilities[condition])
            if shift > most {
                most = shift
                raised = condition
            }
            if shift < least {
                least = shift
                lowered = condition
            }
        }
        let now = belief.probabilities[raised]
        let entry = engine.knowledge.evidences[evidence]
        return Assessment.NextQuestion(
            evidence: entry.id, question: entry.question, shortName: entry.shortName,
            expectedInformationBits: outlook.bits[evidence], probabilityOfYes: yes,
            raises: name(raised), probabilityNow: now, probabilityIfYes: ifYes[raised],
            probabilityIfNo: ifNo[raised],
            reason: "A yes would raise \(name(raised)) from \(Wording.percent(now)) to "
                + "\(Wording.percent(ifYes[raised])); a no would drop it to "
                + "\(Wording.percent(ifNo[raised])).",
            separates: [name(raised), name(lowered)])
    }

    /// The decision's question first, then the most informative ones worth asking; three at most.
    func nextQuestions(_ decision: Decision) -> [Assessment.NextQuestion] {
        let settings = engine.settings
        var chosen: [Int] = []
        if case .ask(let evidence) = decision { chosen.append(evidence) }
        for evidence in outlook.best(settings.proposals, belief)
        where outlook.bits[evidence] >= settings.minimumInformation && !chosen.contains(evidence) {
            chosen.append(evidence)
        }
        return chosen.prefix(settings.proposals).map(nextQuestion)
    }
}
