// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Which findings look at the same thing and so must not be counted as independent.
///
/// Results of one test form a group; symptoms and signs form the families below, made by hand from
/// what the findings have in common (an organ, a place, one process told and examined). Whatever is
/// in no family stands alone.
struct FindingGroups: Sendable {
    /// Group by finding.
    let group: [Int]
    let count: Int

    init(_ catalogue: Catalogue) {
        var names: [String: Int] = [:]
        var group: [Int] = []
        for finding in catalogue.findings {
            let name: String
            if let test = finding.tests.first {
                name = "test \(catalogue.tests[test].id)"
            } else if let family = FindingGroups.familyOf[finding.id] {
                name = "family \(family)"
            } else {
                name = "finding \(finding.id)"
            }
            let next = names.count
            group.append(names[name, default: next])
            if names[name] == nil { names[name] = next }
        }
        self.group = group
        count = names.count
    }

    private static let familyOf: [String: Int] = {
        var result: [String: Int] = [:]
        for (index, family) in families.enumerated() {
            for id in family.split(separator: " ") { result[String(id)] = index }
        }
        return result
    }()

    /// One family a line; an id stands in one family only.
    private static let families = [
        "fever chills night-sweats temperature ill-appearing malaise",
        "fatigue muscle-pain shoulder-hip-ache muscle-tender-girdle morning-stiffness-long",
        "weight-loss appetite-loss",
        "chest-pain chest-pain-exertion chest-pain-radiating fear-of-dying sweating",
        "tearing-pain pulse-deficit murmur-aortic-regurgitation connective-tissue-known",
        "pleuritic-pain pain-worse-movement chest-wall-tender",
        "pain-relieved-forward pericardial-rub",
        "heartburn worse-after-meals reflux-known",
        "palpitations irregular-heartbeat pulse-irregular heart-rate atrial-fibrillation-known",
        "dyspnea dyspnea-exertion respiratory-rate oxygen-saturation cyanosis accessory-muscles",
        "worse-lying dyspnea-night jvp-raised s3 edema-bilateral leg-swelling-bilateral "
            + "heart-failure-known",
        "wheeze wheeze-auscultation asthma-known peak-flow",
        "stridor stridor-exam drooling hoarseness dysphagia",
        "cough productive-cough crackles percussion-dull",
        "breath-sounds-reduced-unilateral percussion-hyperresonant",
        "smoker former-smoker copd-known",
        "sore-throat pharyngeal-erythema tonsillar-exudate palatal-petechiae",
        "swollen-glands lymphadenopathy-cervical",
        "nasal-congestion sneezing-itch anosmia recent-cold sick-contact",
        "colored-nasal-discharge facial-pain sinus-tenderness",
        "ear-pain eardrum-bulging eardrum-red",
        "headache headache-unilateral headache-pulsating headache-band",
        "photophobia phonophobia aura migraine-history",
        "neck-stiffness neck-rigidity kernig-brudzinski",
        "scalp-tenderness jaw-claudication temporal-artery-tender",
        "double-vision ptosis-reported fatigable-ptosis weakness-fatigable",
        "vertigo vertigo-positional dix-hallpike",
        "dizziness presyncope syncope dizzy-standing orthostatic-drop systolic-bp diastolic-bp",
        "confusion altered-mental-status seizure",
        "weakness-sudden-unilateral focal-weakness facial-weakness facial-palsy "
            + "speech-difficulty aphasia",
        "weakness-ascending reflexes-absent",
        "saddle-numbness saddle-anesthesia anal-tone-reduced urinary-retention "
            + "fecal-incontinence",
        "back-pain leg-pain-radiating straight-leg-raise",
        "tremor tremor-exam",
        "abdominal-pain abdomen-tender rebound guarding bowel-sounds-reduced",
        "pain-rlq pain-migration tender-rlq psoas-sign",
        "pain-ruq murphy gallstones-known",
        "pain-epigastric pain-radiating-back epigastric-tender",
        "flank-pain pain-colicky-groin cva-tender kidney-stones-past",
        "pelvic-pain cervical-motion-tender adnexal-mass",
        "nausea vomiting",
        "hematemesis melena blood-in-stool",
        "diarrhea dehydrated",
        "jaundice-reported pale-stool-dark-urine jaundice",
        "dysuria urinary-frequency suprapubic-tender",
        "polyuria polydipsia",
        "missed-period pregnancy-possible",
        "testicular-pain testis-high-riding cremasteric-absent",
        "joint-pain-single joint-swollen first-mtp gout-past",
        "joint-pain-use knee-pain crepitus-knee bony-enlargement morning-stiffness-short",
        "leg-swelling-unilateral calf-pain calf-swelling calf-tender",
        "immobility-recent surgery-recent",
        "rash-malar rash-malar-exam photosensitivity",
        "hives urticaria",
        "face-swelling angioedema",
        "food-allergy allergen-exposure",
        "skin-red-hot erythema-warm skin-break",
        "skin-darkening hyperpigmentation",
        "goitre exophthalmos heat-intolerance",
        "cold-intolerance dry-skin reflexes-delayed",
        "low-mood depression-past sleep-problem",
        "anxiety panic-anxiety-history",
        "pallor-reported pallor",
        "sinus-crusting saddle-nose",
        "overweight bmi",
        "coronary-disease high-cholesterol family-heart-disease",
    ]
}
