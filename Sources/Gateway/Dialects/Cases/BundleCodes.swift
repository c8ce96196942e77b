// SPDX-License-Identifier: Apache-2.0
import Knowledge

/// Which codes of a record answer which question of the panel, and nothing near it.
///
/// Only codes whose meaning is the question's are here: a record that says "dyspnea" does not say
/// "significant shortness of breath", so it is not. The panel's questions are those of DDXPlus; the
/// titles are those of SNOMED CT, ICD-10 and LOINC.
enum BundleCodes {
    /// The coding system of the panel's own evidences, such as `urn:bedside:evidence|E_53`.
    static let evidenceSystem = "urn:bedside:evidence"
    static let snomed = "http://snomed.info/sct"
    static let loinc = "http://loinc.org"
    private static let icd10 = [
        "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm",
    ]

    /// Body temperature.
    static let temperature = "8310-5"
    static let fever = "E_91"

    /// From how many degrees Celsius a measured temperature is a fever; the catalogue's figure, with
    /// its source there.
    static let feverFrom: Double? = {
        guard let catalogue = try? Catalogue.shipped(),
            let finding = catalogue.finding("temperature")
        else { return nil }
        return catalogue.range(finding: finding, sex: nil)?.high
    }()

    /// The evidence a coding answers; nil where none does.
    static func evidence(system: String, code: String, _ knowledge: KnowledgeBase) -> String? {
        switch system {
        case evidenceSystem:
            return knowledge.evidences.contains { $0.id == code } ? code : nil
        case snomed:
            return snomedCodes[code]
        case _ where icd10.contains(system):
            // The longest category that the code lies in.
            let dotted = code.uppercased()
            return stride(from: dotted.count, through: 3, by: -1).lazy
                .compactMap { icdCategories[String(dotted.prefix($0))] }.first
        default:
            return nil
        }
    }

    /// What a question wants to know of a condition's time.
    enum Time: Sendable {
        /// At present, or in general.
        case now
        /// At any time of life.
        case ever
        /// Before the present illness.
        case past
    }

    static func time(of evidence: String) -> Time {
        switch evidence {
        case "E_24", "E_80", "E_107", "E_109", "E_125": .ever
        case "E_3", "E_105", "E_118": .past
        default: .now
        }
    }

    /// Whether a coded value means yes or no; nil where it means neither.
    static func isPresent(system: String, code: String) -> Bool? {
        answers["\(system)|\(code)"]
    }

    private static let answers: [String: Bool] = [
        "\(snomed)|52101004": true, "\(snomed)|2667000": false,
        "\(snomed)|373066001": true, "\(snomed)|373067005": false,
        "\(loinc)|LA33-6": true, "\(loinc)|LA32-8": false,
        "\(loinc)|LA9633-4": true, "\(loinc)|LA9634-2": false,
        "http://terminology.hl7.org/CodeSystem/v2-0136|Y": true,
        "http://terminology.hl7.org/CodeSystem/v2-0136|N": false,
    ]

    private static let snomedCodes: [String: String] = [
        "86406008": "E_2",  // Human immunodeficiency virus infection
        "3238004": "E_3",  // Pericarditis
        "235494005": "E_6",  // Chronic pancreatitis
        "190905008": "E_18",  // Cystic fibrosis
        "34486009": "E_19",  // Hyperthyroidism
        "69896004": "E_20",  // Rheumatoid arthritis
        "271737000": "E_24",  // Anemia
        "66857006": "E_45",  // Hemoptysis
        "24526004": "E_47",  // Inflammatory bowel disease
        "34000006": "E_47",  // Crohn's disease
        "64766004": "E_47",  // Ulcerative colitis
        "62315008": "E_51",  // Diarrhea
        "24982008": "E_52",  // Diplopia
        "73211009": "E_69",  // Diabetes mellitus
        "44054006": "E_69",  // Type 2 diabetes mellitus
        "46635009": "E_69",  // Type 1 diabetes mellitus
        "77176002": "E_79",  // Smoker
        "35489007": "E_80",  // Depressive disorder
        "386661006": "E_91",  // Fever
        "43724002": "E_94",  // Chill
        "49049000": "E_95",  // Parkinson's disease
        "162397003": "E_97",  // Pain in throat
        "84089009": "E_98",  // Hiatal hernia
        "38341003": "E_104",  // Hypertensive disorder
        "59621000": "E_104",  // Essential hypertension
        "22298006": "E_105",  // Myocardial infarction
        "84114007": "E_106",  // Heart failure
        "230690007": "E_107",  // Cerebrovascular accident
        "128053003": "E_109",  // Deep venous thrombosis
        "233604007": "E_118",  // Pneumonia
        "40055000": "E_119",  // Chronic sinusitis
        "13645005": "E_123",  // Chronic obstructive lung disease
        "195967001": "E_124",  // Asthma
        "235595009": "E_125",  // Gastroesophageal reflux disease
        "19943007": "E_126",  // Cirrhosis of liver
        "203082005": "E_138",  // Fibromyalgia
        "422587007": "E_148",  // Nausea
        "80313002": "E_155",  // Palpitations
        "78275009": "E_186",  // Obstructive sleep apnea
        "49727002": "E_201",  // Cough
    ]

    /// By category or subcategory; whatever lies in it means the same here.
    private static let icdCategories: [String: String] = [
        "B20": "E_2", "B21": "E_2", "B22": "E_2", "B23": "E_2", "B24": "E_2", "Z21": "E_2",
        "E05": "E_19", "E10": "E_69", "E11": "E_69", "E12": "E_69", "E13": "E_69", "E14": "E_69",
        "E78.0": "E_71", "E84": "E_18", "F32": "E_80", "F33": "E_80", "G20": "E_95",
        "G47.33": "E_186", "H53.2": "E_52",
        "I10": "E_104", "I11": "E_104", "I12": "E_104", "I13": "E_104", "I15": "E_104",
        "I21": "E_105", "I22": "E_105", "I25.2": "E_105", "I50": "E_106",
        "I61": "E_107", "I63": "E_107", "I64": "E_107", "I82.4": "E_109",
        "J12": "E_118", "J13": "E_118", "J14": "E_118", "J15": "E_118", "J18": "E_118",
        "J32": "E_119", "J33": "E_120", "J34.2": "E_121", "J44": "E_123", "J45": "E_124",
        "K21": "E_125", "K44": "E_98", "K50": "E_47", "K51": "E_47", "K70.3": "E_126",
        "K74.6": "E_126", "K86.0": "E_6", "K86.1": "E_6", "M05": "E_20", "M06": "E_20",
        "M79.7": "E_138", "R00.2": "E_155", "R04.2": "E_45", "R05": "E_201", "R07.0": "E_97",
        "R11.0": "E_148", "R19.7": "E_51", "R50": "E_91", "R68.83": "E_94",
    ]
}
