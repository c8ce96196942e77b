// SPDX-License-Identifier: Apache-2.0
import Knowledge
import Records

extension KnowledgeBase {
    /// The evidence whose id, short name or question is nearest, as `E_53 (pain related to visit)`.
    func nearestEvidence(to typed: String) -> String {
        let names = evidences.map(\.id) + evidences.map(\.shortName) + evidences.map(\.question)
        guard let index = NearestWord.index(of: typed, among: names) else { return "" }
        let evidence = evidences[index % evidences.count]
        return "\(evidence.id) (\(evidence.shortName))"
    }
}
