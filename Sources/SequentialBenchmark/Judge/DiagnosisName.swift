// SPDX-License-Identifier: Apache-2.0

/// The name of a diagnosis as words that can be compared: one spelling, abbreviations written out,
/// any order.
struct DiagnosisName: Hashable {
    let words: Set<String>

    init(_ text: String) { self.init(words: Phrase(text).words) }

    private init(words: [String]) {
        var result: Set<String> = []
        for word in words {
            for part in DiagnosisName.abbreviations[word] ?? [word] { result.insert(part) }
        }
        self.words = result.subtracting(DiagnosisName.empty)
    }

    /// The words without those that only say how, how long or where.
    var core: Set<String> { words.subtracting(DiagnosisName.qualifiers) }

    /// Nothing but "disease" or "syndrome" is left.
    var isGeneric: Bool { core.isSubset(of: DiagnosisName.generic) }

    /// Says less than this, or the same.
    func isContained(in other: DiagnosisName) -> Bool {
        !isGeneric && words.isSubset(of: other.words)
    }

    /// One says acute where the other says chronic, or left where the other says right.
    func contradicts(_ other: DiagnosisName) -> Bool {
        DiagnosisName.opposites.contains { one, two in
            words.contains(one) && !words.contains(two) && other.words.contains(two)
                && !other.words.contains(one)
                || words.contains(two) && !words.contains(one) && other.words.contains(one)
                    && !other.words.contains(two)
        }
    }

    private static let opposites = [
        ("acute", "chronic"), ("left", "right"), ("upper", "lower"), ("anterior", "posterior"),
        ("proximal", "distal"), ("uncomplicated", "complicated"),
    ]

    /// Said about a diagnosis without being one.
    private static let empty: Set<String> = [
        "possible", "probable", "likely", "suspected", "presumed", "confirmed", "consistent",
        "diagnosis", "final", "most", "secondary", "due", "case", "clinical", "picture", "by",
        "caused",
    ]

    private static let generic: Set<String> = [
        "disease", "disorder", "syndrome", "condition", "infection", "illness", "injury",
    ]

    private static let qualifiers: Set<String> = [
        "acute", "chronic", "subacute", "recurrent", "primary", "mild", "moderate", "severe",
        "uncomplicated", "complicated", "left", "right", "bilateral", "unilateral", "upper",
        "lower", "lobe", "lobar", "side", "sided", "early", "late", "stage", "new", "onset",
        "exacerbation", "attack", "episode", "first", "simple", "community", "acquired",
        "idiopathic", "active", "typical", "classic", "classical", "sporadic", "adult",
        "childhood", "juvenile", "zone", "posterior", "anterior", "distal", "proximal",
    ]

    /// Expansions in the spelling of `Phrase`, which writes "hemorrhage" and "edema".
    private static let abbreviations: [String: [String]] = {
        let written = [
            "mi": "myocardial infarction", "ami": "acute myocardial infarction",
            "stemi": "st elevation myocardial infarction",
            "nstemi": "non st elevation myocardial infarction",
            "acs": "acute coronary syndrome", "pe": "pulmonary embolism",
            "dvt": "deep vein thrombosis", "vte": "venous thromboembolism",
            "copd": "chronic obstructive pulmonary disease", "chf": "congestive heart failure",
            "hf": "heart failure", "uti": "urinary tract infection",
            "tia": "transient ischemic attack", "sle": "systemic lupus erythematosus",
            "gerd": "gastroesophageal reflux disease", "gord": "gastroesophageal reflux disease",
            "bppv": "benign paroxysmal positional vertigo", "gca": "giant cell arteritis",
            "cap": "community acquired pneumonia", "af": "atrial fibrillation",
            "afib": "atrial fibrillation", "sah": "subarachnoid hemorrhage",
            "ich": "intracerebral hemorrhage", "aaa": "abdominal aortic aneurysm",
            "dka": "diabetic ketoacidosis", "pid": "pelvic inflammatory disease",
            "ra": "rheumatoid arthritis", "oa": "osteoarthritis", "aki": "acute kidney injury",
            "ckd": "chronic kidney disease", "ibs": "irritable bowel syndrome",
            "ibd": "inflammatory bowel disease", "tb": "tuberculosis",
            "gbs": "guillain barre syndrome", "mg": "myasthenia gravis",
            "gpa": "granulomatosis polyangiitis", "ms": "multiple sclerosis",
            "htn": "hypertension", "t1dm": "type 1 diabetes mellitus",
            "t2dm": "type 2 diabetes mellitus", "dm": "diabetes mellitus",
            "svt": "supraventricular tachycardia", "pud": "peptic ulcer disease",
            "uri": "upper respiratory infection", "urti": "upper respiratory tract infection",
            "bph": "benign prostatic hyperplasia", "pmr": "polymyalgia rheumatica",
            "cva": "stroke", "aip": "acute intermittent porphyria",
            "ibm":
                "inclusion body myositis", "itp": "immune thrombocytopenia",
            "ttp": "thrombotic thrombocytopenic purpura", "als": "amyotrophic lateral sclerosis",
            "covid": "covid 19", "flu": "influenza",
        ]
        return written.mapValues { Phrase($0).words }
    }()
}
