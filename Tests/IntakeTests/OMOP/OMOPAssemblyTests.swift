// SPDX-License-Identifier: Apache-2.0
import Records
import Testing

@testable import Intake

@Suite("OMOP assembly")
struct OMOPAssemblyTests {
    private let missing = EventAttribute.missing

    private static let people = """
        person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,\
        race_concept_id,ethnicity_concept_id,location_id
        900,8532,1950,2,28,,8527,0,5
        20,8507,1961,,,1961-07-04 00:00:00,0,0,
        """
    private static let concepts = """
        concept_id,concept_name,domain_id,vocabulary_id,concept_class_id,standard_concept,\
        concept_code,invalid_reason
        3016723,Creatinine in serum,Measurement,LOINC,Lab Test,S,2160-0,
        201826,Type 2 diabetes,Condition,SNOMED,Clinical Finding,S,44054006,
        45884084,Positive,Meas Value,LOINC,Answer,S,LA6576-8,
        8749,micromole per liter,Unit,UCUM,Unit,S,umol/L,
        99,Twin of diabetes,Condition,SNOMED,Clinical Finding,,44054006,D
        """

    private func assemble(_ tables: [String: String]) throws -> OMOPContent {
        try OMOPAssembly.assemble(OMOPSample.extractions(tables))
    }

    @Test("persons get sex, birth and place, and come by their ids")
    func persons() throws {
        let content = try assemble([
            "person.csv": Self.people, "location.csv": "location_id,state,zip\n5,MA,02139\n",
        ])
        #expect(content.persons.map(\.personID) == [20, 900])
        #expect(content.persons.map(\.sex) == [.male, .female])
        #expect(content.persons[0].birthDay?.iso == "1961-07-04")
        #expect(content.persons[1].birthDay?.iso == "1950-02-28")
        #expect(content.persons[1].raceConcept == 8527)
        #expect(content.persons[1].state == "MA")
        #expect(content.persons[1].zip == "02139")
        #expect(content.persons[0].zip.isEmpty)
    }

    @Test("rows become events with their concept's code, and eras have codes of their own")
    func codes() throws {
        let content = try assemble([
            "person.csv": Self.people, "concept.csv": Self.concepts,
            "condition_occurrence.csv": """
            condition_occurrence_id,person_id,condition_concept_id,condition_start_date,\
            condition_start_datetime,condition_end_date
            7,900,201826,2010-01-02,2010-01-02 08:30:00,2010-01-02
            8,900,0,2010-01-03,,
            9,900,99,2010-01-03,,2010-01-01
            10,4711,201826,2010-01-03,,
            """,
            "condition_era.csv": """
            condition_era_id,person_id,condition_concept_id,condition_era_start_date,\
            condition_era_end_date,condition_occurrence_count
            1,900,201826,2010-01-02,2010-02-02,1
            """,
            "death.csv": """
            person_id,death_date,cause_concept_id
            20,2020-05-05,201826
            """,
        ])
        let events = content.events
        #expect(content.report.withheld == ["condition_occurrence": 1])
        #expect(content.report.notKept == ["end before start": 1])
        #expect(
            events.code.map { content.codes[Int($0)].code.description } == [
                "SNOMED/44054006", "OMOP/0", "OMOP/99", "BEDSIDE/death",
                "condition_era/201826",
            ])
        #expect(content.conceptOfCode == [201_826, 0, 99, 0, 201_826])
        #expect(content.codes[0].display == "Type 2 diabetes")
        #expect(events.start(0).minuteOfDay == 510)
        #expect(events.end(0)?.minuteOfDay == 510)
        #expect(events.end(1) == nil && events.end(2) == nil)
        #expect(events.person == [1, 1, 1, 0, 1])
        #expect(content.attributes[.concept] == [201_826, 0, 99, 201_826, 201_826])
        #expect(content.attributes[.recordID] == [1, 2, 3, 1, 1])
        #expect(content.attributes[.occurrenceCount] == [missing, missing, missing, missing, 1])
        #expect(content.attributes[.table] == [1, 1, 1, 10, 12])
        #expect(content.attributes[.visit] == nil)
    }

    @Test("values come in their test's unit, with what they were beside them")
    func values() throws {
        let content = try assemble([
            "person.csv": Self.people, "concept.csv": Self.concepts,
            "measurement.csv": """
            measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,\
            value_as_concept_id,unit_concept_id,operator_concept_id,unit_source_value,range_high
            1,20,3016723,2011-01-01,88.4,0,8749,0,,1.2
            2,20,3016723,2011-01-02,1.5,0,0,4171754,MG/DL,
            3,20,3016723,2011-01-03,7,0,0,4172704,furlongs,
            4,20,3016723,2011-01-04,2,0,,,,
            5,20,3016723,2011-01-05,,45884084,0,,,
            6,20,3016723,2011-01-06,,0,0,,,
            """,
        ])
        let events = content.events
        #expect(abs(events.number[0] - 1) < 1e-4)
        #expect(events.kind == [.number, .below, .above, .number, .code, .none])
        let units = events.unit.map { $0 < 0 ? "" : content.units[Int($0)] }
        #expect(units == ["mg/dL", "mg/dL", "furlongs", "", "", ""])
        #expect(content.codes[Int(events.valueCode[4])].code.description == "LOINC/LA6576-8")
        #expect(content.attributes[.valueNumber]?[0] == Int64(bitPattern: (88.4).bitPattern))
        #expect(content.attributes[.unitConcept]?[0] == 8749)
        #expect(content.attributes[.rangeHigh]?[1] == missing)
        #expect(content.report.unitsNotConvertible == ["LOINC/2160-0 in furlongs": 1])
        #expect(content.report.valuesWithoutUnit == 1)
        #expect(content.report.valuesConverted == 1)
        #expect(content.report.valuesInTheirUnit == 1)
    }

    @Test("keys are numbered anew in order, and rows of one visit still meet")
    func keys() throws {
        let content = try assemble([
            "person.csv": Self.people,
            "visit_occurrence.csv": """
            visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,\
            care_site_id,provider_id
            -50,900,9201,2010-01-01,2010-01-05,31,70
            8000000000,20,9202,2010-01-01,2010-01-01,32,71
            -90,900,9202,2011-01-01,2011-01-01,,
            """,
            "procedure_occurrence.csv": """
            procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,\
            visit_occurrence_id,provider_id
            300,900,1,2010-01-02,-50,70
            200,900,1,2010-01-02,777,
            100,20,1,2010-01-02,8000000000,
            400,20,1,2010-01-02,0,
            """,
            "care_site.csv": "care_site_id,place_of_service_concept_id\n32,8717\n31,\n",
            "provider.csv": "provider_id,specialty_concept_id\n70,38004446\n71,0\n",
        ])
        // Procedures (table 3) come before visits (table 6); person 20 before person 900.
        #expect(content.attributes[.recordID] == [1, 2, 3, 4, 1, 2, 3])
        #expect(content.attributes[.visit] == [1, missing, 4, 3, 1, 2, 3])
        #expect(
            content.attributes[.placeOfService] == [
                missing, missing, missing, missing, 8717, missing, missing,
            ])
        #expect(content.attributes[.careSite]?.suffix(3) == [2, missing, 1])
        #expect(
            content.attributes[.providerSpecialty] == [
                missing, missing, missing, 38_004_446, 0, missing, 38_004_446,
            ])
        #expect(content.events.person == [0, 0, 1, 1, 0, 1, 1])
    }

    @Test("identifying texts stay out unless asked for, others come as one table")
    func texts() throws {
        let tables = [
            "person.csv": Self.people,
            "drug_exposure.csv": """
            drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,\
            drug_exposure_end_date,stop_reason,lot_number
            1,20,1,2010-01-01,2010-01-02,side effects,L-77
            2,20,1,2010-01-01,2010-01-02,,
            3,20,1,2010-01-01,2010-01-02,side effects,L-78
            """,
        ]
        let content = try assemble(tables)
        #expect(content.texts == ["side effects"])
        #expect(content.attributes[.stopReason] == [0, missing, 0])
        #expect(content.attributes[.lotNumber] == nil)
        let all = try OMOPAssembly.assemble(OMOPSample.extractions(tables), withholding: [])
        #expect(
            all.attributes[.lotNumber]?.map { $0 == missing ? "" : all.texts[Int($0)] }
                == ["L-77", "", "L-78"])
    }

    @Test("the order of persons can be chosen, and record numbers follow it")
    func order() throws {
        let extractions = try OMOPSample.extractions([
            "person.csv": Self.people,
            "death.csv": "person_id,death_date\n20,2020-05-05\n900,2020-05-06\n",
        ])
        let content = OMOPAssembly.assemble(extractions, personOrder: { $0 == 20 ? 9 : 1 })
        #expect(content.persons.map(\.personID) == [900, 20])
        #expect(content.attributes[.recordID] == [1, 2])
        #expect(content.events.start(0).day.iso == "2020-05-06")
        #expect(content.conceptOfCode == [0])
    }

    @Test("no tables give an empty content")
    func empty() {
        let content = OMOPAssembly.assemble([])
        #expect(content.persons.isEmpty && content.events.count == 0)
        #expect(content.attributes.isEmpty && content.codes.isEmpty)
    }
}
