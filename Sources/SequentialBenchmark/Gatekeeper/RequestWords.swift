// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Words that decide how a request is met, beside the names of findings and tests.
enum RequestWords {
    /// Requests too broad to answer.
    static let vague: Set<String> = Set(
        [
            "blood work", "blood", "bloods", "labs", "lab panel", "routine labs", "basic labs",
            "imaging", "imaging studies", "scan", "scans", "full history", "history",
            "complete history", "medical history", "full medical history", "physical exam",
            "physical", "examination", "full exam", "complete physical examination",
            "full physical exam", "thorough physical examination", "everything", "all",
            "tell me everything", "everything else", "work up", "full work up", "workup",
            "symptoms", "all symptoms", "other symptoms", "tests", "all tests",
            "diagnostic tests", "review of systems", "more information", "more details",
            "complaint", "problem", "x-ray", "CT", "MRI", "ultrasound", "culture", "panel",
            "full panel", "all labs", "all blood tests", "full blood work", "all imaging",
            "anything else", "antibodies", "hormones", "screening", "findings", "results",
            "test results", "lab results", "standard labs", "routine blood work", "pain",
        ].map { Phrase($0).key })

    /// A question with one of these asks for a result.
    static let results: Set<String> = [
        "result", "imaging", "xray", "ct", "mri", "scan", "ultrasound", "lab", "bloodwork",
        "biopsy", "ecg", "culture", "report", "echo", "echocardiogram", "endoscopy",
        "colonoscopy", "laboratory", "investigation",
    ]

    /// Said beside the name of a test without making it another test.
    static let neutral: Set<String> = [
        "contrast", "noncontrast", "iv", "urgent", "stat", "portable", "bilateral", "repeat",
        "serial", "serum", "plasma", "level", "panel", "test", "study", "view", "pa", "lateral",
        "complete", "formal", "quantitative", "immediate", "immediately", "urgently", "today",
        "now", "new", "basic", "bedside", "intravenous", "2", "routine", "assay", "sample",
        "measurement", "scan", "differential", "microscopy", "x2", "t", "i", "high", "sensitivity",
        "value", "full", "blood", "image", "imaging", "oral", "fasting",
    ]

    /// What follows one of these says why, not what.
    static let reasons = [
        " to look for ", " looking for ", " to rule out ", " to exclude ", " to evaluate ",
        " to assess ", " to check for ", " to confirm ", " because ", " given ", " for suspected ",
        " in view of ", " due to ", " to see ",
    ]

    /// Without these a sentence is no request at all.
    static func beforeReason(_ text: String) -> String {
        let lower = text.lowercased()
        var end = lower.endIndex
        for reason in reasons {
            if let found = lower.range(of: reason), found.lowerBound < end {
                end = found.lowerBound
            }
        }
        return String(lower[..<end])
    }
}

/// Things that are asked for together, by clinical habit.
struct RequestGroup: Sendable, Hashable {
    var name: String
    var names: [String]
    /// Catalogue ids in the order of the answer.
    var findings: [String]

    /// Narrow enough to answer: one region of the body, one kind of measurement.
    static let all: [RequestGroup] = [
        RequestGroup(
            name: "vital signs",
            names: ["vital signs", "vitals", "vital", "observations", "vital parameters"],
            findings: [
                "temperature", "heart-rate", "respiratory-rate", "systolic-bp", "diastolic-bp",
                "oxygen-saturation",
            ]),
        RequestGroup(
            name: "blood pressure", names: ["blood pressure", "BP", "arterial pressure"],
            findings: ["systolic-bp", "diastolic-bp"]),
        RequestGroup(
            name: "medication",
            names: [
                "medication", "medications", "medicines", "current medication", "drugs taken",
                "medication list", "regular medication", "medication taking", "taking medication",
            ],
            findings: [
                "steroid-use", "nsaid-use", "anticoagulant-use", "diuretic-use", "estrogen-use",
            ]),
        RequestGroup(
            name: "family history",
            names: ["family history", "family", "illnesses in the family", "family diseases"],
            findings: [
                "family-heart-disease", "family-thyroid", "family-neuro-liver",
                "family-kidney-stone", "migraine-history",
            ]),
        RequestGroup(
            name: "smoking", names: ["smoking", "smoking history", "tobacco", "tobacco use"],
            findings: ["smoker", "former-smoker"]),
        RequestGroup(
            name: "alcohol", names: ["alcohol", "drink alcohol", "alcohol use"],
            findings: ["alcohol-excess"]),
        RequestGroup(
            name: "allergies", names: ["allergies", "allergy"], findings: ["food-allergy"]),
        RequestGroup(
            name: "onset and duration",
            names: [
                "onset", "duration", "how long", "when start", "when did it start",
                "when did this begin", "how did it start", "how long has this lasted",
            ],
            findings: ["onset-sudden", "duration-over-three-weeks"]),
        RequestGroup(
            name: "heart examination",
            names: [
                "heart examination", "cardiac exam", "cardiovascular exam", "listen to the heart",
                "heart sounds",
                "auscultate heart", "heart auscultation", "auscultation of the heart",
            ],
            findings: [
                "jvp-raised", "s3", "murmur", "murmur-aortic-regurgitation", "pericardial-rub",
                "pulse-irregular",
            ]),
        RequestGroup(
            name: "lung examination",
            names: [
                "lung examination", "lung exam", "chest exam", "respiratory exam",
                "pulmonary exam", "listen to the lungs", "lungs", "breath sounds",
                "lung auscultation", "auscultate lungs",
                "auscultation of the lungs", "chest auscultation",
            ],
            findings: [
                "crackles", "wheeze-auscultation", "breath-sounds-reduced-unilateral",
                "percussion-dull", "percussion-hyperresonant", "accessory-muscles",
            ]),
        RequestGroup(
            name: "abdominal examination",
            names: [
                "abdominal exam", "abdomen exam", "abdominal palpation", "palpate abdomen",
                "examination of the abdomen",
            ],
            findings: [
                "abdomen-tender", "tender-rlq", "epigastric-tender", "suprapubic-tender",
                "rebound", "guarding", "murphy", "psoas-sign", "cva-tender", "pulsatile-mass",
                "hepatomegaly", "splenomegaly", "bowel-sounds-reduced",
            ]),
        RequestGroup(
            name: "neurological examination",
            names: ["neurological exam", "neuro exam", "neurologic examination"],
            findings: [
                "altered-mental-status", "focal-weakness", "facial-palsy", "aphasia",
                "reflexes-absent", "reflexes-delayed", "proximal-weakness", "neck-rigidity",
                "tremor-exam",
            ]),
        RequestGroup(
            name: "throat examination",
            names: [
                "throat exam", "oropharyngeal exam", "mouth and throat exam",
                "examination of the throat",
            ],
            findings: ["pharyngeal-erythema", "tonsillar-exudate", "palatal-petechiae"]),
        RequestGroup(
            name: "ear examination", names: ["ear exam", "otoscopy"],
            findings: ["eardrum-bulging", "eardrum-red"]),
        RequestGroup(
            name: "leg examination",
            names: [
                "leg exam", "examination of the legs", "lower extremity exam",
                "calf examination",
            ],
            findings: ["edema-bilateral", "calf-swelling", "calf-tender"]),
        RequestGroup(
            name: "skin examination", names: ["skin exam", "examination of the skin"],
            findings: [
                "pallor", "jaundice", "cyanosis", "erythema-warm", "skin-crepitus", "urticaria",
                "rash-nonblanching", "hyperpigmentation", "dry-skin",
            ]),
        RequestGroup(
            name: "thyroid examination", names: ["thyroid exam", "thyroid palpation", "neck exam"],
            findings: ["goitre", "lymphadenopathy-cervical"]),
        RequestGroup(
            name: "joint examination", names: ["joint exam", "musculoskeletal exam"],
            findings: [
                "joint-swollen", "first-mtp", "crepitus-knee", "bony-enlargement", "tophi",
                "muscle-tender-girdle",
            ]),
        RequestGroup(
            name: "pelvic examination", names: ["pelvic exam", "gynecological exam"],
            findings: ["cervical-motion-tender", "adnexal-mass"]),
        RequestGroup(
            name: "testicular examination",
            names: ["testicular exam", "scrotal exam", "genital exam"],
            findings: ["testis-high-riding", "cremasteric-absent"]),
    ]
}
