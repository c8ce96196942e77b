// SPDX-License-Identifier: Apache-2.0
import Foundation
import Records
import Testing

@testable import Intake

@Suite("OMOP sources")
struct OMOPSourceTests {
    private let death = Array("person_id,death_date\n1,2010-01-01\n".utf8)

    private func read(_ archive: [UInt8]) throws -> OMOPExtraction {
        try OMOPSample.extraction(archive, "cdm.zip")
    }

    @Test("files are known by their names, and every other one has a reason")
    func names() throws {
        let scratch = try Scratch()
        for name in [
            "DEATH.csv", "person.CSV.gz", "measurement_0001.csv", "measurement-part-2.csv",
            "note.csv", "vocabulary.csv", "cohort.csv.gz", "readme.md", "patients.csv",
            "location.csv", "location.csv.gz", "old.zip", ".hidden.csv",
        ] { try scratch.write(death, name) }
        let (files, ignored) = try OMOPSource.list(scratch.path)
        #expect(
            files.map(\.name) == [
                "DEATH.csv", "location.csv", "measurement-part-2.csv", "measurement_0001.csv",
                "person.CSV.gz",
            ])
        #expect(
            files.map(\.table.name) == [
                "death", "location", "measurement", "measurement",
                "person",
            ])
        var reasons: [String: String] = [:]
        for item in ignored { reasons[item.name] = item.reason }
        #expect(reasons.count == 8)
        #expect(reasons["note.csv"] == "free text is not imported")
        #expect(reasons["location.csv.gz"] == "the same table as location.csv")
        #expect(reasons["patients.csv"] == "not named after a table of the common data model")
        #expect(reasons["readme.md"] == "not a .csv file")
        #expect(throws: OMOPError.self) { try OMOPSource.list(scratch.path + "/note.csv") }
    }

    @Test("a table reads the same plain, as gzip and from an archive, and has the same text")
    func packings() throws {
        let scratch = try Scratch()
        let paths = [
            try scratch.write(death, "death.csv"),
            try scratch.write(GzipSample.stored(death), "death.csv.gz"),
            try scratch.write(OMOPSample.zip([.init(name: "x/DEATH.csv", text: death)]), "a.zip"),
            try scratch.write(
                OMOPSample.zip(
                    [
                        .init(name: "readme.txt", text: [65]),
                        .init(
                            name: "death.csv", text: death, deflated: OMOPSample.deflate(death)),
                    ], isLarge: true, comment: "PK\u{5}\u{6} a comment"), "b.zip"),
        ]
        for path in paths {
            let file = try #require(try OMOPSource.list(path).files.first)
            #expect(file.table == .clinical(.death))
            #expect(try OMOPTableReader().extract(file).rowCount == 1)
            var text: [UInt8] = []
            try file.forEachPiece { text += $0 }
            #expect(text == death)
        }
    }

    @Test("an encrypted archive and one packed otherwise are refused by name")
    func refused() {
        let encrypted = OMOPSample.zip([.init(name: "death.csv", text: death, flags: 1)])
        #expect(throws: OMOPError.encryptedArchive(file: "cdm.zip", member: "death.csv")) {
            try read(encrypted)
        }
        let packed = OMOPSample.zip([.init(name: "death.csv", text: death, method: 14)])
        #expect(
            throws: OMOPError.unsupportedPacking(file: "cdm.zip", member: "death.csv", method: 14)
        ) { try read(packed) }
    }

    @Test("a wrong checksum or size is found, and never read past")
    func checksums() {
        let members: [OMOPSample.Member] = [
            .init(name: "death.csv", text: death, crc: 1),
            .init(name: "death.csv", text: death, deflated: OMOPSample.deflate(death), crc: 1),
            .init(
                name: "death.csv", text: death, deflated: OMOPSample.deflate(death), size: 5),
            .init(
                name: "death.csv", text: death, deflated: OMOPSample.deflate(death), size: 500),
            .init(name: "death.csv", text: death, deflated: [0xFF, 0xFF, 0xFF]),
            .init(name: "death.csv", text: death, deflated: []),
        ]
        for member in members {
            #expect(throws: OMOPError.self) { try read(OMOPSample.zip([member])) }
        }
    }

    @Test("an archive cut at any length is refused in one sentence")
    func cut() throws {
        let whole = OMOPSample.zip([.init(name: "death.csv", text: death)], isLarge: true)
        for length in 4..<whole.count {
            do {
                _ = try read(Array(whole[..<length]))
                Issue.record("read an archive of \(length) bytes")
            } catch let error as OMOPError {
                #expect(error.sentence.hasSuffix("."))
            }
        }
    }

    @Test("damaged archives throw or read, and never stop the program")
    func damaged() throws {
        var dice = Dice(seed: 3)
        let whole = OMOPSample.zip(
            [.init(name: "death.csv", text: death, deflated: OMOPSample.deflate(death))],
            isLarge: true)
        for _ in 0..<600 {
            var bytes = whole
            for _ in 0..<(1 + dice.roll(4)) {
                bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
            }
            _ = try? read(bytes)
        }
    }
}
