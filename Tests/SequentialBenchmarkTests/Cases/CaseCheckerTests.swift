// SPDX-License-Identifier: Apache-2.0
import Foundation
import Knowledge
import SequentialBenchmark
import Testing

@Suite("the critic of cases")
struct CaseCheckerTests {
    private func remarks(_ edit: (inout BenchmarkCase) -> Void) throws -> [String] {
        var item = try CaseSamples.read(CaseSamples.complete)
        edit(&item)
        return try CaseChecker.check(item, catalogue: CaseSamples.catalogue()).map {
            "\($0.kind.rawValue) \($0.place)"
        }
    }

    @Test("a good case gets no remark")
    func good() throws { #expect(try remarks { _ in }.isEmpty) }

    @Test("the diagnosis in the abstract or in an answer to a question is a leak")
    func leaks() throws {
        #expect(try remarks { $0.abstract += " It is PNEUMONIA." } == ["leak abstract"])
        #expect(
            try remarks { $0.findings[0].text = "My lobar  pneumonia is back." }
                == ["leak findings[0].text"])
        #expect(try remarks { $0.findings[4].text = "Pneumonia." }.isEmpty)
        #expect(try remarks { $0.abstract += " No bronchopneumonia." }.isEmpty)
    }

    @Test("a short name leaks in capitals only")
    func abbreviations() throws {
        #expect(
            try remarks {
                $0.diagnosis.accepted = ["PE"]
                $0.abstract += " He does pe at school."
            }.isEmpty)
        #expect(
            try remarks {
                $0.diagnosis.accepted = ["PE"]
                $0.abstract += " Is it PE?"
            } == ["leak abstract"])
    }

    @Test("every gap is found")
    func gaps() throws {
        #expect(
            try remarks { $0.findings.removeAll { $0.gate == .order } }
                == ["no-test case"])
        #expect(try remarks { $0.findings.remove(at: 2) } == ["no-vitals case"])
        #expect(try remarks { $0.findings.remove(at: 1) } == ["no-negative case"])
        #expect(try remarks { $0.sources = [] } == ["no-source case"])
        #expect(try remarks { $0.initial = ["ague"] } == ["initial-not-recorded initial[0]"])
        #expect(
            try remarks {
                $0.findings[0].id = "ague"; $0.initial = []
            }
                == ["unknown-finding findings[0].id"])
        #expect(try remarks { $0.findings[3].unit = "g/dL" } == ["unknown-unit findings[3].unit"])
        #expect(try remarks { $0.findings[5].number = 3 } == ["unknown-unit findings[5].unit"])
        #expect(
            try remarks { $0.findings.append($0.findings[0]) }
                == ["repeated-finding findings[6].id"])
    }

    @Test("remarks don't repeat what the case says")
    func silent() throws {
        var item = try CaseSamples.read(CaseSamples.complete)
        item.abstract += " Pneumonia."
        let remarks = try CaseChecker.check(item, catalogue: CaseSamples.catalogue())
        #expect(remarks.allSatisfy { !$0.sentence.lowercased().contains("pneumonia") })
    }
}

@Suite("the cases that come with the program")
struct OwnCaseTests {
    let catalogue: Catalogue
    let cases: [BenchmarkCase]

    init() throws {
        catalogue = try Catalogue.shipped()
        cases = try CaseLibrary.own(catalogue: catalogue)
    }

    @Test("none names its diagnosis before it can be found")
    func leaks() {
        for item in cases {
            #expect(CaseChecker.leaks(item).isEmpty, "\(item.id)")
        }
    }

    @Test("ids are unique and sorted, and each case says who may use it and that it is for testing")
    func provenance() {
        #expect(cases.map(\.id) == Set(cases.map(\.id)).sorted())
        for item in cases {
            #expect(item.provenance.licence == "Apache-2.0", "\(item.id)")
            #expect(item.provenance.note.contains("not reviewed by clinicians"), "\(item.id)")
            #expect(item.stratum != .unspecified, "\(item.id)")
            #expect(item.diagnosis.isNoDisease == (item.stratum == .noDisease), "\(item.id)")
        }
    }

    @Test("an emergency puts its own diagnosis first among what must not be missed")
    func emergencies() {
        for item in cases where item.stratum == .emergency {
            let names = ([item.diagnosis.text] + item.diagnosis.accepted).map { $0.lowercased() }
            let first = item.mustNotMiss.first?.lowercased() ?? ""
            #expect(names.contains(first), "\(item.id)")
        }
    }

    @Test("a stratum gives exactly its cases")
    func strata() throws {
        for stratum in Stratum.allCases where cases.contains(where: { $0.stratum == stratum }) {
            let part = try CaseLibrary.read(path: "own:\(stratum.rawValue)", catalogue: catalogue)
            #expect(part == cases.filter { $0.stratum == stratum })
        }
    }

    @Test("each survives writing and reading")
    func roundTrip() throws {
        for item in cases {
            let again = try BenchmarkCase(
                json: Array(item.json.utf8), file: item.id, catalogue: catalogue)
            #expect(again == item, "\(item.id)")
        }
    }
}
