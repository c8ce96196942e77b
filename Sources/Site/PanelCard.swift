// SPDX-License-Identifier: Apache-2.0
import Governance
import Knowledge
import Ledger

/// What the built-in panel is for, and its card.
enum PanelCard {
    /// The intended use: the site's own `intended-use.yaml` where it has one.
    ///
    /// - Throws: `SiteError.badConfiguration` or `.refused` where that file is not one.
    static func intendedUse(_ site: SiteDirectory) throws(SiteError) -> IntendedUse {
        let file = site.path + "/intended-use.yaml"
        guard Files.exists(file) else { return standard }
        let value = try YAMLFile(file: file)
        do throws(GovernanceError) {
            return try IntendedUse(json: value.json)
        } catch { throw .refused("\(file): \(error.sentence)") }
    }

    /// What holds until the site says otherwise: research and support of a clinician who decides.
    ///
    /// Who tells nothing of setting, role or use is answered, and the entry says what was not told.
    static let standard = IntendedUse(
        id: "bedside-panel", version: "1",
        uses: ["diagnosis-support", "education", "research"],
        horizon: "none: a differential of what is present now",
        caution: "Not a medical device and not reviewed by clinicians: not for acting on in the "
            + "care of a patient without independent review of the basis.",
        notTold: [
            .age: .ignore, .sex: .ignore, .pregnancy: .ignore, .setting: .ignore, .role: .ignore,
            .use: .report,
        ])

    /// The panel's card; its figures are those of the README, measured by the command named.
    static func card(
        of model: ServedModel, knowledge: KnowledgeBase, intendedUse: IntendedUse,
        developer: String
    ) -> ModelCard {
        var card = ModelCard(
            name: model.id, developer: "Bedside", owner: developer, version: model.version,
            digest: model.digest, summary: model.summary)
        card.intendedUse = intendedUse
        card.inputs = [
            CardItem(
                name: "findings",
                text: "answers to any of \(knowledge.evidences.count) yes/no questions"),
            CardItem(name: "age, sex", text: "for the intended use only; they change no score"),
        ]
        card.outputs = [
            CardItem(
                name: "differential",
                text: "a probability for each of \(knowledge.conditions.count) conditions, with "
                    + "the weight of every finding"),
            CardItem(name: "next questions", text: "up to three, by expected information"),
        ]
        card.evidence = [
            CardEvidence(
                measure: "right condition first", value: "1,351 of 1,360",
                data: "DDXPlus, synthetic patients made by the rules the likelihoods come from",
                source: "bedside benchmark ddxplus FILE --method panel")
        ]
        card.limitations = [
            "Knows \(knowledge.conditions.count) conditions from one synthetic source; an upper "
                + "bound of ease, not clinical skill.",
            "Not validated on patients of any hospital.",
        ]
        card.meters = ["prediction"]
        card.attributes = ["1.4": "probabilities of conditions"]
        return card
    }
}
