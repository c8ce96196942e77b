// SPDX-License-Identifier: Apache-2.0

extension FindingReader {
    /// Names, synonyms, everyday words, and names of tests that show one thing only.
    static func phrases(of catalogue: Catalogue) -> [Phrase] {
        var phrases: [Phrase] = []
        for (position, finding) in catalogue.findings.enumerated() {
            let meaning: Meaning = finding.isMeasured ? .measured : .stated
            for name in [finding.name] + finding.synonyms + (ReaderWords.more[finding.id] ?? [])
            where !ReaderWords.ambiguous.contains(name) {
                add(name, position, meaning, to: &phrases)
                for known in ["known ", "past ", "previous "] where name.hasPrefix(known) {
                    let rest = name.dropFirst(known.count)
                    for start in ["history of ", "diagnosed with ", "known "] {
                        add(start + rest, position, meaning, to: &phrases)
                    }
                }
                if !finding.isMeasured, !finding.kind.isAskable,
                    let last = name.split(separator: " ").last.map(String.init),
                    ReaderWords.resultWords.contains(last)
                {
                    add(String(name.dropLast(last.count)), position, .result, to: &phrases)
                }
            }
            for (outcome, words) in ReaderWords.outcomes(of: finding) {
                for word in words { add(word, position, .outcome(outcome), to: &phrases) }
            }
        }
        for test in catalogue.tests where test.reveals.count == 1 {
            let position = test.reveals[0]
            let meaning: Meaning = catalogue.findings[position].isMeasured ? .measured : .result
            for name in [test.name] + test.synonyms where !ReaderWords.general.contains(name) {
                add(name, position, meaning, to: &phrases)
            }
        }
        return phrases
    }

    private static func add(
        _ name: some StringProtocol, _ finding: Int, _ meaning: Meaning, to phrases: inout [Phrase]
    ) {
        let stems = TextTokens.stems(String(name))
        guard !stems.isEmpty else { return }
        let exact = name.count <= 2 && stems.count == 1 ? String(name) : nil
        phrases.append(
            Phrase(stems: stems, exact: exact, finding: finding, meaning: meaning))
    }
}

/// Words of patients and doctors beside the catalogue's, and words that mislead.
enum ReaderWords {
    /// Everyday words by finding.
    static let more: [String: [String]] = [
        "fever": ["febrile", "fevers"],
        "chills": ["chills", "rigor"],
        "sweating": ["sweating", "sweats", "diaphoretic"],
        "fatigue": ["fatigued", "lethargy", "lethargic"],
        "malaise": ["malaise", "generally unwell"],
        "weight-loss": ["weight loss", "loss of weight"],
        "appetite-loss": ["no appetite", "lack of appetite", "decreased oral intake"],
        "chest-pain": ["pain in chest", "retrosternal pain", "substernal pain"],
        "heartburn": ["heartburn"],
        "palpitations": ["palpitation", "racing heart"],
        "dyspnea": ["dyspnea", "short of breath", "trouble breathing", "breathing difficulty"],
        "wheeze": ["wheezing", "wheezes"],
        "hemoptysis": ["hemoptysis", "coughs up blood", "blood tinged sputum"],
        "sore-throat": ["sorethroat"],
        "hoarseness": ["hoarseness"],
        "dysphagia": ["dysphagia"],
        "nasal-congestion": ["stuffy nose"],
        "anosmia": ["anosmia", "lost smell sensation"],
        "sneezing-itch": ["sneeze"],
        "neck-stiffness": ["nuchal stiffness"],
        "vertigo": ["vertiginous"],
        "dizziness": ["dizzy", "lightheaded"],
        "syncope": ["syncope", "faint", "lost consciousness", "lose consciousness"],
        "confusion": ["disoriented"],
        "seizure": ["seizures", "convulsions"],
        "numbness": ["numbness", "numb", "paresthesias"],
        "tremor": ["tremors"],
        "abdominal-pain": ["pain in abdomen", "stomach ache", "abdominal cramps"],
        "flank-pain": ["pain in flank", "pain in right flank", "pain in left flank"],
        "nausea": ["nauseous", "nauseated"],
        "vomiting": ["vomit", "vomited", "threw up"],
        "diarrhea": ["diarrhea", "watery diarrhea"],
        "constipation": ["constipated"],
        "blood-in-stool": ["bloody stool", "blood in stools", "bloody diarrhea"],
        "jaundice-reported": ["yellowing of skin", "yellow eyes", "yellowish skin"],
        "dysuria": ["dysuria", "pain during urination", "burning with urination"],
        "urinary-frequency": ["urinary frequency"],
        "polyuria": ["increased urination"],
        "polydipsia": ["polydipsia", "increased thirst"],
        "hematuria-visible": ["hematuria", "bloody urine"],
        "testicular-pain": ["testicular pain", "pain in testicle", "pain in scrotum"],
        "joint-pain-multiple": ["arthralgia", "joint pain"],
        "muscle-pain": ["muscle ache", "muscle pain", "sore muscles"],
        "rash": ["rashes"],
        "itching": ["itchy"],
        "face-swelling": ["facial swelling", "swelling of face", "swelling of lips"],
        "low-mood": ["low mood", "feels sad"],
        "sleep-problem": ["difficulty sleeping", "trouble sleeping"],
        "smoker": ["smoker", "smokes cigarettes", "smokes a pack"],
        "hypertension": ["hypertensive disease"],
        "diabetes": ["diabetes mellitus", "type 2 diabetes", "type 1 diabetes"],
        "high-cholesterol": ["hypercholesterolemia", "dyslipidemia", "hyperlipidaemia"],
        "copd-known": ["COPD", "history of copd", "history of emphysema"],
        "asthma-known": ["asthma", "history of asthma", "history of childhood asthma"],
        "sick-contact": ["similar illness at home"],
        "pregnancy-possible": ["pregnant"],
        "kernig-brudzinski": ["brudzinski", "kernig"],
        "heart-rate": ["pulse", "heart rate", "heartbeat"],
        "respiratory-rate": ["respirations", "respiration rate"],
        "temperature": ["temperature", "T"],
        "oxygen-saturation": ["O2 sat", "O2 saturation", "oxygen saturations"],
        "hemoglobin": ["Hgb", "hemoglobin"],
        "wbc": ["leukocyte count", "white blood cell count", "WBC count"],
        "esr": ["ESR"],
        "crp": ["CRP"],
        "urea-nitrogen": ["blood urea nitrogen"],
        "ph": ["pH"],
        "pco2": ["PaCO2"],
        "po2": ["PaO2"],
        "murphy": ["murphy's sign"],
        "cxr-consolidation": ["lobar consolidation", "lobar opacity"],
    ]

    private static let decided: [String: [Int: [String]]] = [
        "fever": [0: ["afebrile"]],
        "jaundice": [0: ["anicteric"]],
        "abdomen-tender": [
            0: ["nontender abdomen", "non tender abdomen", "abdomen soft and nontender"]
        ],
        "smoker": [0: ["nonsmoker", "non smoker", "never smoker"]],
        "heart-rate": [0: ["bradycardia", "bradycardic"], 2: ["tachycardia", "tachycardic"]],
        "respiratory-rate": [0: ["bradypnea"], 2: ["tachypnea", "tachypneic"]],
        "systolic-bp": [0: ["hypotension", "hypotensive"]],
        "oxygen-saturation": [0: ["hypoxia", "hypoxemia", "hypoxic"]],
        "wbc": [0: ["leukopenia", "leucopenia"], 2: ["leukocytosis", "leucocytosis"]],
        "neutrophils": [0: ["neutropenia"], 2: ["neutrophilia"]],
        "lymphocytes": [0: ["lymphopenia"], 2: ["lymphocytosis"]],
        "eosinophils": [2: ["eosinophilia"]],
        "platelets": [0: ["thrombocytopenia"], 2: ["thrombocytosis"]],
        "sodium": [0: ["hyponatremia"], 2: ["hypernatremia"]],
        "potassium": [0: ["hypokalemia"], 2: ["hyperkalemia"]],
        "calcium": [0: ["hypocalcemia"], 2: ["hypercalcemia"]],
        "glucose": [0: ["hypoglycemia"], 2: ["hyperglycemia"]],
        "albumin": [0: ["hypoalbuminemia"]],
    ]

    /// Words that say an outcome by themselves, in the order of the outcomes.
    static func outcomes(of finding: Catalogue.Finding) -> [(Int, [String])] {
        (decided[finding.id] ?? [:]).sorted { $0.key < $1.key }
            .filter { finding.outcomes.indices.contains($0.key) }.map { ($0.key, $0.value) }
    }

    /// Synonyms that mean something else in running text.
    static let ambiguous: Set<String> = ["fit", "nervous", "CO2"]

    /// Names of tests that say nothing about which thing was found.
    static let general: Set<String> = [
        "biopsy", "lung biopsy", "kidney biopsy", "lymph node biopsy", "throat swab",
        "troponin T", "cardiac enzymes", "amylase", "duplex",
    ]

    /// Last words of a finding's name that are its outcome.
    static let resultWords: Set<String> = [
        "positive", "raised", "detected", "seen", "low", "inadequate",
    ]

    private static let blockedBefore: [String: Set<String>] = [
        "fever": ["hay", "yellow", "rheumatic", "scarlet", "dengue", "spotted", "typhoid"],
        "heart": ["fetal"], "faint": ["near", "almost"],
    ]

    private static let blockedAfter: [String: Set<String>] = [
        "anorexia": ["nervosa"], "diabet": ["insipidus"], "pregnancy": ["test"],
        "sputum": ["culture", "smear"], "pulse": ["oximetry"], "back": ["of"],
    ]

    /// "Hay fever" is no fever.
    static func isBlocked(_ tokens: [TextToken], _ range: Range<Int>) -> Bool {
        let first = tokens[range.lowerBound].stem
        let last = tokens[range.upperBound - 1].stem
        if range.lowerBound > 0,
            blockedBefore[first]?.contains(tokens[range.lowerBound - 1].text) == true
        {
            return true
        }
        return range.upperBound < tokens.count
            && blockedAfter[last]?.contains(tokens[range.upperBound].text) == true
    }
}
