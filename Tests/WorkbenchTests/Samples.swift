// SPDX-License-Identifier: Apache-2.0
import Records
import Workbench

/// One view of every kind, with numbers such as a small site has; invented, no patient behind them.
struct Samples {
    /// Put behind every string field, to see what a page does with it.
    var mark = ""

    var frame: PageFrame {
        PageFrame(
            site: s("Lakeside Community Hospital"), model: s("bedside-panel 0.1.0+5f2c9ad1"),
            token: s("t0ken-7f3a"))
    }

    /// Every state a page can be in, by a name for the file and the failure message.
    var pages: [(name: String, page: any WorkbenchPage)] {
        [
            ("overview", overview), ("overview-empty", emptyOverview),
            ("work-up", start), ("work-up-needed", needed), ("work-up-running", running),
            ("work-up-stopped", stopped), ("cohort", cohort), ("cohort-empty", emptyCohort),
            ("cohort-refused", refusedCohort), ("ledger", ledger(nil)),
            ("ledger-sound", ledger(sound)), ("ledger-broken", ledger(broken)),
            ("ledger-entry", entry), ("api", api), ("error", error),
        ] + moneyPages
    }

    func s(_ text: String) -> String { text + mark }

    var overview: OverviewView {
        OverviewView(
            profile: s("safe-harbor+intervals"),
            signature: .signed(by: s("M. Okafor, privacy officer"), on: s("2026-11-20")),
            subjects: 4_812, events: 1_204_377, codes: 1_346, notesWithheld: 9_120,
            imports: .init(
                files: 14, resources: 1_310_552, imported: 1_287_031,
                rejected: [
                    .init(reason: s("type not imported: Claim"), count: 18_442),
                    .init(reason: s("no patient reference"), count: 4_870),
                    .init(reason: s("date out of range"), count: 171),
                    .init(reason: s("broken JSON"), count: 38),
                ]),
            commonCodes: commonCodes,
            models: [
                .init(
                    id: s("bedside-panel"), version: s("0.1.0+5f2c9ad1"),
                    digest: s("5f2c9ad14be07c33"),
                    summary: s("Panel of five roles over 49 conditions and 223 yes/no findings."))
            ],
            ledgerSize: 2_118,
            ledgerRoot: s("9c1f0a6e4d7b2358c0e1f94a7d6b3c82519e0f7a4c8d2b6e1f3a5c7d9e0b1a42"),
            stations: [
                Station(name: s("Records"), figure: s("1,310,552"), unit: s("resources")),
                Station(name: s("Vault"), figure: s("4,812"), unit: s("identities")),
                Station(name: s("Timelines"), figure: s("1,204,377"), unit: s("events")),
                Station(name: s("Cohort"), figure: s("312"), unit: s("last count")),
                Station(name: s("Panel"), figure: s("49"), unit: s("conditions")),
                Station(name: s("Ledger"), figure: s("2,118"), unit: s("entries")),
            ])
    }

    private var commonCodes: [OverviewView.CommonCode] {
        let rows: [(CodeSystem, String, String, Int, Int?)] = [
            (.loinc, "8867-4", "Heart rate", 182_204, 4_790),
            (.loinc, "85354-9", "Blood pressure panel", 176_018, 4_788),
            (.loinc, "4548-4", "Hemoglobin A1c in blood", 42_110, 1_902),
            (.snomed, "44054006", "Type 2 diabetes mellitus", 9_317, 1_204),
            (.rxnorm, "860975", "Metformin 500 mg extended-release tablet", 8_002, 988),
            (.snomed, "37796009", "Migraine", 311, nil),
        ]
        return rows.map { system, value, display, events, subjects in
            .init(
                entry: CodeEntry(
                    code: Code(CodeSystem(rawValue: s(system.rawValue)), s(value)),
                    display: s(display)),
                events: events, subjects: ShownCount(subjects))
        }
    }

    var emptyOverview: OverviewView {
        OverviewView(
            profile: s("safe-harbor+intervals"), signature: .unsigned, subjects: 0, events: 0,
            codes: 0, notesWithheld: 0,
            imports: .init(files: 0, resources: 0, imported: 0, rejected: []), commonCodes: [],
            models: [], ledgerSize: 1, ledgerRoot: s("6e340b9c"), stations: [])
    }

    static let definition = """
        {
          "name": "Adults with diabetes and a high HbA1c",
          "index": { "anyOf": ["SNOMED/44054006"], "occurrence": "first" },
          "rules": [
            { "name": "adult", "age": { "min": 18, "max": 89 } },
            { "name": "HbA1c of 7 % or more within a year", "anyOf": ["LOINC/4548-4"],
              "withinDays": [-365, 365], "atLeast": 1,
              "value": { "min": 7, "max": null, "unit": "%" } },
            { "name": "no insulin before", "not": true, "anyOf": ["RxNorm/106892"],
              "withinDays": [null, -1] }
          ]
        }
        """

    var cohort: CohortView {
        CohortView(
            definition: s(Samples.definition),
            outcome: .counted(
                .init(
                    name: s("Adults with diabetes and a high HbA1c"),
                    inEnglish: s("Adults with diabetes and a high HbA1c") + ".\n"
                        + s(
                            """
                            A subject enters at their first event of type 2 diabetes mellitus.
                            Kept are those for whom all of this holds, in this order:
                            1. adult: age at day 0 is from 18 to 89 years.
                            2. HbA1c: there is at least one event with a value of 7 % or more.
                            """),
                    persons: .exact(312),
                    steps: [
                        .init(
                            rule: s("First type 2 diabetes mellitus"), removed: .exact(0),
                            remaining: .exact(1_204)),
                        .init(rule: s("adult"), removed: .exact(61), remaining: .exact(1_143)),
                        .init(
                            rule: s("HbA1c of 7 % or more within a year"), removed: .exact(831),
                            remaining: .exact(312)),
                        .init(
                            rule: s("no insulin before"), removed: .hidden(below: 11),
                            remaining: .hidden(below: 11)),
                    ],
                    series: [s("Women"), s("Men")],
                    ages: [
                        .init(name: s("18–29"), counts: [.hidden(below: 11), .exact(0)]),
                        .init(name: s("30–39"), counts: [.exact(14), .exact(17)]),
                        .init(name: s("40–49"), counts: [.exact(31), .exact(38)]),
                        .init(name: s("50–59"), counts: [.exact(42), .exact(47)]),
                        .init(name: s("60–69"), counts: [.exact(36), .exact(41)]),
                        .init(name: s("70–79"), counts: [.exact(18), .exact(15)]),
                        .init(name: s("80–89"), counts: [.exact(0), .hidden(below: 11)]),
                    ],
                    warnings: [s("The unit of rule 2 is also recorded as mmol/mol at this site.")],
                    ledgerIndex: 2_117)))
    }

    var emptyCohort: CohortView { CohortView(definition: s(Samples.definition)) }

    var refusedCohort: CohortView {
        CohortView(
            definition: s("{ \"indx\": {} }"),
            outcome: .refused(
                s("definition: unknown key \"indx\"; the nearest known key is \"index\".")))
    }

    var choices: [EvidenceChoice] {
        [
            ("E_91", "fever", "Have you had a fever, felt or measured?"),
            ("E_201", "cough", "Do you have a cough?"),
            ("E_53", "pain", "Do you have pain anywhere that brought you here?"),
            ("E_66", "shortness of breath", "Are you short of breath, or does breathing tire you?"),
            ("E_79", "smoking", "Do you smoke?"),
            ("E_77", "colored sputum", "Do you cough up colored or more sputum than usual?"),
            ("E_214", "wheezing", "Do you hear a whistle when you breathe out?"),
            ("E_50", "sweating", "Are you sweating more than usual?"),
        ].map { EvidenceChoice(id: s($0.0), name: s($0.1), question: s($0.2)) }
    }

    var start: WorkUpView { WorkUpView(choices: choices) }

    var needed: WorkUpView {
        WorkUpView(
            choices: choices, age: 54,
            needed: s("The finding needs to be one of the list; type a few letters and choose."))
    }

    var running: WorkUpView {
        WorkUpView(
            choices: choices, age: 54, sex: .female,
            findings: [
                .init(id: s("E_201"), name: s("cough"), isPresent: true),
                .init(id: s("E_91"), name: s("fever"), isPresent: true),
                .init(id: s("E_214"), name: s("wheezing"), isPresent: false),
            ],
            skipped: [s("E_79")], standing: standing(stop: nil))
    }

    var stopped: WorkUpView {
        var view = running
        view.standing = standing(
            stop: s("One hypothesis holds 95 % and no question is expected to change the lead."))
        view.standing?.questions = []
        return view
    }

    private func standing(stop: String?) -> WorkUpView.Standing {
        WorkUpView.Standing(
            differential: hypotheses,
            questions: [
                .init(
                    id: s("E_77"),
                    question: s("Do you cough up colored or more sputum than usual?"),
                    bits: 0.71, reason: s("separates pneumonia from influenza")),
                .init(
                    id: s("E_66"),
                    question: s("Are you short of breath, or does breathing tire you?"), bits: 0.48,
                    reason: s("separates bronchitis from pneumonia and pulmonary embolism")),
                .init(
                    id: s("E_50"), question: s("Are you sweating more than usual?"), bits: 0.22,
                    reason: s("would make tuberculosis more likely")),
            ],
            conference: [
                .init(
                    role: s("Hypothesis"), text: s("Pneumonia leads with 46.1 %, influenza 21.0 %.")
                ),
                .init(role: s("Test-Chooser"), text: s("Ask for sputum: 0.71 bits expected.")),
                .init(
                    role: s("Challenger"),
                    text: s("Absent wheezing speaks against bronchitis; what if it is influenza?")),
                .init(role: s("Stewardship"), text: s("All three questions are free of charge.")),
                .init(
                    role: s("Checklist"), text: s("Pulmonary embolism is still possible at 3.9 %.")),
            ],
            stop: stop, missing: [s("Whether the patient smokes is not known.")],
            label: s("Probabilities of a model of 49 conditions; others are not considered."),
            ledgerIndex: 2_116)
    }

    private var hypotheses: [WorkUpView.Hypothesis] {
        let rows: [(String, String, Double, Int, [Double])] = [
            ("Pneumonia", "J17", 0.461, 3, [1.84, 1.12, 0.21]),
            ("Influenza", "J11", 0.210, 4, [0.92, 1.40, 0.33]),
            ("Bronchitis", "J20", 0.142, 4, [1.71, 0.08, -1.06]),
            (
                "Acute exacerbation of chronic obstructive pulmonary disease", "J44.1", 0.071, 3,
                [1.10, -0.62, -1.93]
            ),
            ("Pulmonary embolism", "I26", 0.039, 2, [0.31, -0.44, 0.05]),
            ("Tuberculosis", "A15", 0.031, 3, [0.77, 0.35, 0.12]),
            ("Viral pharyngitis", "J02.9", 0.022, 4, [0.18, 0.41, 0.0]),
            ("Acute laryngitis", "J04.0", 0.011, 4, [-0.20, 0.55, 0.02]),
            ("HIV (initial infection)", "B20", 0.0042, 3, [-1.30, 0.61, 0.1]),
            ("Pulmonary neoplasm", "C34.90", 0.00061, 1, [0.66, -2.10, 0.09]),
            ("Allergic sinusitis", "J30", 0.0002, 5, [-0.4, -2.9, 0.1]),
        ]
        let findings = [("cough", true), ("fever", true), ("wheezing", false)]
        return rows.map { name, code, probability, severity, weights in
            .init(
                name: s(name), code: s(code), probability: probability, severity: severity,
                basis: zip(findings, weights).map { finding, weight in
                    .init(
                        finding: s(finding.0), isPresent: finding.1, weight: weight,
                        source: s("DDXPlus, training split"))
                })
        }
    }

    static let root = "9c1f0a6e4d7b2358c0e1f94a7d6b3c82519e0f7a4c8d2b6e1f3a5c7d9e0b1a42"

    var sound: LedgerView.Verification {
        .init(verdict: .sound, size: 2_118, root: s(Samples.root), seconds: 0.0421)
    }

    var broken: LedgerView.Verification {
        .init(
            verdict: .broken(
                at: 1_024, problem: s("Its hash does not follow from the entry before it.")),
            size: 2_118, root: s(Samples.root), seconds: 0.0188)
    }

    func ledger(_ verification: LedgerView.Verification?) -> LedgerView {
        let types = ["call.settled", "call.reserved", "cohort.counted", "release.made"]
        return LedgerView(
            origin: s("lakeside.example/ledger"), size: 2_118, root: s(Samples.root),
            checkpoint: s(
                "lakeside.example/ledger\n2118\nnB8Kbk17I1jA4flKfWs8glGeD3pMjStuHzpcfZ4LGkI=\n\n"
                    + "— lakeside.example/ledger 9Rk4xw2m0fQ…\n"),
            lines: (0..<8).map { row in
                .init(
                    index: 2_117 - row, time: s("2026-11-24 09:\(41 - row)"),
                    type: s(types[row % 4]), actor: s(row % 4 < 2 ? "key: emergency" : "cohort"),
                    model: row % 4 < 2 ? s("bedside-panel") : "",
                    digest: s(String(Samples.root.dropFirst(row))),
                    priceMicros: row % 4 == 0 ? 2_000 : nil)
            },
            verification: verification)
    }

    var entry: LedgerEntryView {
        LedgerEntryView(
            index: 2_117, size: 2_118, root: s(Samples.root), type: s("call.settled"),
            record: s(
                #"{"actor":"key: emergency","at":"2026-11-24T09:41:07Z","body":{"call":"a81f","#
                    + #""findings":3,"price_micros":2000},"empty":[],"type":"call.settled","v":1}"#),
            leafHash: s(String(Samples.root.reversed())),
            proof: (1...11).map {
                s(String(Samples.root.dropFirst($0)) + String(repeating: "0", count: $0))
            })
    }

    var api: APIView {
        APIView(
            endpoint: s("http://127.0.0.1:8080/v1"), model: s("bedside-panel"), priceMicros: 2_000,
            snippets: [
                .init(
                    name: s("curl"),
                    code: s(
                        "curl http://127.0.0.1:8080/v1/chat/completions \\\n"
                            + "  -H \"Authorization: Bearer $BEDSIDE_KEY\" \\\n"
                            + "  -H 'Content-Type: application/json' \\\n"
                            + "  -d '{\"model\":\"bedside-panel\",\"messages\":[…]}'")),
                .init(
                    name: s("Python"),
                    code: s(
                        "from openai import OpenAI\n\n"
                            + "client = OpenAI(base_url=\"http://127.0.0.1:8080/v1\", api_key=key)\n"
                            + "answer = client.chat.completions.create(model=\"bedside-panel\", …)")
                ),
            ])
    }

    var error: ErrorView {
        ErrorView(
            status: 400, title: s("The case could not be read"),
            sentence: s("The body is not JSON: line 3 ends inside a string."),
            needed: [
                s("A JSON object with \"age\", \"sex\" and \"findings\"."),
                s("Each finding with \"evidence\" and \"present\"."),
            ])
    }
}
