// SPDX-License-Identifier: Apache-2.0

/// How findings and tests are asked for in sentences, beside their names in the catalogue.
enum RequestNames {
    /// By catalogue id of a finding.
    static let findings: [String: [String]] = [
        "dyspnea": ["short of breath", "trouble breathing", "breathing difficulty", "dyspnea"],
        "dyspnea-exertion": [
            "short of breath on exertion", "breathless on effort",
            "shortness of breath on exertion",
            "shortness of breath with activity",
        ],
        "dyspnea-night": ["shortness of breath at night", "wake up short of breath"],
        "pleuritic-pain": [
            "pain worse with breathing", "pain on breathing", "worse on inspiration",
            "pain when breathing", "worse with deep breath",
        ],
        "chest-pain-exertion": ["chest pain on exertion", "chest pain with exercise"],
        "chills": ["chills", "rigors"],
        "leg-swelling-bilateral": ["swollen ankles", "ankle oedema"],
        "syncope": ["faint", "pass out", "lose consciousness", "lost consciousness"],
        "weight-loss": ["lose weight"],
        "nausea": ["nauseous", "nauseated"],
        "travel-recent": ["travel", "travelled", "travel history"],
        "sick-contact": ["sick contacts", "anyone sick", "ill contacts"],
        "pregnancy-possible": ["pregnant"],
        "immobility-recent": ["immobilisation", "long journey", "immobility"],
        "hypertension": ["high blood pressure history"],
        "vaccinated": ["vaccination", "vaccinated", "immunised"],
        "lymphadenopathy-cervical": ["lymph nodes", "neck lymph nodes"],
        "diarrhea": ["loose stool"],
        "sore-throat": ["throat hurt"],
        "headache": ["headaches"],
        "calf-swelling": ["calf swelling", "calf circumference"],
        "neck-rigidity": ["meningism", "meningismus", "meningeal signs"],
    ]

    /// By catalogue id of a test.
    static let tests: [String: [String]] = [
        "cbc": ["complete blood count with differential", "blood count"],
        "troponin": ["high sensitivity troponin", "hs troponin", "cardiac troponin"],
        "ecg": ["12-lead ECG", "12 lead electrocardiogram"],
        "spine-mri": ["MRI of the lumbar spine", "lumbar spine MRI"],
        "hcg": ["urine pregnancy test", "serum pregnancy test"],
        "blood-culture": ["blood cultures x2", "two sets of blood cultures"],
        "leg-duplex": [
            "doppler ultrasound of the leg", "leg doppler", "lower extremity doppler",
            "lower extremity venous duplex", "lower extremity duplex ultrasound",
            "venous duplex ultrasound of the leg", "lower extremity doppler ultrasound",
        ],
        "endoscopy": ["upper GI endoscopy", "oesophagogastroduodenoscopy"],
        "echo": ["transthoracic echo", "echocardiography"],
        "lumbar-puncture": [
            "lumbar puncture", "lumbar puncture with CSF analysis", "CSF examination",
            "cerebrospinal fluid analysis",
        ],
        "mono-test": ["EBV serology", "monospot test"],
        "inr": ["coagulation studies", "coagulation panel"],
        "ctpa": ["CT angiogram of the chest", "chest CT angiography"],
        "head-cta": ["CT angiography of the head"],
        "urinalysis": ["urine test", "urine microscopy"],
        "joint-aspiration": ["joint aspiration", "joint fluid analysis", "joint fluid aspiration"],
        "stool-culture": ["stool test"],
    ]

    /// Other names for tests that only the price schedule may know.
    static let priced: [String: String] = [
        "CK": "creatine kinase", "CPK": "creatine kinase", "vitamin D": "25-hydroxyvitamin D",
        "PTH": "parathyroid hormone", "phosphorus": "phosphate",
        "folate": "folate, serum", "SPEP": "serum protein electrophoresis",
        "blood smear": "blood film with manual differential",
        "blood film": "blood film with manual differential",
        "peripheral smear": "blood film with manual differential",
        "Coombs test": "direct Coombs test",
    ]
}
