// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

@Suite("OMOP tables")
struct OMOPReaderTests {
    private let missing = EventAttribute.missing

    private func day(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        CivilDay(year: year, month: month, day: day).map { Int64($0.number) } ?? missing
    }

    private func column(_ extraction: OMOPExtraction, _ column: OMOPColumn) -> [Int64] {
        (0..<extraction.rowCount).map { extraction.value(column, $0) }
    }

    @Test("headers in capitals, with a byte order mark, and inside date() are understood")
    func headers() throws {
        let extraction = try OMOPSample.extraction(
            """
            \u{FEFF}OBSERVATION_ID,Person_ID,OBSERVATION_CONCEPT_ID,\
            "date(observation_date,'unixepoch')","date(observation_datetime,'unixepoch')",\
            VALUE_AS_NUMBER
            1,2,3,2010-01-31,2010-01-31,4.5
            """, "OBSERVATION.CSV")
        #expect(extraction.table == .clinical(.observation))
        #expect(column(extraction, .startDay) == [day(2010, 1, 31)])
        #expect(
            extraction.value(OMOPColumn(.valueNumber), 0) == Int64(bitPattern: (4.5).bitPattern))
        #expect(extraction.report.isBalanced)
    }

    @Test("dates come in every form the exports use")
    func dates() throws {
        let rows = [
            "2010-01-31,", "20100131,", "2010-01-31 00:00:00,", "2010-01-31,2010-01-31 07:05",
            "2010-01-31,2010-01-31T07:05:59.123Z", "2010-01-31,2010-01-31 07:05:59 UTC",
            ",2010-01-31 07:05:00+01:00", "2010-01-31,2010-02-01 07:05:00",
        ]
        let text =
            "person_id,death_date,death_datetime\n"
            + rows.map { "1,\($0)\n" }.joined()
        let extraction = try OMOPSample.extraction(text, "death.csv")
        #expect(column(extraction, .startDay) == Array(repeating: day(2010, 1, 31), count: 8))
        #expect(
            column(extraction, .startMinute)
                == [missing, missing, 0, 425, 425, 425, 425, missing])
        #expect(extraction.report.partsNotKept == ["time of another day": 1])
    }

    @Test(
        "a row with a bad value costs only itself, and its reason and line are told",
        arguments: [
            ("x,201826,2010-01-01,", "not a whole number", "person_id"),
            ("1.5,201826,2010-01-01,", "not a whole number", "person_id"),
            (",201826,2010-01-01,", "empty field", "person_id"),
            ("99999999999999999999,1,2010-01-01,", "not a whole number", "person_id"),
            ("1,-7,2010-01-01,", "number out of range", "condition_concept_id"),
            ("1,4294967296,2010-01-01,", "number out of range", "condition_concept_id"),
            ("1,1,2010-02-30,", "unreadable date", "condition_start_date"),
            ("1,1,01/02/2010,", "unreadable date", "condition_start_date"),
            ("1,1,,", "empty field", "condition_start_date"),
            ("1,1,1066-10-14,", "date out of range", "condition_start_date"),
            ("1,1,2010-01-01,soon", "unreadable date", "condition_end_date"),
            ("1,1,2010-01-01", "wrong number of fields", ""),
            ("1,1,2010-01-01,,", "wrong number of fields", ""),
            ("1,\"1\"1,2010-01-01,", "broken quotation", ""),
        ])
    func rejections(row: String, reason: String, name: String) throws {
        let text = """
            condition_occurrence_id,person_id,condition_concept_id,condition_start_date,\
            condition_end_date
            1,5,6,2010-01-01,2010-01-02
            2,\(row)
            3,7.0,8,2010-01-01,
            """
        let extraction = try OMOPSample.extraction(text, "condition_occurrence.csv")
        #expect(column(extraction, .person) == [5, 7])
        #expect(extraction.report.rejected == [reason: 1])
        #expect(extraction.report.isBalanced)
        let issue = try #require(extraction.report.issues.first)
        #expect(issue.line == 3)
        #expect(issue.message.hasPrefix("condition_occurrence.csv, line 3: \(reason)"))
        if !name.isEmpty { #expect(issue.message.contains(" in column \(name);")) }
        #expect(!issue.message.contains("99999"))
    }

    @Test("quoted fields hold delimiters, line ends and quotation marks; lines are counted on")
    func quoting() throws {
        let text =
            "concept_id,concept_name,vocabulary_id,concept_code\r\n"
            + "1,\"a, \"\"b\"\"\r\nc\",\"X\",\"\"\r\n" + "\r\n" + "2, plain ,X,7\r\n"
            + "bad,n,X,8\r\n" + "3,\"\"\"\",X,9"
        let extraction = try OMOPSample.extraction(text, "concept.csv")
        let names = (0..<extraction.rowCount).map { extraction.text(.conceptName, $0) }
        #expect(names == ["a, \"b\"\r\nc", "plain", "\""])
        #expect(extraction.report.issues.map(\.line) == [6])
    }

    @Test("a quotation that never ends costs its own line, not the rest of the file")
    func openQuotation() throws {
        let text = "person_id,death_date\n1,2010-01-01\n\"2,2010-01-01\n3,2010-01-01\n"
        let extraction = try OMOPSample.extraction(text, "death.csv")
        #expect(column(extraction, .person) == [1, 3])
        #expect(extraction.report.rejected == ["broken quotation": 1])
        #expect(extraction.report.issues.map(\.line) == [3])
    }

    @Test("tabs are taken for delimiters where the header has them")
    func tabs() throws {
        let extraction = try OMOPSample.extraction(
            "person_id\tdeath_date\n1\t2010-01-01\n", "death.tsv")
        #expect(extraction.rowCount == 1)
    }

    @Test("missing and repeated columns are named in one sentence")
    func columns() {
        #expect(
            throws: OMOPError.missingColumn(
                file: "death.csv", table: "death", column: "death_date")
        ) { try OMOPSample.extraction("person_id,cause_concept_id\n", "death.csv") }
        #expect(throws: OMOPError.repeatedColumn(file: "death.csv", column: "person_id")) {
            try OMOPSample.extraction("person_id,PERSON_ID,death_date\n", "death.csv")
        }
        #expect(throws: OMOPError.noHeader(file: "death.csv")) {
            try OMOPSample.extraction("", "death.csv")
        }
        #expect(throws: OMOPError.source(.wideText(file: "death.csv"))) {
            try OMOPSample.extraction([0xFF, 0xFE, 0x70, 0], "death.csv")
        }
        let sentence = OMOPError.missingColumn(file: "a.csv", table: "death", column: "x").sentence
        #expect(sentence == "a.csv has no column x; expected the columns of the OMOP table death.")
    }

    @Test("names of version 5.3 are read as those of 5.4")
    func oldNames() throws {
        let extraction = try OMOPSample.extraction(
            """
            visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,\
            admitting_source_concept_id,discharge_to_concept_id
            1,2,3,2010-01-01,9999-12-31,8870,8536
            """, "visit_occurrence.csv")
        #expect(column(extraction, OMOPColumn(.admittedFromConcept)) == [8870])
        #expect(column(extraction, OMOPColumn(.dischargedToConcept)) == [8536])
        #expect(column(extraction, .endDay) == [missing])
        #expect(extraction.report.partsNotKept == ["end after the year 2299": 1])
    }

    @Test("only valid \"Maps to\" relations are kept, and the others are counted")
    func relationships() throws {
        let extraction = try OMOPSample.extraction(
            """
            concept_id_1,concept_id_2,relationship_id,invalid_reason
            1,2,Maps to,
            2,1,Mapped from,
            3,4,Maps to,D
            """, "concept_relationship.csv")
        #expect(column(extraction, .first) == [1])
        #expect(column(extraction, .second) == [2])
        #expect(
            extraction.report.rejected == [
                "relationship not used": 1, "relationship no longer valid": 1,
            ])
        #expect(extraction.report.issues.isEmpty)
    }

    @Test("names of persons and source values never enter an extraction")
    func identifying() throws {
        let extraction = try OMOPSample.extraction(
            """
            person_id,gender_concept_id,year_of_birth,person_source_value,race_source_value
            1,8507,1950,MRN-123,white
            """, "person.csv")
        #expect(extraction.texts.isEmpty)
    }

    @Test("windows cut a file at any place without changing what is read")
    func windows() throws {
        var text = "concept_id,concept_name,vocabulary_id,concept_code\n"
        for index in 1...12_000 {
            text += "\(index),\"name, \"\"\(index)\"\"\n\(index % 7)\",V,\(index)\r\n"
        }
        let extraction = try OMOPSample.extraction(text, "concept.csv")
        #expect(extraction.rowCount == 12_000)
        #expect(extraction.report.issues.isEmpty)
        #expect(extraction.text(.conceptName, 11_999) == "name, \"12000\"\n2")
    }

    // MARK: Encoding

    @Test("an extraction comes back as it was, extreme values included, in the same bytes")
    func roundTrip() throws {
        let extraction = try OMOPSample.extraction(
            """
            measurement_id,person_id,measurement_concept_id,measurement_date,\
            measurement_datetime,value_as_number,unit_source_value,range_low
            -9223372036854775807,9223372036854775807,0,1800-01-01,,0.1,mg,
            9223372036854775807,-9223372036854775807,4294967295,2299-12-31,\
            2299-12-31 23:59:59,-1e300,"m,g",
            0,1,1,2010-01-01,2010-01-01 10:00:00,,,-0.0
            """, "measurement.csv")
        #expect(extraction.rowCount == 3)
        let bytes = extraction.encoded()
        #expect(try OMOPExtraction(decoding: bytes) == extraction)
        #expect(extraction.encoded() == bytes)
        #expect(extraction.value(OMOPColumn(.rangeLow), 2) == 0)
    }

    @Test("cut and damaged bytes throw, or decode into numbers that are safe to use")
    func damaged() throws {
        let extractions = try OMOPSample.extractions([
            "measurement.csv": """
            measurement_id,person_id,measurement_concept_id,measurement_date,\
            value_as_number,unit_source_value,visit_occurrence_id
            1,20,3016723,2010-01-01,1.5,mg/dL,7
            2,20,3016723,2010-01-02,1.25,,
            """,
            "person.csv": "person_id,gender_concept_id,year_of_birth\n20,8507,1950\n",
        ])
        let whole = extractions[0].encoded()
        for length in 0..<whole.count {
            #expect(throws: OMOPError.self) {
                try OMOPExtraction(decoding: Array(whole[..<length]))
            }
        }
        var dice = Dice(seed: 7)
        var decoded = 0
        for _ in 0..<1500 {
            var bytes = whole
            for _ in 0..<(1 + dice.roll(4)) {
                bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
            }
            guard let extraction = try? OMOPExtraction(decoding: bytes) else { continue }
            decoded += 1
            let content = OMOPAssembly.assemble([extraction, extractions[1]])
            for index in 0..<content.events.count { _ = content.events.start(index).day.parts }
        }
        #expect(decoded > 0)
        for _ in 0..<1000 {
            let noise = [1, 4] + (0..<dice.roll(60)).map { _ in UInt8(dice.roll(256)) }
            _ = try? OMOPExtraction(decoding: noise)
        }
    }

    @Test("columns take the room their values need and give back what was put in")
    func compact() {
        for values in [
            [], [5, 5, 5], [1, missing, -3], [missing, missing], [1, 1 << 40, missing],
            [.max, .min + 1], [Int64(Int32.min), 0], [missing, 7],
        ] as [[Int64]] {
            var column = CompactColumn()
            for value in values { column.append(value) }
            #expect((0..<column.count).map { column[$0] } == values)
        }
    }
}
