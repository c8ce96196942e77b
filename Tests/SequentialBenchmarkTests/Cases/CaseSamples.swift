// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import SequentialBenchmark

/// Cases and vocabularies made up for the tests.
enum CaseSamples {
    /// A small vocabulary, so that these tests don't hang on the one that ships.
    static func catalogue() throws -> Catalogue {
        try Catalogue(
            findings: """
                id\tkind\tname\tsynonyms\toutcomes\ttest\tddxplus\tsex\tunit
                fever\tsymptom\tfever\tpyrexia\tabsent|present\t\tE_91\t\t
                cough\tsymptom\tcough\t\tabsent|present\t\tE_201\t\t
                temperature\tvital\tbody temperature\ttemp\tlow|normal|high\t\t\t\tCel
                wbc\tlab\twhite cell count\tWBC\tlow|normal|high\tcbc\t\t\t10*3/uL
                opacity\timaging\tconsolidation\t\tabsent|present\txray\t\t\t

                """,
            tests: """
                id\tname\tsynonyms\treveals
                cbc\tfull blood count\tCBC|complete blood count\twbc
                xray\tchest radiograph\tchest x-ray\topacity

                """,
            ranges: """
                finding\tsex\tlow\thigh\tsource
                temperature\tany\t36\t38\ttest
                wbc\tany\t4\t11\ttest

                """,
            loinc: "kind\tid\tloinc\tsource\n")
    }

    static let complete = """
        {
          "format": "bedside-case/1", "id": "t-1", "stratum": "common",
          "abstract": "A 34-year-old woman has had a cough for three days.",
          "age": 34, "sex": "female", "setting": "primary-care", "initial": ["cough"],
          "findings": [
            {"id": "cough", "value": "present", "text": "Dry, worse at night."},
            {"id": "fever", "value": "absent", "text": "No \\"fever\\" \\u00e9."},
            {"id": "temperature", "number": 38.7},
            {"id": "wbc", "number": 15.2, "reference": "4-11", "flag": "H"},
            {"id": "opacity", "value": "present", "text": "Opacity in the right lower zone."},
            {"kind": "history", "names": ["occupation", "job"], "text": "Works as a baker."}
          ],
          "default_policy": "normal",
          "diagnosis": {"text": "Pneumonia", "icd10": ["J18.9"], "accepted": ["lobar pneumonia"],
            "partial": ["lower respiratory tract infection"]},
          "must_not_miss": ["Pulmonary embolism"], "pathognomonic": ["opacity"],
          "provenance": {"author": "Bedside authors", "written": "2026-11-24",
            "licence": "Apache-2.0", "note": "for tests"},
          "sources": [{"figure": "a figure", "source": "a source"}],
          "twin_of": "t-0", "twin_change": "white cells raised instead of normal"
        }
        """

    static func read(_ text: String) throws -> BenchmarkCase {
        try BenchmarkCase(json: Array(text.utf8), file: "t.json", catalogue: catalogue())
    }

    /// The sentence of the refusal; nil where the text was accepted.
    static func refusal(_ text: String) throws -> String? {
        let catalogue = try catalogue()
        do {
            _ = try CaseImport(Array(text.utf8), file: "t.json", catalogue: catalogue)
            return nil
        } catch {
            return error.sentence
        }
    }

    /// Where the sets of other people lie.
    static let sets = SharedData.folder.appending(path: "sequential")
}
