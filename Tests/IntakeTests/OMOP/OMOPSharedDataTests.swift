// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

@Suite(
    "Shared OMOP data", .enabled(if: SharedData.isPresent, "skipped: shared data not found"),
    .serialized)
struct OMOPSharedDataTests {
    private func extractions(_ name: String) throws -> [OMOPExtraction] {
        try OMOPSource.list(SharedData.path(name)).files.map { try OMOPTableReader().extract($0) }
    }

    private func counts(_ extractions: [OMOPExtraction]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for extraction in extractions {
            counts[extraction.table.name, default: 0] += extraction.rowCount
        }
        return counts.filter { $0.value > 0 }
    }

    @Test("GiBleed is read whole, quirky headers included")
    func gibleed() throws {
        let all = try extractions("omop-gibleed/demo_cdm_csv_files")
        let report = all.map(\.report).reduce(IntakeReport(), +)
        #expect(report.isBalanced)
        #expect(report.issues.isEmpty)
        #expect(report.rejected == ["relationship not used": 5])
        #expect(report.partsNotKept.isEmpty)
        #expect(
            counts(all) == [
                "person": 2694, "condition_occurrence": 65_332, "drug_exposure": 67_707,
                "drug_era": 52_508, "condition_era": 65_719, "measurement": 44_053,
                "procedure_occurrence": 37_409, "observation": 1477, "visit_occurrence": 1037,
                "observation_period": 5343, "concept": 444, "concept_ancestor": 65_690,
                "concept_relationship": 3,
            ])
        let observations = try #require(all.first { $0.table == .clinical(.observation) })
        #expect(observations.value(.startDay, 0) != EventAttribute.missing)

        let content = OMOPAssembly.assemble(all)
        #expect(content.persons.count == 2694)
        // Half of the observation periods are of people who are not in the person table.
        #expect(content.report.withheld == ["observation_period": 2649])
        #expect(content.events.count == 337_936)
        #expect(content.report.notKept.isEmpty)
        #expect(content.concepts.count == 444 && content.ancestors.count == 65_690)
        #expect(content.attributes.values.allSatisfy { $0.count == 337_936 })
    }

    @Test("Synthea27Nj is read whole out of its archive, which also gives reasons for the rest")
    func synthea() throws {
        let path = SharedData.path("omop-synthea27nj/Synthea27Nj_5.4.zip")
        let (files, ignored) = try OMOPSource.list(path)
        #expect(files.count == 22)
        #expect(ignored.count == 18)
        #expect(
            ignored.contains { $0.name == "NOTE.csv" && $0.reason == "free text is not imported" })
        let all = try files.map { try OMOPTableReader().extract($0) }
        let report = all.map(\.report).reduce(IntakeReport(), +)
        #expect(report.isBalanced)
        #expect(report.issues.isEmpty)
        let found = counts(all)
        #expect(found["person"] == 28)
        #expect(found["measurement"] == 10_040)
        #expect(found["observation"] == 8099)
        #expect(found["visit_occurrence"] == 1791)
        #expect(found["procedure_occurrence"] == 1649)
        #expect(found["drug_exposure"] == 883)
        #expect(found["condition_occurrence"] == 470)
        #expect(found["concept"] == 2294)
        let relationships = try #require(all.first { $0.table == .conceptRelationship })
        #expect(relationships.report.resources == 266_588)
        let measurements = try #require(all.first { $0.table == .clinical(.measurement) })
        let numeric = (0..<measurements.rowCount).filter {
            measurements.value(OMOPColumn(.valueNumber), $0) != EventAttribute.missing
        }
        #expect(numeric.count == 9107)

        let content = OMOPAssembly.assemble(all)
        #expect(content.report.withheld.isEmpty)
        #expect(content.report.events["measurement"] == 10_040)
        #expect(content.events.kind.filter { $0 == .number }.count == 9107)
        #expect(content.report.valuesInTheirUnit == 7987)
        #expect(content.report.unitsNotConvertible.isEmpty)
        #expect(content.codes.contains { $0.code == Code(.loinc, "38483-4") })
        #expect(content.attributes[.providerSpecialty]?.contains(38_004_446) == true)
    }

    @Test("the MIMIC demo is read whole, with its 5.3 names and random 64-bit keys")
    func mimic() throws {
        let all = try extractions("omop-mimic4-demo-partial")
        let report = all.map(\.report).reduce(IntakeReport(), +)
        #expect(report.isBalanced)
        #expect(report.issues.isEmpty)
        let found = counts(all)
        #expect(found["person"] == 100)
        #expect(found["condition_occurrence"] == 16_441)
        #expect(found["drug_exposure"] == 18_229)
        #expect(found["procedure_occurrence"] == 18_447)
        #expect(found["visit_detail"] == 14_479)
        #expect(found["visit_occurrence"] == 852)
        #expect(found["device_exposure"] == 3855)
        #expect(found["death"] == 15)
        #expect(found["concept"] == 3885)
        let details = try #require(all.first { $0.table == .clinical(.visitDetail) })
        #expect(details.value(OMOPColumn(.admittedFromConcept), 0) == 8870)
        for extraction in all {
            #expect(try OMOPExtraction(decoding: extraction.encoded()) == extraction)
        }
    }
}
